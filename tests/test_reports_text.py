"""What people read: findings as in rustc, the effective settings, and the story of one setting."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from policylint.effective import Effective, State
from policylint.evidence import ByteAt, Evidence, JsonAt
from policylint.facts import Every, Is, Not, Some
from policylint.findings import Finding, Location, Summary
from policylint.locate import Locator
from policylint.model import Scope, registry
from policylint.reports import CHECK_FORMATS, EFFECTIVE_FORMATS, STORY_FORMATS
from policylint.reports.phrases import said
from tests.reporting import SUMMARY, Desk, desk

SUMMED = "4 files (1 not read), 2 policies, 3 settings, 2 targets: 1 error, 0 warnings, 0 notes, 2 ignored\n"


def printed(at: Desk, *findings: Finding, color: bool = False) -> str:
    return CHECK_FORMATS["text"](findings, SUMMARY, at.locator, {}, color)


def told(at: Desk, *subjects: object) -> str:
    return STORY_FORMATS["text"](at.effective, subjects, at.locator)  # type: ignore[arg-type]  # results and outcomes


def bare(message: str, *locations: Location) -> Finding:
    return Finding("RD001", "unreadable", "error", "certain", message, locations)


class TestFindings:
    """check -o text"""

    def test_a_finding_reads_like_an_error_of_rustc(self, tmp_path: Path) -> None:
        at = desk(tmp_path)
        assert printed(at, at.finding) == (
            r"""
error[WH001]: certificate trust wins: cloud Kerberos trust in "Cloud Trust" has no effect on OU=Workstations
   --> gpo/{6A1F}/DomainSysvol/GPO/Machine/registry.pol  record 2, bytes 0x88{dash}0x130
    |
  2 | SOFTWARE\Policies\Microsoft\PassportForWork!UseCertificateForOnPremAuth = REG_DWORD 1
    |                                                                                     ^ forces certificate trust
   ::: intune/Cloud Trust.json:9:26
    |
  9 |         "value": "…rwork_{tenantid}_policies_usecloudtrustforonpremauth_true"
    |                  ------------------------------------------------------------ loses (W-GRP-E, truth table)
    = why:  policylint why whfb/trust-model --for Workstations
    = help: set "Use certificate for on-premises authentication" to Not Configured in "WHfB PKI"

""".lstrip().replace("{dash}", "\N{EN DASH}")
            + SUMMED
        )

    def test_several_targets_and_doubt_are_said(self, tmp_path: Path) -> None:
        at = desk(tmp_path)
        several = replace(bare("x"), targets=("A", "B", "C", "D", "E"), confidence="likely")
        assert printed(at, several) == (
            "error[RD001]: x\n    = targets: A, B, C and 2 more\n    = confidence: likely\n\n" + SUMMED
        )

    def test_a_place_without_a_line_is_named_as_far_as_it_is_known(self, tmp_path: Path) -> None:
        at = desk(tmp_path)
        found = bare(
            "damaged",
            Location(Evidence("a.pol", ByteAt(20)), "primary", "expected ']'"),
            Location(Evidence("b.json", JsonAt("/gone")), "related"),
            Location(Evidence("c.xml"), "related", "not registered here"),
        )
        assert printed(at, found) == (
            "error[RD001]: damaged\n"
            "   --> a.pol  byte 0x14: expected ']'\n"
            "   ::: b.json  at /gone\n"
            "   ::: c.xml: not registered here\n\n" + SUMMED
        )

    def test_nothing_found_is_one_line(self, tmp_path: Path) -> None:
        line = CHECK_FORMATS["text"]([], Summary(1, 1, 1, 1, 0), Locator({}), {})
        assert line == "1 file, 1 policy, 1 setting, 1 target: 0 errors, 0 warnings, 0 notes\n"

    def test_names_from_inputs_cannot_touch_the_terminal(self, tmp_path: Path) -> None:
        at, evil = desk(tmp_path), "a\x1b[2J\nerror[XX001]: forged \u202e"
        (tmp_path / "evil.json").write_text(f'{{"name": "{evil[:1]}\x1b]0;x\x07"}}', "utf-8")
        place = Evidence(evil, JsonAt("/name"))
        found = replace(bare(evil, Location(place, "primary", evil)), help=evil, why=evil, targets=(evil, evil))
        shown = CHECK_FORMATS["text"]([found], SUMMARY, Locator({evil: tmp_path / "evil.json"}), {})
        safe = r"a\x1b[2J\nerror[XX001]: forged \u202e"
        assert shown == (
            f"error[RD001]: {safe}\n"
            f"   --> {safe}:1:10\n"
            "    |\n"
            r'  1 | {"name": "a\x1b]0;x\x07"}'
            "\n"
            f"    |          {'^' * 15} {safe}\n"
            f"    = targets: {safe}, {safe}\n"
            f"    = why:  {safe}\n"
            f"    = help: {safe}\n\n" + SUMMED
        )
        assert at.locator is not None

    def test_the_underline_stands_below_wide_characters_and_tabs(self, tmp_path: Path) -> None:
        (tmp_path / "f").write_text('{\t"日本": "x"}', "utf-8")
        found = bare("m", Location(Evidence("f", JsonAt("/日本")), "primary"))
        shown = CHECK_FORMATS["text"]([found], SUMMARY, Locator({"f": tmp_path / "f"}), {})
        assert shown.splitlines()[3:5] == ['  1 | {    "日本": "x"}', "    |              ^^^"]

    def test_colour_changes_nothing_but_colour(self, tmp_path: Path) -> None:
        import click

        at = desk(tmp_path)
        colored = printed(at, at.finding, color=True)
        assert colored.startswith("\x1b[31m\x1b[1merror[WH001]\x1b[0m")
        assert click.unstyle(colored) == printed(at, at.finding)


class TestEffective:
    """resolve -o text"""

    def test_outcomes_come_first_then_settings_by_key(self, tmp_path: Path) -> None:
        at = desk(tmp_path)
        assert EFFECTIVE_FORMATS["text"](at.effective, at.locator) == (
            r"""
