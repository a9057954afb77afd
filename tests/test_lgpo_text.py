"""Reading LGPO text: four lines a setting, in any encoding, equal to the Registry.pol it was made from."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policylint.evidence import Evidence, LineAt
from policylint.model import Channel, Claim, FileRecord, Policy, Scope, Sweep, Value, registry
from policylint.readers.gpo import lgpo_text
from policylint.readers.gpo.registry_pol import claims, records
from policylint.readers.source import Reading, Source
from tests.gpo_take import take_backups
from tests.gpo_writer import sources, write

HEADING = "; PARSING Computer POLICY\r\n"


def read(base: Path, text: str, encoding: str = "utf-8") -> Reading:
    write(base, {"policy.txt": text.encode(encoding)})
    reading, rest = lgpo_text.take(sources(base))
    assert rest == []
    return reading


def block(action: str, name: str = "V", side: str = "Computer") -> str:
    return f"{side}\r\nSoftware\\K\r\n{name}\r\n{action}\r\n\r\n"


def test_a_file_is_a_policy_named_by_its_path(tmp_path: Path) -> None:
    text = HEADING + "\r\n" + block("DWORD:1") + block("SZ:x", "W", "User")
    evidence = [Evidence("policy.txt", LineAt(line)) for line in (5, 10)]
    assert read(tmp_path, text) == Reading(
        (
            Policy(
                "policy.txt",
                "policy.txt",
                Channel.GPO,
                "gpo",
                Evidence("policy.txt"),
                (
                    Claim(registry(Scope.DEVICE, "Software\\K", "V"), Scope.DEVICE, 1, "REG_DWORD", evidence[0]),
                    Claim(registry(Scope.USER, "Software\\K", "W"), Scope.USER, "x", "REG_SZ", evidence[1]),
                ),
            ),
        ),
        files=(FileRecord("policy.txt", "read", "LGPO text", "", 2),),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    reading = read(tmp_path, block("SZ:Grüße"), encoding)
    assert [claim.value for claim in reading.policies[0].claims] == ["Grüße"]


@pytest.mark.parametrize(
    ("action", "type", "value"),
    [
        ("DWORD:10", "REG_DWORD", 10),
        ("DWORD:0x10", "REG_DWORD", 16),
        ("QWORD:4294967296", "REG_QWORD", 1 << 32),
        ("SZ:a:b", "REG_SZ", "a:b"),
        ("SZ:", "REG_SZ", ""),
        (r"SZ:C:\\Windows", "REG_SZ", r"C:\Windows"),
        (r"SZ:C:\Windows", "REG_SZ", r"C:\Windows"),
        (r"EXSZ:%windir%\\x", "REG_EXPAND_SZ", r"%windir%\x"),
        (r"MULTISZ:a\0b\0", "REG_MULTI_SZ", ("a", "b")),
        (r"MULTISZ:\0", "REG_MULTI_SZ", ()),
        ("BINARY:01ff", "REG_BINARY", b"\x01\xff"),
        ("dword:1", "REG_DWORD", 1),
    ],
)
def test_every_type_has_its_value(tmp_path: Path, action: str, type: str, value: Value) -> None:
    (claim,) = read(tmp_path, block(action)).policies[0].claims
    assert (claim.type, claim.value) == (type, value)


def test_actions_without_data_delete_sweep_and_create_keys(tmp_path: Path) -> None:
    text = block("DELETE") + block("DELETEALLVALUES", "*") + block("CREATEKEY", "*") + block("CLEAR", "W")
    (policy,) = read(tmp_path, text).policies
    at = Evidence("policy.txt", LineAt(8))
    assert policy.claims == ()  # the delete stands before the sweep of its key
    assert policy.sweeps == (Sweep(Scope.DEVICE, "software\\k", False, at),)


def test_a_deleted_value_is_a_claim(tmp_path: Path) -> None:
    (claim,) = read(tmp_path, block("DELETE")).policies[0].claims
    assert (claim.setting.text, claim.value, claim.absent) == (r"HKLM\Software\K!V", None, True)


def test_a_file_without_settings_is_known_by_its_heading(tmp_path: Path) -> None:
    reading = read(tmp_path, HEADING + "; PARSING COMPLETED.\r\n")
    assert [policy.claims for policy in reading.policies] == [()]


@pytest.mark.parametrize("text", ["", "Computer science\nis\nfun\nDWORD\n", "Computer\nK\nV\nread me\n", "; note\n"])
def test_other_text_is_left_to_others(tmp_path: Path, text: str) -> None:
    write(tmp_path, {"notes.txt": text.encode()})
    assert lgpo_text.take(sources(tmp_path)) == (Reading(), sources(tmp_path))


@pytest.mark.parametrize(
    ("broken", "rule", "message", "line"),
    [
        (block("FROBNICATE:1"), "RD012", "'FROBNICATE:1' is no action that LGPO.exe knows", 9),
        (block("DWORD:x"), "RD012", "'V' cannot be used: 'x' is not a number", 9),
        (block("DWORD:4294967296"), "RD012", "'V' cannot be used: 4294967296 does not fit into 4 bytes", 9),
        (block("BINARY:0"), "RD012", "'V' cannot be used: binary data is no run of hexadecimal digits", 9),
        ("stray\r\n", "RD012", "neither 'Computer' nor 'User': a setting starts with its side", 6),
        (
            block("DWORD:1", side="User:Administrators"),
            "RD010",
            "a setting of a local GPO for 'User:Administrators' alone: recognised, but not evaluated yet",
            6,
        ),
    ],
)
def test_one_broken_setting_hides_no_other(tmp_path: Path, broken: str, rule: str, message: str, line: int) -> None:
    reading = read(tmp_path, block("DWORD:1", "A") + broken + block("DWORD:2", "B"))
    assert [claim.setting.text for claim in reading.policies[0].claims] == [r"HKLM\Software\K!A", r"HKLM\Software\K!B"]
    assert [(p.rule, p.message, p.evidence.place, p.policy) for p in reading.problems] == [
        (rule, message, LineAt(line), "policy.txt")
    ]


def test_a_cut_off_setting_is_reported(tmp_path: Path) -> None:
    reading = read(tmp_path, block("DWORD:1") + "Computer\r\nSoftware\\K\r\n")
    assert [(p.rule, p.evidence.place) for p in reading.problems] == [("RD012", LineAt(6))]


def test_bytes_that_are_no_text_are_reported(tmp_path: Path) -> None:
    write(tmp_path, {"policy.txt": block("DWORD:1").encode() + b"\xff\xfe"})
    reading, _ = lgpo_text.take(sources(tmp_path))
    assert [(p.rule, p.policy) for p in reading.problems] == [("RD005", "policy.txt")]
    assert [(f.status, f.settings) for f in reading.files] == [("unread", 0)]


@given(st.lists(st.sampled_from(["Computer", "User", "K\\L", "V", "DWORD:1", "SZ:", "DELETE", ";", "", "\0", "x"])))
def test_no_text_ends_in_anything_but_an_answer(lines: list[str]) -> None:
    found = list(lgpo_text.settings(lines))
    assert all(error.rule in ("RD010", "RD012") for error in found if isinstance(error, Exception))


# Real files

TEMPLATES = "Windows Restricted Traffic Limited Functionality Baseline"


def _pairs(sample_data: Path) -> list[tuple[Path, Path]]:
    """Every LGPO text with the Registry.pol it was made from: beside it, or in the project's one backup."""
    texts = sorted((sample_data / "gpo").glob("*-lgpo/**/*.txt"))
    return [(text, _pol(text)) for text in texts]


