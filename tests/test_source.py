"""A file is opened once: its beginning and the whole of it come from the same bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from policylint.errors import ReadError
from policylint.readers import source as module
from policylint.readers.source import HEAD, Source

AT_ONCE = 64 * 1024


@pytest.mark.parametrize("size", [0, 1, HEAD - 1, HEAD, AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, 5 * AT_ONCE + 7])
def test_beginning_and_whole_are_those_of_the_file_in_either_order(tmp_path: Path, size: int) -> None:
    data = (bytes(range(256)) * (size // 256 + 1))[:size]
    file = tmp_path / "a.bin"
    file.write_bytes(data)
    one, other = Source("a.bin", file), Source("a.bin", str(file))
    assert (one.head(), one.read(), one.head()) == (data[:HEAD], data, data[:HEAD])
    assert (other.read(), other.head(), other.read()) == (data, data[:HEAD], data)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    for ask in (Source.read, Source.head):
        with pytest.raises(ReadError, match="cannot be opened: No such file") as caught:
            ask(Source("gone", tmp_path / "gone"))
        assert caught.value.rule == "RD001"


def test_a_file_beyond_the_limit_is_refused_and_its_beginning_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", AT_ONCE)
    file = tmp_path / "large"
    file.write_bytes(b"x" * (AT_ONCE + 1))
    source = Source("large", file)
    assert source.head() == b"x" * HEAD
    with pytest.raises(ReadError) as caught:
        source.read()
    assert (caught.value.rule, caught.value.message[:11]) == ("RD007", "65537 bytes")


def test_sources_are_equal_by_their_path_and_know_their_name_and_suffix() -> None:
    assert {Source("a/GPT.INI", "x"), Source("a/GPT.INI", "y")} == {Source("a/GPT.INI", "z")}
    named = [(s.name, s.suffix) for s in (Source("a/GPT.INI", ""), Source("a.b/.Hidden", ""), Source("c.", ""))]
    assert named == [("gpt.ini", ".ini"), (".hidden", ""), ("c.", ".")]
