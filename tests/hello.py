"""Short names for writing Windows Hello scenarios in tests."""

from __future__ import annotations

from typing import Any

from policylint.effective import Effective, Outcome, Result
from policylint.rank import rank
from policylint.resolve import resolve
from policylint.scenario import Scenario, estate_of, target_of

HKLM = r"HKLM\SOFTWARE\Policies\Microsoft\PassportForWork!"
HKCU = r"HKCU\SOFTWARE\Policies\Microsoft\PassportForWork!"
PIN = r"HKLM\SOFTWARE\Policies\Microsoft\PassportForWork\PINComplexity!"
DEVICE = "./Device/Vendor/MSFT/PassportForWork/{TenantId}/Policies/"
USER = "./User/Vendor/MSFT/PassportForWork/{TenantId}/Policies/"


def gpo(name: str, settings: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A GPO of a scenario."""
    return {"policy": name, "channel": "gpo", "set": settings, **more}


def mdm(name: str, settings: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An Intune profile of a scenario, assigned to all devices."""
    return {"policy": name, "channel": "mdm", "assigned": "all-devices", "set": settings, **more}


def effective(*given: dict[str, Any], **more: Any) -> Effective:
    """The effective settings of the scenario's target."""
    scenario = Scenario.model_validate({"given": list(given), **more})
    return resolve(rank(estate_of(scenario), target_of(scenario)))


def trust(*given: dict[str, Any], **more: Any) -> Outcome:
    """The trust model of the scenario's target."""
    return effective(*given, **more).outcomes[0]


def row(found: Effective, setting: str, scope: str = "device") -> Result:
    """The row of one setting."""
    return next(r for r in found.settings if r.setting.key == setting.casefold() and r.scope == scope)


def losers(result: Result) -> list[tuple[str, tuple[str, ...]]]:
    """Who lost, and by which rules."""
    return [(loser.policy.name, loser.reasons) for loser in result.losers]
