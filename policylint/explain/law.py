"""Who wins a setting that is known, before anybody sets it: between the channels, between the sides, in one channel."""

from __future__ import annotations

from policylint.catalogue import ddf
from policylint.explain.known import Known
from policylint.families import channels, scopes
from policylint.families.mdm_wins import Cover, cover_of
from policylint.families.whfb_settings import BY_ID, Group, Hello

_GROUPS = {Group.ENABLEMENT: "W-GRP-E", Group.PIN: "W-GRP-P", Group.EACH: "W-GRP-X"}
_COVERS = {
    Cover.YES: ("M-MWG-EFFECT",),
    Cover.NO: ("M-MWG-EXCEPTIONS",),
    Cover.UPDATE: ("D4",),
    Cover.USER: ("M-MWG-USER",),
    Cover.UNMAPPED: ("M-MWG-TAGS",),
}


def between_channels(known: Known) -> tuple[str, ...]:
    """The rules by which Group Policy and Intune meet; none where one of them cannot set it."""
    if not (known.in_intune and known.in_group_policy):
        return ()
    hellos = [BY_ID[setting.key] for setting in known.ids if setting.key in BY_ID]
    if hellos:
        return (
            "W-HIER",
            *dict.fromkeys(_GROUPS[hello.group] for hello in hellos),
            *_cloud(hellos),
            "W-EITHER-OR",
            "D5",
        )
    families = dict.fromkeys(channels.family_of(setting.key) for setting in known.ids)
    rules = [rule for family in families for rule in (family.rule, family.open) if rule]
    rules = [{channels.TAMPER: "M-DEF-TAMPER"}.get(rule, rule) for rule in rules]
    return tuple(dict.fromkeys((*rules, *(d for rule, d in channels.DISPUTES.items() if rule in rules))))


def _cloud(hellos: list[Hello]) -> tuple[str, ...]:
    return ("W-GRP-CLOUD", "D6") if any(hello.name == "UseCloudTrustForOnPremAuth" for hello in hellos) else ()


def between_sides(known: Known) -> tuple[str, ...]:
    """The rules by which the computer's and the user's side meet; none where only one exists."""
    keys = [setting.key for setting in known.ids]
    if any(key in BY_ID for key in keys):
        return ("W-HIER", "W-SAME-SOURCE")
    values = dict.fromkeys(key.partition("\\")[2] for key in keys if key.startswith("hkcu\\"))
    both = [value for value in values if f"hklm\\{value}" in keys]
    families = [scopes.family_of(value) for value in both]
    return tuple(dict.fromkeys(r for f in families for r in ((f.rule,) if f else scopes.GENERIC)))


def covered(known: Known) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Of each node: whether MDMWinsOverGP reaches it (yes, no, or that it is not said), and the rules that say so."""
    found = {}
    for uri in known.nodes:
        node = uri if ddf.lookup(uri) else uri.rpartition("/")[0]
        cover = Cover.USER if node.casefold().startswith("./user/") else cover_of(node)
        word = cover.value if cover in (Cover.YES, Cover.NO) else "not said"
        found[node] = (node, word, _COVERS[cover])
    return tuple(found.values())
