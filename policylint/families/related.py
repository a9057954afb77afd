"""Settings that act on one another though their ids differ, and policies whose reach is what matters of them.

What user rights are to user rights, `contested` finds: one id in two GPOs. Here are the others: one registry value
under three names, a group's members and what the group is a member of, both audit policies, both sides of one policy.
"""

from __future__ import annotations

from collections.abc import Sequence

from policylint.facts import ALWAYS
from policylint.families.scopes import PAIRS
from policylint.model import Policy, Scope
from policylint.rank.gpo import LOOPBACK
from policylint.targets import EVERYONE

TEMPLATE_VALUE = "secedit:registry values/machine\\"
PREFERENCE_VALUE = "gpp:registry/"
GROUP_LIST = "secedit:group membership/"
GROUP_ITEM = "gpp:groups/"
BASIC_AUDIT = "secedit:event audit/"
SUBCATEGORY = "audit:{"
NO_BASIC_AUDIT = r"hklm\system\currentcontrolset\control\lsa!scenoapplylegacyauditpolicy"
"""SCENoApplyLegacyAuditPolicy: basic audit policy is not applied (G-AUD-LEGACY)."""
NO_LOCAL_POLICY = r"hklm\software\policies\microsoft\windows\system!disablelgpoprocessing"
"""DisableLGPOProcessing (G-LGPO-OFF)."""
INSTALLER = r"software\policies\microsoft\windows\installer!alwaysinstallelevated"

_SECURITY = (GROUP_LIST, GROUP_ITEM, BASIC_AUDIT, SUBCATEGORY)
_KEYS = frozenset(
    (
        LOOPBACK,
        NO_BASIC_AUDIT,
        f"{TEMPLATE_VALUE}{NO_BASIC_AUDIT.removeprefix('hklm' + chr(92)).replace('!', chr(92))}",
        NO_LOCAL_POLICY,
        f"hklm\\{INSTALLER}",
        f"hkcu\\{INSTALLER}",
        *(f"hklm\\{computers}" for _, computers, _, _ in PAIRS),
        *(f"hkcu\\{users}" for _, _, users, _ in PAIRS),
    )
)


def written_to(key: str) -> str:
    """The registry value that a setting of any kind writes, as the key of its id; '' for other settings."""
    if key.startswith(("hklm\\", "hkcu\\")):
        return key
    if key.startswith(TEMPLATE_VALUE):
        path, _, name = key[len(TEMPLATE_VALUE) :].rpartition("\\")
        return f"hklm\\{path}!{name}"
    rest = key.removeprefix(PREFERENCE_VALUE)
    return rest if rest != key and rest.startswith(("hklm\\", "hkcu\\")) and "!" in rest else ""


def related_keys(gpos: Sequence[Policy]) -> set[str]:
    """The keys of the settings of these GPOs that the checks of related settings look at.

    Of each GPO that hangs on a filter one setting of each side is among them; where loopback is set, so are all user
    settings.
    """
    loops = any(claim.setting.key == LOOPBACK for policy in gpos for claim in policy.claims)
    found = _written_twice(gpos)
    for policy in gpos:
        told = set[Scope]() if is_filtered(policy) else set(Scope)
        for claim in policy.claims:
            key = claim.setting.key
            looped = loops and claim.scope is Scope.USER
            if (
                looped
                or claim.scope not in told
                or claim.when is not ALWAYS
                or key in _KEYS
                or key.startswith(_SECURITY)
            ):
                told.add(claim.scope)
                found.add(key)
    return found


def _written_twice(gpos: Sequence[Policy]) -> set[str]:
    """The keys of settings that write one registry value in different ways, whoever does."""
    ways: dict[str, set[str]] = {}
    for policy in gpos:
        for claim in policy.claims:
            key = claim.setting.key
            if key.startswith((TEMPLATE_VALUE, PREFERENCE_VALUE)) and (value := written_to(key)):
                ways.setdefault(value, {value}).add(key)
    registry = {claim.setting.key for policy in gpos for claim in policy.claims if claim.setting.key in ways}
    return {key for value in registry for key in ways[value]}


def is_filtered(policy: Policy) -> bool:
    """Whether a WMI filter or the security filter keeps a GPO from anybody, as far as the export tells."""
    if policy.wmi_filter:
        return True
    filtering = policy.filtering
    return filtering is not None and (bool(filtering.deny) or not EVERYONE & {s.casefold() for s in filtering.apply})
