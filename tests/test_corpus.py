"""The estates of the corpus: what policylint says about each is committed beside it."""

from __future__ import annotations

import pytest

from corpus.expect import CORPUS, answers, estates


@pytest.mark.parametrize("estate", estates())
def test_the_answers_are_the_committed_ones(estate: str) -> None:
    folder = CORPUS / f"{estate}.expected"
    committed = {path.name: path.read_text("utf-8") for path in folder.iterdir()}
    assert {name: content.rstrip("\n") + "\n" for name, content in answers(estate)} == committed
