"""What programs read: JSON by its contract, SARIF by the specification, one line per finding, workflow commands."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from policylint import __version__
from policylint.effective import Outcome, Result
from policylint.evidence import ByteAt, Evidence, JsonAt, LineAt, PolAt, XmlAt
from policylint.findings import Finding, Location, Severity, Summary
from policylint.locate import Locator
from policylint.reports import CHECK_FORMATS, EFFECTIVE_FORMATS, STORY_FORMATS, RuleText
from policylint.reports.order import ordered
from tests.reporting import EXPORT, HELLO, POL, SUMMARY, desk

SCHEMAS = Path(__file__).parent / "schemas"


@dataclass(frozen=True)
class Rule:
    """The least that reports need to know of a rule."""

    id: str
    name: str
    severity: Severity = "warning"
    summary: str = "One sentence."
    why: str = "What happens."
    fix: str = "What to do."
    references: list[str] = field(default_factory=lambda: ["https://learn.microsoft.com/x", "https://example.com/y"])


def rules() -> dict[str, RuleText]:
    return {"WH001": Rule("WH001", "certificate-overrides-cloud-trust", "error"), "GP001": Rule("GP001", "dead")}


def parsed(schema: str, text: str) -> Any:
    """The document of a report, after its schema found nothing wrong with it."""
    document = json.loads(text)
    checker = Draft202012Validator(json.loads((SCHEMAS / f"{schema}.schema.json").read_text("utf-8")))
    assert [f"{error.json_path}: {error.message}" for error in checker.iter_errors(document)] == []
    return document


def sarif(*findings: Finding, locator: Locator) -> Any:
    return parsed("sarif", CHECK_FORMATS["sarif"](findings, SUMMARY, locator, rules()))["runs"][0]


def about(message: str, *places: Evidence) -> Finding:
    locations = tuple(Location(place, "related" if number else "primary") for number, place in enumerate(places))
    return Finding("RD001", "unreadable", "note", "certain", message, locations)


@pytest.fixture
def many() -> list[Finding]:
    """Findings at every kind of place, several of them alike."""
    places = [
        None,
        PolAt(2, 8, 9),
        PolAt(10, 1, 2),
        XmlAt(()),
        XmlAt((2,)),
        XmlAt((10, 1)),
        JsonAt(""),
        JsonAt("/a/2"),
        JsonAt("/a/10"),
        JsonAt("/a/b"),
        LineAt(2),
        LineAt(10, 3),
        ByteAt(9),
    ]
    found = [about("m", Evidence(path, place)) for path in ("b", "a") for place in places]
    return [about("run"), *found, *(replace(f, rule="AD001", message="n", targets=("T",)) for f in found), found[0]]


class TestJson:
    """The contract of check, resolve and why."""

    def test_check_follows_the_contract_key_by_key(self, tmp_path: Path) -> None:
        at = desk(tmp_path)
        document = parsed("check", CHECK_FORMATS["json"]([at.finding], SUMMARY, at.locator, {}))
        expected = {
            "version": 1,
            "summary": {
                "policies": 2,
                "settings": 3,
                "targets": 2,
                "files": 4,
                "unread": 1,
                "findings": {"error": 1, "warning": 0, "note": 0},
                "ignored": 2,
            },
            "findings": [
                {
                    "rule": "WH001",
                    "name": "certificate-overrides-cloud-trust",
                    "severity": "error",
                    "confidence": "certain",
                    "message": at.finding.message,
                    "setting": f"HKLM\\{HELLO}!UseCertificateForOnPremAuth",
                    "target": "Workstations",
                    "policies": [
                        {"id": "{6A1F}", "name": "WHfB PKI", "channel": "gpo"},
                        {"id": "9b1c", "name": "Cloud Trust", "channel": "mdm"},
                    ],
                    "locations": [
                        {
                            "path": POL,
                            "role": "primary",
                            "label": "forces certificate trust",
                            "line": None,
                            "column": None,
                            "record": 2,
                            "pointer": None,
                            "bytes": [0x88, 0x130],
                        },
                        {
                            "path": EXPORT,
                            "role": "related",
                            "label": "loses (W-GRP-E, truth table)",
                            "line": 9,
                            "column": 26,
                            "record": None,
                            "pointer": "/settings/1/choiceSettingValue/value",
                            "bytes": None,
                        },
                    ],
                    "help": at.finding.help,
                    "fingerprint": at.finding.fingerprint,
                    "targets": ["Workstations"],
                    "scope": "device",
                    "why": at.finding.why,
                    "targets_count": 1,
                }
            ],
        }
        assert json.dumps(document) == json.dumps(expected)  # the order of keys is part of the contract

    def test_the_target_is_the_first_of_several_or_null(self, tmp_path: Path) -> None:
        findings = [about("a"), replace(about("b"), targets=("X", "Y"))]
        found = parsed("check", CHECK_FORMATS["json"](findings, SUMMARY, Locator({}), {}))["findings"]
        assert [(f["target"], f["targets"]) for f in found] == [(None, []), ("X", ["X", "Y"])]

    def test_targets_that_are_not_listed_are_counted(self, tmp_path: Path) -> None:
        findings = [about("a"), replace(about("b"), targets=("X", "Y"), unlisted=98)]
        found = parsed("check", CHECK_FORMATS["json"](findings, SUMMARY, Locator({}), {}))["findings"]
        assert [(f["targets"], f["targets_count"]) for f in found] == [([], 0), (["X", "Y"], 100)]

    def test_resolve_follows_the_contract(self, tmp_path: Path) -> None:
        at = desk(tmp_path)
        document = parsed("resolve", EFFECTIVE_FORMATS["json"](at.effective, at.locator))
        assert document["target"] == {
            "name": "London laptop",
            "device": "contoso.com/Workstations",
            "user": "contoso.com/Users",
            "facts": {"join": "hybrid", "mdm": True},
        }
        assert [(row["setting"], row["state"], row["value"], row["candidates"]) for row in document["settings"]] == [
            ("./User/Vendor/MSFT/Policy/Config/DeviceLock/MinDevicePasswordLength", "determined", 8, [8]),
            (f"HKLM\\{HELLO}!UseCertificateForOnPremAuth", "conditional", 1, [1, 0]),
            (f"HKLM\\{HELLO}!UseCloudTrustForOnPremAuth", "undetermined", None, [1, None]),
        ]
        assert document["outcomes"] == [
            {
                "id": "whfb/trust-model",
                "state": "conditional",
                "value": "certificate",
                "candidates": ["certificate", "cloud-kerberos"],
                "conditions": ['wmi-filter "Laptops"'],
                "reasons": ["W-TABLE", "W-GRP-E"],
                "prerequisites": ["certificate: a PKI"],
            }
        ]

    def test_a_contender_tells_its_policy_place_reasons_and_claim(self, tmp_path: Path) -> None:
        at = desk(tmp_path)
        document = parsed("why", STORY_FORMATS["json"](at.effective, (at.contested,), at.locator))
        assert document["setting"]["losers"] == [
            {
                "policy": "Cloud Trust",
                "id": "9b1c",
                "channel": "mdm",
                "location": {
                    "path": EXPORT,
                    "line": 9,
                    "column": 26,
                    "record": None,
                    "pointer": "/settings/1/choiceSettingValue/value",
                    "bytes": None,
                },
                "reasons": ["W-GRP-E"],
                "setting": f"HKLM\\{HELLO}!UseCertificateForOnPremAuth",
                "scope": "device",
                "value": 0,
                "type": "choice",
                "absent": False,
                "origin": "./Device/Vendor/MSFT/PassportForWork/{tenantid}/Policies/UseCertificateForOnPremAuth",
                "when": "mdm",
            }
        ]
        assert document["setting"]["winner"]["policy"] == "WHfB PKI"

    def test_why_tells_an_outcome_with_its_contenders(self, tmp_path: Path) -> None:
        at = desk(tmp_path)
        document = parsed("why", STORY_FORMATS["json"](at.effective, (at.outcome,), at.locator))
        assert [entry["policy"] for entry in document["outcome"]["contenders"]] == ["WHfB PKI", "Cloud Trust"]

    def test_the_output_is_ascii(self, tmp_path: Path) -> None:
        at = desk(tmp_path)
        found = about("Büro \ud800 \x1b\u202e", Evidence("Büro\udcff.json", JsonAt("/ä")))
        texts = [CHECK_FORMATS[name]([found], SUMMARY, at.locator, {}) for name in ("json", "sarif")]
        assert [text.isascii() and "\x1b" not in text for text in texts] == [True, True]


class TestSarif:
    """SARIF 2.1.0."""

    def test_a_result_carries_rule_level_places_and_fingerprint(self, tmp_path: Path) -> None:
        at = desk(tmp_path)
        run = sarif(at.finding, locator=at.locator)
        assert run["results"] == [
            {
                "ruleId": "WH001",
                "ruleIndex": 1,
                "level": "error",
                "message": {"text": f"{at.finding.message}\n\n{at.finding.help}"},
                "locations": [
                    {
                        "physicalLocation": {
                            "artifactLocation": {
                                "uri": "gpo/%7B6A1F%7D/DomainSysvol/GPO/Machine/registry.pol",
                                "uriBaseId": "%SRCROOT%",
                            },
                            "region": {"startLine": 1, "byteOffset": 0x88, "byteLength": 0xA8},
                        },
                        "message": {"text": "forces certificate trust"},
                    }
                ],
                "relatedLocations": [
                    {
                        "id": 1,
                        "physicalLocation": {
                            "artifactLocation": {"uri": "intune/Cloud%20Trust.json", "uriBaseId": "%SRCROOT%"},
                            "region": {"startLine": 9, "startColumn": 26, "endColumn": 114},
                        },
                        "message": {"text": "loses (W-GRP-E, truth table)"},
                    }
                ],
                "partialFingerprints": {"policylint/v1": at.finding.fingerprint},
                "properties": {
                    "confidence": "certain",
                    "policies": [
                        {"id": "{6A1F}", "name": "WHfB PKI", "channel": "gpo"},
                        {"id": "9b1c", "name": "Cloud Trust", "channel": "mdm"},
                    ],
                    "setting": f"HKLM\\{HELLO}!UseCertificateForOnPremAuth",
                    "targets": ["Workstations"],
                },
            }
        ]

    def test_the_driver_lists_the_whole_rule_book_and_rules_beside_it(self, tmp_path: Path) -> None:
        driver = sarif(about("m"), locator=Locator({}))["tool"]["driver"]
        assert (driver["name"], driver["version"]) == ("policylint", __version__)
        assert [rule["id"] for rule in driver["rules"]] == ["GP001", "RD001", "WH001"]
        assert driver["rules"][0] == {
            "id": "GP001",
            "name": "dead",
            "shortDescription": {"text": "One sentence."},
            "fullDescription": {"text": "What happens."},
            "help": {
                "text": "What happens.\n\nWhat to do.\n\nhttps://learn.microsoft.com/x\nhttps://example.com/y",
                "markdown": "## Why\n\nWhat happens.\n\n## Fix\n\nWhat to do.\n\n"
                "## References\n\n- <https://learn.microsoft.com/x>\n- <https://example.com/y>",
            },
            "helpUri": "https://learn.microsoft.com/x",
            "defaultConfiguration": {"level": "warning"},
            "properties": {"tags": ["GP"]},
        }

    def test_a_finding_about_the_run_stands_at_the_root(self, tmp_path: Path) -> None:
        (result,) = sarif(about("nothing was collected"), locator=Locator({}))["results"]
        assert result["locations"] == [
            {"physicalLocation": {"artifactLocation": {"uri": ".", "uriBaseId": "%SRCROOT%"}}}
        ]

    def test_any_path_becomes_a_uri_and_no_name_becomes_a_link(self, tmp_path: Path) -> None:
        found = about("policy [click](https://evil.example) [1]", Evidence("a b:ü#?\udcff/c.xml"))
        (result,) = sarif(found, locator=Locator({}))["results"]
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert uri == "a%20b%3A%C3%BC%23%3F%ED%B3%BF/c.xml"
        assert result["message"]["text"] == r"policy \[click\](https://evil.example) [1]"


class TestLines:
    """concise and github."""

    def test_concise_is_one_line_for_each_finding(self, tmp_path: Path) -> None:
        at = desk(tmp_path)
        export = about("key stands twice", at.value)
        whole = about("not read", Evidence("zz.bin"))
        run = about("nothing")
        shown = CHECK_FORMATS["concise"]([whole, export, run, at.finding], SUMMARY, at.locator, {})
        assert shown.splitlines() == [
            f"{POL}#record2: error[WH001] {at.finding.message}",
            "policylint: note[RD001] nothing",
            f"{EXPORT}:9:26: note[RD001] key stands twice",
            "zz.bin: note[RD001] not read",
            "4 files (1 not read), 2 policies, 3 settings, 2 targets: 1 error, 0 warnings, 3 notes, 2 ignored",
        ]

    def test_github_annotates_the_line_and_names_a_record_in_the_message(self, tmp_path: Path) -> None:
        at = desk(tmp_path)
        text = replace(at.finding, locations=at.finding.locations[::-1], help="", severity="note")
        text = replace(text, locations=tuple(replace(entry, role="primary") for entry in text.locations[:1]))
        shown = CHECK_FORMATS["github"]([at.finding, text], SUMMARY, at.locator, {}).splitlines()
        assert shown[:2] == [
            f"::error file={POL},title=WH001 certificate-overrides-cloud-trust::{at.finding.message}"
            f"%0A{POL}  record 2, bytes 0x88\N{EN DASH}0x130: forces certificate trust"
            f"%0A{EXPORT}:9:26: loses (W-GRP-E, truth table)%0Ahelp: {at.finding.help}",
            f"::notice file={EXPORT},line=9,col=26,endColumn=114,title=WH001 certificate-overrides-cloud-trust::"
            + at.finding.message,
        ]

    @pytest.mark.parametrize("name", ["concise", "github"])
    def test_names_from_inputs_start_no_line_and_no_command(self, name: str) -> None:
        evil = "a%0A\n::error::x,line=1\r\x1b[2J"
        found = replace(about(evil, Evidence(evil)), name=evil, help=evil)
        shown = CHECK_FORMATS[name]([found], SUMMARY, Locator({}), {})
        lines = shown.splitlines()
        assert (len(lines), "\x1b" in shown, lines[1].startswith("4 files")) == (2, False, True)
        assert not lines[0].startswith("::error")


class TestOrder:
    """Same input, same bytes."""

    @pytest.mark.parametrize("name", sorted(CHECK_FORMATS))
    def test_shuffled_findings_give_the_same_bytes(self, name: str, many: list[Finding]) -> None:
        texts = set()
        for seed in range(5):
            shuffled = random.Random(seed).sample(many, len(many))  # noqa: S311  # shuffles
            texts.add(CHECK_FORMATS[name](shuffled, SUMMARY, Locator({}), rules()))
        assert len(texts) == 1

    def test_findings_stand_by_file_place_and_rule(self, many: list[Finding]) -> None:
        places = [f.locations[0].evidence.place for f in ordered(many) if f.locations and f.rule == "AD001"]
        kinds = [
            None,
            ByteAt(9),
            JsonAt(""),
            JsonAt("/a/2"),
            JsonAt("/a/10"),
            JsonAt("/a/b"),
            LineAt(2),
            LineAt(10, 3),
            PolAt(2, 8, 9),
            PolAt(10, 1, 2),
            XmlAt(()),
            XmlAt((2,)),
            XmlAt((10, 1)),
        ]
        assert places == kinds * 2
        assert [f.rule for f in ordered(many)[:5]] == ["RD001", "AD001", "RD001", "AD001", "RD001"]

    def test_hash_randomisation_changes_nothing(self, tmp_path: Path) -> None:
        program = (
            "import sys; from pathlib import Path; from tests.reporting import SUMMARY, desk\n"
            "from policylint.reports import CHECK_FORMATS, EFFECTIVE_FORMATS, STORY_FORMATS\n"
            "at = desk(Path(sys.argv[1]))\n"
            "print(*(f([at.finding], SUMMARY, at.locator, {}) for f in CHECK_FORMATS.values()))\n"
            "print(*(f(at.effective, at.locator) for f in EFFECTIVE_FORMATS.values()))\n"
            "print(*(f(at.effective, (at.contested,), at.locator) for f in STORY_FORMATS.values()))\n"
        )
        printed = [
            subprocess.run(
                [sys.executable, "-c", program, str(tmp_path)],
                capture_output=True,
                check=True,
                cwd=Path(__file__).parents[1],
                env={"PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            ).stdout
            for seed in ("1", "2")
        ]
        assert printed[0] == printed[1]


def test_formats_are_imported_when_they_are_used() -> None:
    program = "import sys, policylint.reports\nprint([m for m in sys.modules if m.startswith('policylint.reports.')])"
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True, cwd=Path(__file__).parents[1]
    ).stdout
    assert shown == "[]\n"


def test_an_empty_run_is_valid_in_every_format() -> None:
    nothing = Summary(0, 0, 0, 0, 0)
    parsed("check", CHECK_FORMATS["json"]([], nothing, Locator({}), {}))
    parsed("sarif", CHECK_FORMATS["sarif"]([], nothing, Locator({}), {}))


def test_an_open_outcome_has_no_value(tmp_path: Path) -> None:
    at = desk(tmp_path)
    subjects: list[Result | Outcome] = [replace(at.outcome, value=None)]
    document = parsed("why", STORY_FORMATS["json"](at.effective, subjects, at.locator))
    assert document["outcome"]["value"] is None
