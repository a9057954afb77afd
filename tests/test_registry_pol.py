"""Reading Registry.pol: the records as they stand, and what they do."""

from __future__ import annotations

import hashlib
import json
import shutil
import struct
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policylint.evidence import ByteAt, Evidence, PolAt
from policylint.model import Claim, Problem, Scope, Sweep, registry
from policylint.readers.gpo.registry_pol import Record, claims, records
from policylint.readers.source import Source
from tests.gpo_writer import HEADER, directive, dword, pol, pol_record, text, utf16

KEY = "Software\\Policies\\Contoso"
SOURCE = Source("Machine/registry.pol", Path("unused"))
Written = tuple[str, str, int, bytes]

# Code units whose bytes look like terminators or separators when read at an odd offset are likely here.
names = st.text(
    st.sampled_from("aZ\\;[]*\u0100\u3b00\u5b00\u003b\u00e9\ud83d\ude00" + "\U0001f600") | st.characters(codec="utf-8"),
    max_size=12,
).filter(lambda name: "\0" not in name)
written_records = st.lists(
    st.tuples(names, names, st.integers(0, 2**32 - 1), st.binary(max_size=20)),
    max_size=6,
)


def run(
    *written: Written, scope: Scope = Scope.DEVICE
) -> tuple[tuple[Claim, ...], tuple[Sweep, ...], tuple[Problem, ...]]:
    found, error = records(pol(*written))
    assert error is None
    return claims(found, scope, SOURCE)


def values(*written: Written) -> dict[str, object]:
    """Setting to value, '(absent)' or ('soft', value)."""
    found, _, _ = run(*written)
    return {
        c.setting.text.partition("!")[2]: "(absent)" if c.absent else ("soft", c.value) if c.soft else c.value
        for c in found
    }


# The records


@pytest.mark.parametrize("data", [b"]\0", b"x]", b"]\0[\0", b"[\0]\0"])
def test_brackets_in_data_end_no_record(data: bytes) -> None:
    written = [(KEY, "A", 3, data), (KEY, "B", 3, b"y")]
    found, error = records(pol(*written))
    assert (error, [(r.key, r.name, r.type, r.data) for r in found]) == (None, written)


def test_records_that_another_file_has_too_stand_where_they_stand() -> None:
    one, other = dword(KEY, "A", 1), dword(KEY, "Longer", 2)
    records(pol(one, other))
    found, _ = records(pol(other, one))
    length = len(pol_record(*other))
    assert [(r.name, r.number, r.start, r.end) for r in found] == [
        ("Longer", 1, 8, 8 + length),
        ("A", 2, 8 + length, 8 + length + len(pol_record(*one))),
    ]


@given(written_records)
def test_what_is_written_is_read(written: list[Written]) -> None:
    found, error = records(pol(*written))
    assert error is None
    assert [(r.key, r.name, r.type, r.data) for r in found] == written


@given(written_records)
def test_records_are_numbered_from_one_and_know_their_bytes(written: list[Written]) -> None:
    data = pol(*written)
    found, _ = records(data)
    assert [r.number for r in found] == list(range(1, len(written) + 1))
    assert [data[r.start : r.end] for r in found] == [pol_record(*w) for w in written]


@given(written_records, st.data())
def test_a_truncated_file_keeps_every_whole_record(written: list[Written], choice: st.DataObject) -> None:
    data = pol(*written)
    whole, _ = records(data)
    cut = choice.draw(st.integers(0, len(data)))
    found, error = records(data[:cut])
    assert found == tuple(r for r in whole if r.end <= cut)
    ends = [len(HEADER), *(r.end for r in whole)]
    assert (error is None) == (cut in ends)
    assert error is None or error.place in (ByteAt(cut), *(ByteAt(e) for e in ends if e <= cut))


def test_half_a_surrogate_pair_at_the_end_of_a_name_is_kept() -> None:
    found, error = records(pol(("Key", "Name\ud800", 4, b"1234")))
    assert ([record.name for record in found], error) == (["Name\ud800"], None)


@given(written_records, st.data())
def test_damaged_bytes_give_an_error_in_the_file_and_never_an_exception(
    written: list[Written], choice: st.DataObject
) -> None:
    data = bytearray(pol(*written))
    for _ in range(choice.draw(st.integers(1, 3))):
        data[choice.draw(st.integers(0, len(data) - 1))] = choice.draw(st.integers(0, 255))
    found, error = records(bytes(data))
    assert all(bytes(data[r.start : r.end]) == pol_record(r.key, r.name, r.type, r.data) for r in found)
    if error is not None:
        assert error.rule == "RD002"
        assert isinstance(error.place, ByteAt)
        assert 0 <= error.place.offset <= len(data)
    claims(found, Scope.USER, SOURCE)


