"""Settings against builds of Windows: what is certainly older, and what nobody can tell."""

from __future__ import annotations

from typing import get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policylint.catalogue import ddf
from policylint.checks.os_builds import EDITIONS, Build, build, is_older
from policylint.topology import Facts

CLOUD_TRUST = ("10.0.22621", "10.0.22000.527", "10.0.19044.1566")
BACKPORTS = ("10.0.22621.3374", "10.0.22000.2899")
BUILDS = st.builds(Build, st.integers(10000, 30000), st.none() | st.integers(0, 9999))


@pytest.mark.parametrize(
    ("device", "first", "older"),
    [
        ("10.0.22621", CLOUD_TRUST, False),
        ("10.0.26100.1", CLOUD_TRUST, False),
        ("10.0.22000.526", CLOUD_TRUST, True),
        ("10.0.22000.527", CLOUD_TRUST, False),
        ("10.0.22000", CLOUD_TRUST, False),
        ("10.0.19044.1565", CLOUD_TRUST, True),
        ("10.0.19045.2000", CLOUD_TRUST, False),
        ("10.0.19042.2000", CLOUD_TRUST, False),
        ("10.0.17763.9999", CLOUD_TRUST, True),
        ("10.0.20348.9999", CLOUD_TRUST, True),
        ("10.0.22631.3374", BACKPORTS, False),
        ("10.0.22631.3373", BACKPORTS, True),
        ("10.0.26100.1", BACKPORTS, False),
        ("10.0.19045.5000", BACKPORTS, True),
        ("10.0.19045.5000", ("99.9.99999",), False),
        ("10.0.19045.5000", ("88.8.88888", "nonsense"), False),
        ("10.0.19045.5000", (), False),
        ("10.0.19045.5000", ("99.9.99999", "10.0.19041.4239"), False),
    ],
)
def test_a_device_is_older_only_where_no_listed_build_can_cover_it(
    device: str, first: tuple[str, ...], older: bool
) -> None:
    told = build(device)
    assert told is not None
    assert is_older(told, first) is older


@pytest.mark.parametrize("text", ["", "10", "10.0", "6.1.7601", "99.9.99999", "10.0.22631.x", "11"])
def test_what_is_no_build_of_windows_10_or_later_is_none(text: str) -> None:
    assert build(text) is None


@given(BUILDS, st.sampled_from([node.builds for node in ddf.all_nodes() if node.builds]))
def test_a_device_with_a_higher_minor_number_is_never_older_than_one_with_a_lower(
    device: Build, first: tuple[str, ...]
) -> None:
    later = Build(device.major, (device.minor or 0) + 1)
    assert not (is_older(later, first) and not is_older(Build(device.major, device.minor or 0), first))


@given(st.sampled_from([node.builds for node in ddf.all_nodes() if node.builds]))
def test_a_build_that_is_listed_is_not_older(first: tuple[str, ...]) -> None:
    assert [text for text in first if (one := build(text)) and is_older(one, first)] == []


def test_every_edition_of_a_target_has_its_product_type() -> None:
    stated = get_args(get_args(get_type_hints(Facts)["edition"])[0])
    assert sorted(stated) == sorted(EDITIONS)
