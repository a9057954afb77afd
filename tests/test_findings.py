"""What tells findings apart between runs."""

from __future__ import annotations

from policylint.evidence import Evidence
from policylint.findings import Finding, Location, PolicyRef
from policylint.model import Channel

BASE = PolicyRef("{11111111-2222-3333-4444-555555555555}", "Base", Channel.GPO)


def found(path: str, *policies: PolicyRef, setting: str | None = None) -> str:
    places = (Location(Evidence(path), "primary"),)
    return Finding("RD002", "damaged", "error", "certain", "m", places, policies, setting).fingerprint


def test_both_halves_of_one_gpo_have_their_own_fingerprints() -> None:
    assert found("a/Machine/registry.pol", BASE) != found("a/User/registry.pol", BASE)


def test_a_moved_gpo_keeps_its_fingerprints() -> None:
    assert found("a/Machine/registry.pol", BASE) == found("b/c/machine/Registry.pol", BASE)


def test_the_settings_of_one_file_have_their_own_fingerprints() -> None:
    assert found("a/x.xml", BASE, setting="gpp:Groups/one") != found("a/x.xml", BASE, setting="gpp:Groups/two")


def test_files_of_no_policy_are_told_apart_by_their_paths() -> None:
    assert found("a/x.json") != found("b/x.json")


def test_a_renamed_export_keeps_the_fingerprints_of_its_verdicts() -> None:
    def verdict(path: str) -> str:
        places = (Location(Evidence(path), "primary"),)
        return Finding("WH005", "both", "warning", "certain", "m", places, (BASE,)).fingerprint

    assert verdict("a/one.json") == verdict("a/two.json")