@given(st.binary(max_size=200))
def test_bytes_of_any_kind_give_records_or_an_error(data: bytes) -> None:
    found, error = records(HEADER + data)
    assert error is not None or found[-1:] == () or found[-1].end == len(HEADER + data)


def test_a_file_of_only_the_header_holds_no_settings() -> None:
    assert records(HEADER) == ((), None)


FIRST = pol_record("K", "N", 4, b"\1\0\0\0")
AT = len(HEADER) + len(FIRST)
NAMED = utf16("[K\0;N\0;")


@pytest.mark.parametrize(
    ("data", "offset", "message"),
    [
        pytest.param(b"", 0, "the file is empty; a Registry.pol starts with the 8 bytes 'PReg', 1", id="empty"),
        pytest.param(b"PRe", 3, "not a Registry.pol: expected the signature 'PReg', found 50 52 65", id="three bytes"),
        pytest.param(
            b"Fake reg", 0, "not a Registry.pol: expected the signature 'PReg', found 46 61 6b 65", id="signature"
        ),
        pytest.param(b"PReg\1\0\0", 7, "truncated in the header: 7 bytes of 8", id="short header"),
        pytest.param(b"PReg\2\0\0\0", 4, "version 2, expected 1", id="version"),
        pytest.param(
            HEADER + FIRST + utf16("x"),
            AT,
            f"record 2 (from byte {AT}): expected '[' at the start of a record at byte {AT}, found 78 00",
            id="no bracket",
        ),
        pytest.param(
            HEADER + FIRST + b"[",
            AT + 1,
            f"record 2 (from byte {AT}): the file ends at byte {AT + 1}, in the '[' at the start of a record",
            id="half a bracket",
        ),
        pytest.param(
            HEADER + FIRST + utf16("[Key"),
            AT + 8,
            f"record 2 (from byte {AT}): the file ends at byte {AT + 8}, in the key",
            id="cut in the key",
        ),
        pytest.param(
            HEADER + FIRST + utf16("[K\0:N\0;"),
            AT + 6,
            f"record 2 (from byte {AT}): expected ';' after the key at byte {AT + 6}",
            id="no semicolon after the key",
        ),
        pytest.param(
            HEADER + FIRST + utf16("[K\0;N\0:"),
            AT + 12,
            f"record 2 (from byte {AT}): expected ';' after the value name at byte {AT + 12}, found 3a 00",
            id="no semicolon after the name",
        ),
        pytest.param(
            HEADER + FIRST + NAMED + b"\4\0\0\0",
            AT + 18,
            f"record 2 (from byte {AT}): the file ends at byte {AT + 18}, in the type and size",
            id="cut in the type",
        ),
        pytest.param(
            HEADER + FIRST + NAMED + b"\4\0\0\0:\0\4\0\0\0;\0\1\0\0\0]\0",
            AT + 18,
            f"record 2 (from byte {AT}): expected ';' after the type at byte {AT + 18}, found 3a 00",
            id="no semicolon after the type",
        ),
        pytest.param(
            HEADER + FIRST + NAMED + b"\4\0\0\0;\0\4\0\0\0:\0\1\0\0\0]\0",
            AT + 24,
            f"record 2 (from byte {AT}): expected ';' after the size at byte {AT + 24}, found 3a 00",
            id="no semicolon after the size",
        ),
        pytest.param(
            HEADER + FIRST + NAMED + b"\3\0\0\0;\0\xff\xff\xff\xff;\0\1]\0",
            AT + 29,
            f"record 2 (from byte {AT}): the file ends at byte {AT + 29}, in the data: "
            "its size field promises 4294967295 bytes and a ']', 3 bytes are left",
            id="size beyond the file",
        ),
        pytest.param(
            HEADER + FIRST + NAMED + b"\3\0\0\0;\0\1\0\0\0;\0\1\2]\0",
            AT + 27,
            f"record 2 (from byte {AT}): expected ']' after 1 bytes of data at byte {AT + 27}, found 02 5d",
            id="size too small",
        ),
    ],
)
def test_damage_is_reported_at_the_byte_where_something_else_was_expected(
    data: bytes, offset: int, message: str
) -> None:
    found, error = records(data)
    assert found == (() if not data.startswith(HEADER) else (Record(1, "K", "N", 4, b"\1\0\0\0", len(HEADER), AT),))
    assert error is not None
    assert (error.rule, error.place, error.message) == ("RD002", ByteAt(offset), message)


