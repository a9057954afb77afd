"""Small estates of GPOs whose claims are written as setting ids, linked to one domain with an OU in an OU."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from policylint.effective import Effective, Result
from policylint.estate import Estate
from policylint.evidence import Evidence
from policylint.facts import ALWAYS, When
from policylint.model import Channel, Claim, Filtering, Link, Policy, Scope, Sweep, Value, registry, setting_id
from policylint.rank import rank
from policylint.resolve import resolve
from policylint.topology import Facts, Target, parse

DOMAIN, OUTER, INNER = "contoso.com", "contoso.com/A", "contoso.com/A/B"
EVERYONE = Filtering(apply=("S-1-5-11",), deny=())
PLACES = "".join(f'[[som]]\npath = "{path}"\nblocks-inheritance = false\n' for path in (DOMAIN, OUTER, INNER))
KEY = r"SOFTWARE\Policies\Contoso"
VALUE = registry(Scope.DEVICE, KEY, "Value").text


def claim(
    text: str, value: Value, *, type: str = "REG_DWORD", soft: bool = False, when: When = ALWAYS, user: bool = False
) -> Claim:
    """A claim on a setting; the value None is a deletion."""
    scope = Scope.USER if user or text.upper().startswith("HKCU") else Scope.DEVICE
    return Claim(setting_id(text), scope, value, type, Evidence(text), value is None, soft, when=when)


def gpo(name: str, settings: dict[str, Value] | Sequence[Claim], *soms: str, **more: Any) -> Policy:
    """A GPO linked to containers; `!` at the end of a container is an enforced link."""
    claims = tuple(claim(*item) for item in settings.items()) if isinstance(settings, dict) else tuple(settings)
    links = tuple(Link(som.rstrip("!"), True, som.endswith("!"), Evidence("gpreport.xml")) for som in soms)
    evidence = Evidence(f"{name}/Backup.xml")
    return Policy(
        f"{{{name}}}", name, Channel.GPO, "gpo", evidence, claims, **{"links": links, "filtering": EVERYONE, **more}
    )


def sweep(key: str = KEY, *, tree: bool = False, scope: Scope = Scope.DEVICE) -> Sweep:
    """A `**DelVals.` of a key, or a `**DeleteKeys` of it."""
    return Sweep(scope, key.casefold(), tree, Evidence("registry.pol"))


def settle(*policies: Policy, topology: str = PLACES, **target: Any) -> Effective:
    """The effective settings of a computer in the inner OU with a user there, joined to AD alone."""
    placed = {"device": INNER, "user": INNER, "site": "London", "facts": Facts(join="ad"), **target}
    estate = Estate(policies, topology=parse(topology, "topology.toml"), linked=True)
    return resolve(rank(estate, Target(name="T", **placed)))


def row(effective: Effective, text: str) -> Result:
    """The only row of a setting."""
    (found,) = [r for r in effective.settings if r.setting == setting_id(text)]
    return found


def told(found: Result) -> tuple[str, Value, tuple[Value, ...]]:
    """State, value and candidates."""
    return found.state.value, found.value, found.candidates
