"""Small estates where Group Policy and Intune, or several Intune policies, set one setting."""

from __future__ import annotations

from typing import Any

from policylint.effective import Result
from policylint.model import setting_id
from policylint.rank import rank
from policylint.resolve import resolve
from policylint.scenario import Scenario, estate_of, target_of

Given = dict[str, Any]

BUILD = "10.0.22631.3007"
SWITCH = "./Device/Vendor/MSFT/Policy/Config/ControlPolicyConflict/MDMWinsOverGP"


def gpo(name: str, link: str = "contoso.com/W#1", **sets: Any) -> Given:
    """A GPO that sets values; `sets` has one key `set`."""
    return {"policy": name, "channel": "gpo", "link": link, **sets}


def mdm(
    name: str, values: dict[str, Any], kind: str = "settings-catalog", assigned: str | None = "all-devices"
) -> Given:
    """An Intune policy, assigned to all devices unless told otherwise."""
    policy = {"policy": name, "channel": "mdm", "kind": kind, "set": values}
    return policy if assigned is None else {**policy, "assigned": assigned}


def settle(given: list[Given], **facts: Any) -> dict[str, Result]:
    """The effective settings of an enrolled hybrid device, by the key of their id."""
    known = {"join": "hybrid", "mdm": True, "os-build": BUILD, **facts}
    told = {name: value for name, value in known.items() if value is not None}
    scenario = Scenario.model_validate({"given": given, "facts": told})
    effective = resolve(rank(estate_of(scenario), target_of(scenario)))
    return {row.setting.key: row for row in effective.settings}


def settled(setting: str, given: list[Given], **facts: Any) -> Result:
    """One effective setting."""
    return settle(given, **facts)[setting_id(setting).key]


def told(row: Result) -> tuple[str, object, tuple[object, ...], tuple[str, ...]]:
    """What a row answers: state, value, candidates, conditions."""
    return row.state.value, row.value, row.candidates, row.conditions


def winner(row: Result) -> str | None:
    """Whose value it is."""
    return row.winner.policy.name if row.winner else None