# What the records claim


def test_a_value_becomes_a_claim_with_its_record_as_evidence() -> None:
    data = pol(dword(KEY, "Enabled", 1))
    found, sweeps, problems = run(dword(KEY, "Enabled", 1))
    assert found == (
        Claim(
            setting=registry(Scope.DEVICE, KEY, "Enabled"),
            scope=Scope.DEVICE,
            value=1,
            type="REG_DWORD",
            evidence=Evidence("Machine/registry.pol", PolAt(1, 8, len(data))),
        ),
    )
    assert found[0].setting.text == f"HKLM\\{KEY}!Enabled"
    assert (sweeps, problems) == ((), ())


def test_user_settings_are_in_the_hive_of_the_user() -> None:
    found, _, _ = run(dword(KEY, "Enabled", 1), scope=Scope.USER)
    assert [(c.setting.text, c.scope) for c in found] == [(f"HKCU\\{KEY}!Enabled", Scope.USER)]


@pytest.mark.parametrize(
    ("type", "data", "value", "name"),
    [
        (0, b"", b"", "REG_NONE"),
        (1, utf16("text\0"), "text", "REG_SZ"),
        (1, utf16("without a NUL"), "without a NUL", "REG_SZ"),
        (1, b"", "", "REG_SZ"),
        (2, utf16("%SystemRoot%\0"), "%SystemRoot%", "REG_EXPAND_SZ"),
        (3, b"\1\2\3", b"\1\2\3", "REG_BINARY"),
        (4, b"\1\2\0\0", 0x0201, "REG_DWORD"),
        (5, b"\0\0\2\1", 0x0201, "REG_DWORD_BIG_ENDIAN"),
        (7, utf16("a\0b\0\0"), ("a", "b"), "REG_MULTI_SZ"),
        (7, utf16("\0"), (), "REG_MULTI_SZ"),
        (7, b"", (), "REG_MULTI_SZ"),
        (7, utf16("a\0\0b\0\0"), ("a", "", "b"), "REG_MULTI_SZ"),
        (11, b"\xff" * 8, 2**64 - 1, "REG_QWORD"),
    ],
)
def test_data_means_what_its_type_says(type: int, data: bytes, value: object, name: str) -> None:
    found, _, problems = run((KEY, "V", type, data))
    assert [(c.value, c.type) for c in found] == [(value, name)]
    assert problems == ()


@pytest.mark.parametrize(
    ("type", "data", "rule", "message"),
    [
        (4, b"\1\0\0", "RD002", "record 1: REG_DWORD 'V' holds 3 bytes, not 4; its bytes are kept as they are"),
        (11, b"\1\0\0\0", "RD002", "record 1: REG_QWORD 'V' holds 4 bytes, not 8; its bytes are kept as they are"),
        (
            1,
            b"a\0b",
            "RD002",
            "record 1: REG_SZ 'V' holds 3 bytes, and UTF-16 text has an even number; its bytes are kept as they are",
        ),
        (
            7,
            b"\x00\xd8a\0",
            "RD002",
            "record 1: REG_MULTI_SZ 'V' is not valid UTF-16 at byte 0 of its data; its bytes are kept as they are",
        ),
        (0x99, b"\1", "RD012", "record 1: 'V' has the unknown type 0x99; its bytes are kept"),
    ],
)
def test_data_that_its_type_does_not_allow_is_kept_as_bytes_and_said(
    type: int, data: bytes, rule: str, message: str
) -> None:
    found, _, problems = run((KEY, "V", type, data), dword(KEY, "After", 1))
    assert [c.value for c in found] == [data, 1]
    record = PolAt(1, 8, 8 + len(pol_record(KEY, "V", type, data)))
    assert problems == (Problem(rule, message, Evidence("Machine/registry.pol", record)),)


def test_the_last_write_wins_inside_a_file_whatever_the_case() -> None:
    found, _, _ = run(dword(KEY, "Enabled", 1), dword(KEY, "Other", 5), dword(KEY.upper(), "ENABLED", 0))
    assert [(c.setting.text, c.value) for c in found] == [
        (f"HKLM\\{KEY}!Other", 5),
        (f"HKLM\\{KEY.upper()}!ENABLED", 0),
    ]


def test_a_record_without_name_type_and_data_only_creates_the_key() -> None:
    assert run((KEY, "", 0, b"")) == ((), (), ())


def test_an_empty_name_with_data_is_the_default_value_of_the_key() -> None:
    assert values(text(KEY, "", "x")) == {"": "x"}


