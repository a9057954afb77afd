"""Settings that act on one another though their ids differ, and policies whose reach is what matters of them.

What user rights are to user rights, `contested` finds: one id in two GPOs. Here are the others: one registry value
under three names, a group's members and what the group is a member of, both audit policies, both sides of one policy.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache

from policylint.facts import ALWAYS
from policylint.families.merging import ACCOUNT_POLICY
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


def in_template(key: str) -> str:
    """The key of a computer's registry value as security templates write it."""
    return TEMPLATE_VALUE + key.removeprefix("hklm\\").replace("!", "\\")


_SECURITY = (GROUP_LIST, GROUP_ITEM, BASIC_AUDIT, SUBCATEGORY)
_KEYS = frozenset(
    (
        LOOPBACK,
        NO_BASIC_AUDIT,
        in_template(NO_BASIC_AUDIT),
        NO_LOCAL_POLICY,
        f"hklm\\{INSTALLER}",
        f"hkcu\\{INSTALLER}",
        *(f"hklm\\{computers}" for _, computers, _, _ in PAIRS),
        *(f"hkcu\\{users}" for _, _, users, _ in PAIRS),
    )
)


_KINDS = (TEMPLATE_VALUE, PREFERENCE_VALUE, *_SECURITY)
ACCOUNTS = "account policy"


@lru_cache(1 << 14)
def kind_of(key: str) -> str:
    """What kind of setting that acts on others it is, by the key of its id: how such keys begin; '' for any other.

    All of password, lockout and Kerberos policy is one kind.
    """
    if key.startswith(("hklm\\", "hkcu\\")):
        return ""
    if key.startswith(ACCOUNT_POLICY):
        return ACCOUNTS
    return next((kind for kind in _KINDS if key.startswith(kind)), "")


def written_to(key: str) -> str:
    """The registry value that a setting of any kind writes, as the key of its id; '' for other settings."""
    if key.startswith(("hklm\\", "hkcu\\")):
        return key
    if key.startswith(TEMPLATE_VALUE):
        path, _, name = key[len(TEMPLATE_VALUE) :].rpartition("\\")
        return f"hklm\\{path}!{name}"
    rest = key.removeprefix(PREFERENCE_VALUE)
    return rest if rest != key and rest.startswith(("hklm\\", "hkcu\\")) and "!" in rest else ""


def related_keys(gpos: Sequence[Policy], claimed: Collection[str]) -> set[str]:
    """The keys of the settings of these GPOs that the checks of related settings look at, of all that they claim.

    Of each GPO that hangs on a filter one setting of each side is among them; where loopback is set, so are all user
    settings.
    """
    found = {key for key in claimed if key in _KEYS or key.startswith(_SECURITY)} | _written_twice(claimed)
    found.update([c.setting.key for policy in gpos for c in policy.claims if c.when is not ALWAYS])
    if LOOPBACK in claimed:
        found.update([c.setting.key for policy in gpos for c in policy.claims if c.scope is Scope.USER])
    for policy in filter(is_filtered, gpos):
        firsts = {claim.scope: claim.setting.key for claim in reversed(policy.claims)}
        found.update(firsts.values())
    return found


def _written_twice(claimed: Collection[str]) -> set[str]:
    """The keys of settings that write one registry value in different ways, whoever does."""
    ways: dict[str, set[str]] = {}
    for key in claimed:
        if key.startswith((TEMPLATE_VALUE, PREFERENCE_VALUE)) and (value := written_to(key)):
            ways.setdefault(value, {value}).add(key)
    return {key for value, keys in ways.items() if value in claimed for key in keys}


def is_filtered(policy: Policy) -> bool:
    """Whether a WMI filter or the security filter keeps a GPO from anybody, as far as the export tells."""
    if policy.wmi_filter:
        return True
    filtering = policy.filtering
    return filtering is not None and (bool(filtering.deny) or not EVERYONE & {s.casefold() for s in filtering.apply})
