"""Fixtures that several test modules share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A gate answers the same for the same commit; people who run the tests search further each time. On neither is a slow
# machine a failure.
settings.register_profile("gate", derandomize=True, deadline=None)
settings.register_profile("people", deadline=None)
settings.load_profile("gate" if os.environ.get("CI") else "people")

os.environ["POLICYLINT_CACHE"] = "off"  # for the programs that tests start as well; tests of the cache name a folder


def _sample_data() -> Path | None:
    named = os.environ.get("POLICYLINT_SAMPLE_DATA")
    places = [Path(named)] if named else [Path(__file__).parents[2] / "shared" / "data"]
    return next((place for place in places if (place / "gpo").is_dir()), None)


SAMPLE_DATA = _sample_data()


@pytest.fixture(scope="session")
def sample_data() -> Path:
    """The folder of real exports that the project tests against; they are not part of the repository."""
    if SAMPLE_DATA is None:
        pytest.skip("the sample data is not here: set POLICYLINT_SAMPLE_DATA to its folder")
    return SAMPLE_DATA