def _pol(text: Path) -> Path:
    beside = text.with_name("registry.pol")
    if beside.is_file():
        return beside
    side = "Machine" if "machine" in text.name else "User"
    return next((text.parent / "GPO").glob(f"*/DomainSysvol/GPO/{side}/Registry.pol"))


def test_real_texts_claim_what_their_registry_pol_claims(sample_data: Path) -> None:
    pairs = _pairs(sample_data)
    assert len(pairs) == 16
    total = 0
    for text, pol in pairs:
        scope = Scope.DEVICE if "machine" in text.name else Scope.USER
        found, damage = records(pol.read_bytes())
        assert damage is None
        source = Source(text.name, text)
        theirs, their_sweeps, _ = claims(found, scope, source)
        reading, _ = lgpo_text.take([source])
        (ours,) = reading.policies
        assert reading.problems == ()
        assert _said(ours.claims) == _said(theirs), text
        assert {(s.key, s.tree) for s in ours.sweeps} == {(s.key, s.tree) for s in their_sweeps}, text
        total += len(ours.claims)
    assert total == 942


def _said(found: tuple[Claim, ...]) -> dict[str, tuple[Value, str, bool]]:
    return {claim.setting.key: (claim.value, claim.type, claim.absent) for claim in found}


def test_backups_beside_real_texts_are_not_taken_for_text(sample_data: Path) -> None:
    folder = sample_data / "gpo" / "mxk-lgpo"
    pile = sources(folder)
    _, rest = take_backups(pile)
    reading, left = lgpo_text.take(rest)
    assert {record.path for record in reading.files} == {s.path for s in rest} - {s.path for s in left}
    assert {s.suffix for s in rest} - {s.suffix for s in left} == {".txt"}