@pytest.mark.parametrize("name", ["*", "a;b", "http://x/[1]", "1", "**", "C:\\x"])
def test_value_names_may_look_like_anything(name: str) -> None:
    assert values(dword(KEY, name, 7)) == {name: 7}


@pytest.mark.parametrize("prefix", ["**del.", "**Del.", "**DEL."])
def test_del_claims_that_the_value_is_absent(prefix: str) -> None:
    assert values(dword(KEY, "Mode", 1), directive(KEY, prefix + "Mode")) == {"Mode": "(absent)"}


def test_a_value_written_after_its_deletion_is_there() -> None:
    assert values(directive(KEY, "**del.Mode"), dword(KEY, "Mode", 1)) == {"Mode": 1}


@pytest.mark.parametrize("name", ["**delvals.", "**DelVals", "**DELVALS."])
def test_delvals_removes_what_stands_before_it_in_the_key_and_sweeps_weaker_gpos(name: str) -> None:
    found, sweeps, problems = run(
        dword(KEY, "Old", 1),
        dword(f"{KEY}\\Below", "Stays", 2),
        directive(KEY, name),
        dword(KEY, "New", 3),
    )
    assert [(c.setting.text.rpartition("\\")[2], c.value) for c in found] == [("Below!Stays", 2), ("Contoso!New", 3)]
    assert [(s.scope, s.key, s.tree) for s in sweeps] == [(Scope.DEVICE, KEY.casefold(), False)]
    assert problems == ()


def test_delvals_alone_is_an_empty_list() -> None:
    found, sweeps, _ = run(directive(KEY, "**delvals."))
    end = len(pol(directive(KEY, "**delvals.")))
    evidence = Evidence("Machine/registry.pol", PolAt(1, 8, end))
    assert (found, sweeps) == ((), (Sweep(Scope.DEVICE, KEY.casefold(), False, evidence),))


def test_deletevalues_deletes_each_name_of_its_list() -> None:
    assert values(dword(KEY, "A", 1), dword(KEY, "C", 1), text(KEY, "**DeleteValues", "A; B;")) == {
        "C": 1,
        "A": "(absent)",
        "B": "(absent)",
    }


def test_deletekeys_removes_the_named_subkeys_with_everything_below() -> None:
    found, sweeps, _ = run(
        dword(f"{KEY}\\Run", "A", 1),
        dword(f"{KEY}\\RUN\\Deep", "B", 1),
        dword(f"{KEY}\\Runner", "C", 1),
        dword(KEY, "D", 1),
        text(KEY, "**DeleteKeys", "Run;Find"),
        dword(f"{KEY}\\Run", "E", 1),
    )
    assert [c.setting.text.rpartition("!")[2] for c in found] == ["C", "D", "E"]
    assert [(s.key, s.tree) for s in sweeps] == [
        (f"{KEY}\\run".casefold(), True),
        (f"{KEY}\\find".casefold(), True),
    ]


def test_a_soft_value_is_soft_when_the_file_does_not_know_what_is_there() -> None:
    assert values(dword(KEY, "**soft.Mode", 1)) == {"Mode": ("soft", 1)}


def test_a_soft_value_gives_way_to_one_that_the_file_wrote_before() -> None:
    assert values(dword(KEY, "Mode", 2), dword(KEY, "**soft.Mode", 1)) == {"Mode": 2}


@pytest.mark.parametrize(
    "before",
    [directive(KEY, "**del.Mode"), directive(KEY, "**delvals."), text("Software\\Policies", "**DeleteKeys", "Contoso")],
)
def test_a_soft_value_is_certain_after_the_file_removed_what_was_there(before: Written) -> None:
    assert values(before, dword(KEY, "**soft.Mode", 1)) == {"Mode": 1}


@pytest.mark.parametrize("name", ["**SecureKey", "**securekey", "**Comment:why"])
def test_permissions_and_comments_claim_nothing_and_are_no_error(name: str) -> None:
    assert run(dword(KEY, name, 1)) == ((), (), ())


def test_an_unknown_instruction_is_a_value_of_that_name_and_is_said() -> None:
    found, _, problems = run(dword(KEY, "**New.Mode", 1))
    assert [(c.setting.text, c.value) for c in found] == [(f"HKLM\\{KEY}!**New.Mode", 1)]
    assert [(p.rule, p.message) for p in problems] == [
        ("RD012", "record 1: '**New.Mode' is no instruction that [MS-GPREG] knows; taken for a value of that name")
    ]