London laptop
  device  contoso.com/Workstations
  user    contoso.com/Users
  facts   join: hybrid, mdm: true

outcomes
    ~ whfb/trust-model                       certificate
      because  W-TABLE, W-GRP-E
      if       wmi-filter "Laptops"
      needs    certificate: a PKI

device: 2 settings

  HKLM\SOFTWARE\Policies\Microsoft\PassportForWork
    ~ UseCertificateForOnPremAuth            1                        "WHfB PKI" (gpo)  if [1]  {CERTIFICATE}
    ? UseCloudTrustForOnPremAuth             1 or not set             D19

user: 1 setting

  ./User/Vendor/MSFT/Policy/Config/DeviceLock
    = MinDevicePasswordLength                8                        "Cloud Trust" (mdm)

if
    [1]   wmi-filter "Laptops"

= 1 determined  ~ 2 conditional  ? 1 undetermined  - 0 not-applicable
""".lstrip().replace("{CERTIFICATE}", "Use certificate for on-premises authentication")
        )

    def test_a_deleted_value_is_absent_and_a_default_value_has_a_name(self, tmp_path: Path) -> None:
        at = desk(tmp_path)
        row = replace(at.contested, setting=registry(Scope.DEVICE, "Key", ""), value=None, absent=True, conditions=())
        shown = EFFECTIVE_FORMATS["text"](Effective("T", None, None, {}, (row,), ()), at.locator)
        assert shown.splitlines()[4:6] == [
            r"  HKLM\Key",
            '    ~ (default)                              absent                   "WHfB PKI" (gpo)'
            "  Use certificate for on-premises authentication",
        ]

    def test_long_lists_of_facts_are_broken_between_words(self, tmp_path: Path) -> None:
        facts = {f"fact-{letter}": "x" * 20 for letter in "abcd"}
        shown = EFFECTIVE_FORMATS["text"](Effective("T", None, None, facts, (), ()), Locator({}))
        assert shown.splitlines()[:3] == [
            "T",
            f"  facts   fact-a: {'x' * 20}, fact-b: {'x' * 20}, fact-c: {'x' * 20},",
            f"          fact-d: {'x' * 20}",
        ]

    def test_secrets_are_masked(self, tmp_path: Path) -> None:
        at = desk(tmp_path)
        setting = registry(Scope.DEVICE, "Winlogon", "DefaultPassword")
        assert at.contested.winner is not None
        claim = replace(at.contested.winner.claim, setting=setting, value="hunter2")
        winner = at.contested.winner._replace(claim=claim)
        row = replace(at.contested, setting=setting, value="hunter2", candidates=("hunter2", "hunter3"), winner=winner)
        effective = replace(at.effective, settings=(row,))
        shown = [report(effective, at.locator) for report in EFFECTIVE_FORMATS.values()]
        shown += [report(effective, (row,), at.locator) for report in STORY_FORMATS.values()]
        assert [("****" in text, "hunter" in text) for text in shown] == [(True, False)] * 4


class TestStory:
    """why -o text"""

    HEADER = (
        "London laptop\n  device  contoso.com/Workstations\n  user    contoso.com/Users\n"
        "  facts   join: hybrid, mdm: true\n\n"
    )

    def test_every_policy_stands_with_its_rank_reasons_and_bytes(self, tmp_path: Path) -> None:
        at = desk(tmp_path)
        assert told(at, at.contested) == self.HEADER + (
            r"""
