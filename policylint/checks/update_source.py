"""Where devices look for updates: WSUS beside deferrals, and the policies that say which source counts (semantics 2.3).

What reaches one target from both channels decides together, so these checks run for every target.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from policylint.checks.contested import narrow as narrowed
from policylint.checks.found import WHERE, Found, View, claim_spot, listed, quoted
from policylint.effective import Contender, Result, State
from policylint.estate import Estate
from policylint.families.mdm_wins import SWITCH
from policylint.findings import Confidence
from policylint.lowering.products import number
from policylint.model import Scope, Value, csp, registry

_KEY = r"Software\Policies\Microsoft\Windows\WindowsUpdate"
_CLASSES = ("Feature", "Quality", "Driver", "Other")
_WINDOWS_11 = 22000


def _value(name: str, key: str = _KEY) -> str:
    return registry(Scope.DEVICE, key, name).key


SERVER = _value("WUServer")
USES_SERVER = _value("UseWUServer", f"{_KEY}\\AU")
NO_DUAL_SCAN = _value("DisableDualScan")
SOURCES = tuple(_value(f"SetPolicyDrivenUpdateSourceFor{name}Updates") for name in _CLASSES)
DEFERRALS: Mapping[str, Callable[[Value], bool]] = {
    _value("DeferFeatureUpdatesPeriodInDays"): lambda value: number(value) is not None,
    _value("DeferQualityUpdatesPeriodInDays"): lambda value: number(value) is not None,
    _value("DeferFeatureUpdates"): lambda value: number(value) == 1,
    _value("DeferQualityUpdates"): lambda value: number(value) == 1,
}
KEYS = frozenset((SERVER, USES_SERVER, NO_DUAL_SCAN, *SOURCES, *DEFERRALS, csp(SWITCH).key))


def narrow(estate: Estate) -> Estate:
    """The estate with what these checks look at; empty where nobody says which source counts."""
    found = narrowed(estate, KEYS)
    claimed = {claim.setting.key for policy in found.policies for claim in policy.claims}
    return found if claimed & {SERVER, NO_DUAL_SCAN, *SOURCES} else replace(found, policies=())


@dataclass(frozen=True, slots=True)
class _Holds:
    """A setting that has a value that matters, or may have it: who gives it, and how sure that is."""

    by: Contender
    confidence: Confidence


def _may_hold(view: View, key: str, matters: Callable[[Value], bool]) -> bool:
    """Whether any claim on a setting of the device has such a value: asked before anything is resolved."""
    claims = (one.claim for one in view.precedence.contests.get((key, Scope.DEVICE), ()))
    return any(claim.value is not None and matters(claim.value) for claim in claims)


def _rows(view: View) -> Mapping[str, Result]:
    return view.once(_resolved)


def _resolved(view: View) -> Mapping[str, Result]:
    return {row.setting.key: row for row in view.effective.settings if row.scope is Scope.DEVICE}


def _holds(row: Result | None, matters: Callable[[Value], bool]) -> _Holds | None:
    """Whether a setting has such a value: for sure, as assumed, or possibly."""
    if row is None or not any(value is not None and matters(value) for value in row.candidates):
        return None
    claimants = [
        c for c in (row.winner, *row.losers) if c is not None and not c.claim.absent and matters(c.claim.value)
    ]
    if not claimants:
        return None
    if row.state is State.DETERMINED:
        return _Holds(claimants[0], "certain")
    assumed = row.winner is not None and row.value is not None and matters(row.value)
    return _Holds(claimants[0], "likely" if assumed else "possible")


_RANKING: Sequence[Confidence] = ("certain", "likely", "possible")


def _least(found: Sequence[_Holds]) -> Confidence:
    """How sure all of it is together."""
    return reduce(lambda a, b: max(a, b, key=_RANKING.index), (one.confidence for one in found), "certain")


def _told(message: str, parts: Sequence[_Holds], help: str) -> Found:
    """The finding, with the claims that make it; the first is the thing to change."""
    spots = tuple(claim_spot(part.by.claim, part.by.policy) for part in parts)
    first = parts[0].by.claim
    text = first.setting.text
    return Found(message, spots, text, first.scope.value, confidence=_least(parts), help=help, subject=text)


def _set(value: Value) -> bool:
    return value not in (None, "")


def _is_on(value: Value) -> bool:
    return number(value) == 1


def _is_address(value: Value) -> bool:
    """Whether the value names a server: baselines that cut devices off write a blank."""
    return isinstance(value, str) and "://" in value


def deferrals_beside_server(view: View) -> Iterator[Found]:
    """WSUS and a deferral without a scan source: Windows asks Windows Update as well (PR046, M-WU-DUAL)."""
    if not _may_hold(view, SERVER, _is_address) or not any(_may_hold(view, key, on) for key, on in DEFERRALS.items()):
        return
    rows = _rows(view)
    server = _holds(rows.get(SERVER), _is_address)
    deferral = next((found for key, on in DEFERRALS.items() if (found := _holds(rows.get(key), on))), None)
    uses = rows.get(USES_SERVER)
    off = uses is not None and all(number(value) == 0 for value in uses.candidates)
    if server is None or deferral is None or off or any(_holds(rows.get(key), _set) for key in SOURCES):
        return
    if _holds(rows.get(NO_DUAL_SCAN), _is_on):
        return
    yield _told(
        f"{WHERE} gets updates from WSUS ({quoted([server.by.policy.name])}) and defers updates "
        f"({quoted([deferral.by.policy.name])}), and nothing names the source: Windows then takes its own updates from "
        "Windows Update, whatever WSUS approves",
        (deferral, server),
        "name the source of each class of updates, or remove the deferral",
    )


def dual_scan_off(view: View) -> Iterator[Found]:
    """DisableDualScan where it is not supported, or beside the policies that came in its place (PR047, M-WU-DUAL)."""
    if not _may_hold(view, NO_DUAL_SCAN, _is_on):
        return
    rows = _rows(view)
    dual = _holds(rows.get(NO_DUAL_SCAN), _is_on)
    if dual is None:
        return
    name = quoted([dual.by.policy.name])
    source = next((found for key in SOURCES if (found := _holds(rows.get(key), _set))), None)
    if _is_windows_11(view):
        text = (
            f"{name} turns dual scan off (DisableDualScan) on {WHERE}, which runs Windows 11, where it is not supported"
        )
        yield _told(text, (dual,), f"name the source of each class of updates in place of DisableDualScan in {name}")
    elif source is not None:
        text = (
            f"{name} turns dual scan off (DisableDualScan) on {WHERE}, and {quoted([source.by.policy.name])} names the "
            "source of updates: with both, Windows 10 gets nothing from Windows Update"
        )
        yield _told(text, (dual, source), f"remove DisableDualScan from {name}")


def _is_windows_11(view: View) -> bool:
    told = str(view.precedence.known.get("os-build", "")).removeprefix("10.0.").split(".")[0]
    return told.isdecimal() and int(told) >= _WINDOWS_11


def some_sources(view: View) -> Iterator[Found]:
    """Only some of the four classes of updates have a source (PR048, M-WU-SCAN)."""
    if not any(_may_hold(view, key, _set) for key in SOURCES):
        return
    rows = _rows(view)
    found = [(name, _holds(rows.get(key), _set)) for name, key in zip(_CLASSES, SOURCES, strict=True)]
    named = [one for _, one in found if one is not None]
    missing = [name.casefold() for name, one in found if one is None]
    if named and missing:
        names = quoted(dict.fromkeys(one.by.policy.name for one in named))
        yield _told(
            f"{names} names the source of some updates on {WHERE}, and nothing that of {listed(missing)} updates: all "
            "four classes must have one",
            named,
            f"name the source of {listed(missing)} updates in {names}",
        )