@pytest.mark.parametrize("key", ["HKLM\\Software", "hkey_local_machine\\Software", "\\Software", "HKCU"])
def test_a_key_that_names_a_hive_claims_nothing_and_is_said(key: str) -> None:
    found, _, problems = run(dword(key, "A", 1), dword(KEY, "B", 2))
    assert [c.value for c in found] == [2]
    message = f"record 1: its key '{key}' starts with a hive; the hive is given by the folder, Machine or User"
    assert [(p.rule, p.message) for p in problems] == [("RD002", message)]


def test_a_record_without_a_key_claims_nothing_and_is_said() -> None:
    found, _, problems = run(dword("", "A", 1))
    assert (found, [(p.rule, p.message) for p in problems]) == ((), [("RD002", "record 1: it names no key")])


@pytest.mark.parametrize(("key", "name"), [("Soft\ud800ware", "A"), (KEY, "A\udc00")])
def test_a_name_that_is_not_utf16_costs_only_its_own_record(key: str, name: str) -> None:
    found, _, problems = run(dword(key, name, 1), dword(KEY, "B", 2))
    assert [c.value for c in found] == [2]
    message = "record 1: its key or value name is not valid UTF-16 (a surrogate without its pair)"
    assert [(p.rule, p.message) for p in problems] == [("RD005", message)]


# Samba's reader as the oracle

SAMBA_READS_MORE = {
    "header_doesnt_match.pol": "Samba does not check the signature",
    "no_header.pol": "Samba does not check the signature",
    "memory_on_multiple_elements_dont_overlap.pol": "Samba reads a string to its NUL, whatever the size field says",
    "{75545F76-DEC2-4ADA-B7B8-D5209FD48727}/User/Registry.pol": "likewise",
}
"""Files, by the end of their names, that Samba reads and [MS-GPREG] forbids; Windows stops where this reader does."""


@cache
def samba_python() -> str | None:
    candidates = filter(None, (shutil.which("python3"), "/usr/bin/python3", "/usr/local/bin/python3"))
    for candidate in dict.fromkeys(candidates):
        probe = [candidate, "-c", "import samba.gp_parse.gp_pol"]
        if Path(candidate).exists() and subprocess.run(probe, capture_output=True, check=False).returncode == 0:
            return candidate
    return None


def samba_reads(paths: Sequence[Path]) -> dict[str, dict[str, object]]:
    python = samba_python()
    if python is None:
        pytest.skip("no interpreter here can import samba: install python3-samba to compare with its reader")
    script = Path(__file__).with_name("samba_oracle.py")
    listed = "\n".join(map(str, paths))
    done = subprocess.run([python, script, "read"], input=listed, capture_output=True, text=True, check=True)
    answer: dict[str, dict[str, object]] = json.loads(done.stdout)
    return answer


def as_samba_says_it(found: Sequence[Record]) -> list[list[object]]:
    return [[r.key, r.name, r.type, len(r.data), hashlib.sha256(r.data).hexdigest()] for r in found]


def test_every_real_file_reads_as_samba_reads_it(sample_data: Path) -> None:
    paths = sorted(p for p in sample_data.rglob("*") if p.suffix.casefold() == ".pol")
    samba = samba_reads(paths)
    more: set[str] = set()
    for path in paths:
        found, error = records(path.read_bytes())
        theirs = samba[str(path)]
        if "error" in theirs:
            assert error is not None, f"Samba rejects {path}: {theirs['error']}"
        elif error is not None:
            more |= {name for name in SAMBA_READS_MORE if path.as_posix().endswith(name)} or {str(path)}
        else:
            assert as_samba_says_it(found) == theirs["records"], path
    assert more == set(SAMBA_READS_MORE)


def test_files_of_every_type_read_as_samba_reads_them(tmp_path: Path) -> None:
    written: list[Written] = [
        ("Ключ\\💡", "имя;[x]", 1, utf16("значение\0")),
        ("K", "expand", 2, utf16("%a%\0")),
        ("K", "odd", 3, b"\1\2\3"),
        ("K", "after odd data", 4, struct.pack("<I", 0x5D005B)),
        ("K", "big", 5, b"\0\0\0\1"),
        ("K", "list", 7, utf16("a\0b\0\0")),
        ("K", "q", 11, struct.pack("<Q", 2**63)),
        ("K", "none", 0, b""),
        ("K", "Ā㬀", 3, b"]\0[\0;\0\n"),
    ]
    path = tmp_path / "all.pol"
    path.write_bytes(pol(*written))
    found, error = records(path.read_bytes())
    assert error is None
    assert samba_reads([path]) == {str(path): {"records": as_samba_says_it(found)}}