HKLM\SOFTWARE\Policies\Microsoft\PassportForWork!UseCertificateForOnPremAuth (device)
  Use certificate for on-premises authentication

> 1. "WHfB PKI" (gpo)  REG_DWORD 1   G-LINK-ORDER
   --> gpo/{6A1F}/DomainSysvol/GPO/Machine/registry.pol  record 2, bytes 0x88{dash}0x130
    |
  2 | SOFTWARE\Policies\Microsoft\PassportForWork!UseCertificateForOnPremAuth = REG_DWORD 1
    |                                                                                     ^ wins

  2. "Cloud Trust" (mdm)  choice 0   W-GRP-E
     written as ./Device/Vendor/MSFT/PassportForWork/{tenantid}/Policies/UseCertificateForOnPremAuth
     counts if mdm
   ::: intune/Cloud Trust.json:9:26
    |
  9 |         "value": "…rwork_{tenantid}_policies_usecloudtrustforonpremauth_true"
    |                  ------------------------------------------------------------ loses

  value      1
  otherwise  0
  certainty  conditional: it holds as long as the facts below are as assumed
  hangs on   wmi-filter "Laptops"
  because    G-LINK-ORDER: on one container the link with the lowest link order wins
             W-GRP-E: enablement and certificate trust come from one channel: the one that sets
             enablement
""".lstrip().replace("{dash}", "\N{EN DASH}")
        )

    def test_a_policy_that_agrees_with_the_winner_does_not_lose(self, tmp_path: Path) -> None:
        at = desk(tmp_path)
        (loser,) = at.contested.losers
        agreeing = loser._replace(claim=replace(loser.claim, value=1))
        text = told(at, replace(at.contested, losers=(agreeing,)))
        assert [line.rpartition("  ")[2].rpartition("- ")[2] for line in text.splitlines() if " ---" in line] == [
            "says the same"
        ]

    def test_an_outcome_names_the_settings_that_decide_it(self, tmp_path: Path) -> None:
        at = desk(tmp_path)
        lines = told(at, at.outcome).splitlines()
        assert [line for line in lines if ". " in line[:5]] == [
            '> 1. "WHfB PKI" (gpo)  UseCertificateForOnPremAuth = REG_DWORD 1   G-LINK-ORDER',
            '  2. "Cloud Trust" (mdm)  UseCertificateForOnPremAuth = choice 0   W-GRP-E',
        ]
        assert lines[-9:] == [
            "  value      certificate",
            "  otherwise  cloud-kerberos",
            "  certainty  conditional: it holds as long as the facts below are as assumed",
            '  hangs on   wmi-filter "Laptops"',
            "  needs      certificate: a PKI",
            "  because    W-TABLE: off: none; certificate policy on: certificate; else cloud trust on: cloud",
            "             Kerberos; else key",
            "             W-GRP-E: enablement and certificate trust come from one channel: the one that sets",
            "             enablement",
        ]

    def test_without_a_winner_nobody_is_marked(self, tmp_path: Path) -> None:
        at = desk(tmp_path)
        assert at.contested.winner is not None
        contenders = (at.contested.winner, *at.contested.losers)
        row = replace(at.contested, state=State.UNDETERMINED, value=None, winner=None, losers=contenders, conditions=())
        text = told(at, row)
        assert [line[0] for line in text.splitlines() if ". " in line[:5]] == [" ", " "]
        assert text.endswith(
            "\n\n  value      1 or 0\n"
            "  certainty  undetermined: the inputs and the documentation do not settle it\n"
            "  because    G-LINK-ORDER: on one container the link with the lowest link order wins\n"
            "             W-GRP-E: enablement and certificate trust come from one channel: the one that sets\n"
            "             enablement\n"
        )

    def test_both_scopes_are_told_in_one_story(self, tmp_path: Path) -> None:
        at = desk(tmp_path)
        user = replace(at.contested, scope=Scope.USER, winner=None, losers=(), value=None, candidates=())
        titles = [line for line in told(at, at.contested, user).splitlines() if line.endswith((" (device)", " (user)"))]
        assert titles == [f"{at.contested.setting} (device)", f"{at.contested.setting} (user)"]
        assert "  no policy says anything about it\n\n  value      not set\n" in told(at, user)


def test_conditions_read_as_words() -> None:
    when = Every((Is("mdm"), Some((Is("join", "hybrid"), Is("join", "entra"))), Not(Is("site", "London"))))
    assert said(when) == "mdm and (join is hybrid or join is entra) and not site is London"
    assert [said(Is("mdm", False)), said(Every()), said(Some()), said(Not(Every((Is("a"), Is("b")))))] == [
        "not mdm",
        "always",
        "never",
        "not (a and b)",
    ]
