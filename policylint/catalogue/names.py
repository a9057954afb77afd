"""The names that a setting has: in the registry, in ADMX files, in CSPs, in Intune's catalog, in security templates.

A name is tried in one way after the other, the exact ones first; the first that finds anything counts. The ways that
need every definition come last: most names do not get there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from policylint.catalogue.admx import AdmxStore
from policylint.catalogue.admx_policy import AdmxPolicy, QName, fold_key
from policylint.catalogue.definitions import Definitions
from policylint.catalogue.security_settings import settings_of_nodes
from policylint.model import Scope, SettingId, registry, setting_id

_HIVE = re.compile(
    r"(?:registry::|computer\\)?(?P<hive>hklm|hkey_local_machine|machine|hkcu|hkey_current_user|user):?\\(?P<rest>.+)",
    re.IGNORECASE | re.DOTALL,
)
_NO_HIVE = re.compile(r"(?:software|system)\\.+", re.IGNORECASE | re.DOTALL)
_NODE = re.compile(r"(?:\.?/)?(?:(?:device|user)/)?(?:vendor/msft|policy/config)/.+", re.IGNORECASE | re.DOTALL)
_DEFINITION = re.compile(r"(?:(?:device|user)_)?vendor_msft_.+", re.IGNORECASE)
_SIDE = re.compile(r"(?P<side>computer|user) configuration/(?:policies/)?", re.IGNORECASE)
_TEMPLATES = re.compile(r"administrative templates(?:: [^/]*)?/", re.IGNORECASE)
_GUID = re.compile(r"\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?", re.IGNORECASE)
_SECURITY_AREA = "Windows Settings~Security Settings~"
_USERS = ("hkcu", "hkey_current_user", "user")


@dataclass(frozen=True, slots=True)
class Meant:
    """What a name means, in the world that it belongs to: a policy, a node or a setting."""

    policy: AdmxPolicy | None = None
    element: str | None = None
    """The id of the element, of the policy or below the node; None where the name says nothing of one."""
    node: str = ""
    """The CSP node as Microsoft spells it."""
    setting: SettingId | None = None
    """A registry value, or an entry of a security template or audit table."""


@dataclass(frozen=True, slots=True)
class Names:
    """Where names are looked up: the ADMX files of an estate and of policylint, and its CSP nodes and catalog."""

    store: AdmxStore
    known: Definitions


def find(text: str, names: Names) -> tuple[Meant, ...]:
    """What a name means; nothing where no definition has it. Case and blanks around it do not count."""
    wanted = text.strip()
    if not plain(wanted):
        return ()
    return next((found for way in WAYS if (found := tuple(dict.fromkeys(way(wanted, names))))), ())


def settings_named(text: str) -> tuple[SettingId, ...]:
    """The registry values that a path names in any spelling: long hive, PowerShell drive, `\\` before the value.

    A path below `HKLM` is also that of a security option, which templates write as `MACHINE\\…`.
    """
    hive = _HIVE.fullmatch(text.strip())
    rest = hive["rest"] if hive else text.strip() if _NO_HIVE.fullmatch(text.strip()) else ""
    key, sign, value = rest.partition("!") if "!" in rest else rest.rpartition("\\")
    if not sign or not key:
        return ()
    scopes = tuple(Scope) if hive is None else (Scope.USER if hive["hive"].casefold() in _USERS else Scope.DEVICE,)
    path = key.rstrip("\\")
    options = [setting_id(f"secedit:Registry Values/MACHINE\\{path}\\{value}")] if Scope.DEVICE in scopes else []
    return (*(registry(scope, path, value) for scope in scopes), *options)


# The ways ---------------------------------------------------------------------------------------------------------


def _registry_value(text: str, _: Names) -> Iterator[Meant]:
    yield from (Meant(setting=setting) for setting in settings_named(text))


def _csp_node(text: str, names: Names) -> Iterator[Meant]:
    if _NODE.fullmatch(text):
        uri = text.lstrip("./")
        whole = uri if "vendor/msft" in uri.casefold() else f"Vendor/MSFT/{uri}"
        yield from _at(f"./{whole}", names)


def _at(uri: str, names: Names) -> Iterator[Meant]:
    """The node of a URI, or the one that it names an element of."""
    for node, element in ((uri, None), uri.rpartition("/")[::2]):
        found = names.known.nodes.lookup(node)
        if found is not None and (found.settable if element is None else found.admx is not None):
            yield Meant(node=found.uri, element=element)
            return
        rows = names.known.catalog.with_node(node)
        if rows:
            yield Meant(node=rows[0].node, element=element)
            return


def _catalog_id(text: str, names: Names) -> Iterator[Meant]:
    """A definition id, or one of its options: what stands behind the last `_` may be the value."""
    id_ = text if _DEFINITION.fullmatch(text) else ""
    while id_:
        found = names.known.catalog.lookup(id_) or names.known.catalog.lookup(f"device_{id_}")
        if found is not None:
            yield Meant(node=found.node, element=found.element or None)
            return
        id_ = id_.rpartition("_")[0]


def _template_entry(text: str, _: Names) -> Iterator[Meant]:
    """`secedit:…`, `audit:{guid}`, a GUID, a user right, the name of an entry behind its section."""
    guid = _GUID.fullmatch(text)
    folded = f"audit:{{{guid[1]}}}".casefold() if guid else text.casefold()
    for setting in settings_of_nodes():
        entry = setting.key.partition(":")[2]
        if folded in (setting.key, entry, entry.partition("/")[2]):
            yield Meant(setting=setting)


def _security_option(text: str, names: Names) -> Iterator[Meant]:
    """What the editor shows below Security Settings, with or without the path to it."""
    *above, wanted = (part.casefold() for part in _split_side(text)[1].split("/"))
    for uri in _rows_with(_SECURITY_AREA, names):
        node = names.known.nodes.lookup(uri)
        if node is not None and node.gp is not None and node.gp.name.casefold() in (wanted, text.casefold()):
            path = node.gp.area_path.casefold().split("~")
            if not above or node.gp.name.casefold() == text.casefold() or path[-len(above) :] == above:
                yield Meant(node=node.uri)


def _policy_name(text: str, names: Names) -> Iterator[Meant]:
    """The name inside an ADMX file, also behind the file or the namespace, and with the id of an element behind it."""
    for home, name in _homes(text):
        if home is None:
            found: Iterable[AdmxPolicy] = names.store.named(name)
        else:
            found = (*names.store.named(name, home), *names.store.policies(QName(home, name)))
        policies = {policy.id.key: policy for policy in reversed(tuple(found))}
        yield from (Meant(policy) for policy in policies.values())
    for name, element in (text.rpartition(sign)[::2] for sign in "/:!" if sign in text):
        for policy in names.store.named(name.strip()):
            ids = (one.id for one in policy.elements if one.id.casefold() == element.strip().casefold())
            yield from (Meant(policy, id_) for id_ in ids)


def _homes(text: str) -> Iterator[tuple[str | None, str]]:
    yield None, text
    for sign in ("/", "\\", "::", ":", "!"):
        home, found, name = text.rpartition(sign)
        if found and home and name:
            yield home, name


def _display_name(text: str, names: Names) -> Iterator[Meant]:
    """What the editor shows: a policy, behind its categories or not, and an element behind `: `."""
    side, path = _split_side(text)
    for policy, element in _shown(path, names):
        if side is None or side in policy.scopes:
            yield Meant(policy, element)


def _shown(path: str, names: Names) -> Iterator[tuple[AdmxPolicy, str | None]]:
    by_name = _displayed(names)
    for name, above in _tails(path):
        found = [p for p in by_name.get(plain(name), ()) if _below(p, above, names.store)]
        yield from ((policy, None) for policy in found)
        if found:
            return
    for at in (i for i, sign in enumerate(path) if sign == ":"):
        for policy, _ in _shown(path[:at], names) if plain(path[at + 1 :]) else ():
            label = plain(path[at + 1 :])
            ids = (one.id for one in policy.elements)
            yield from ((policy, i) for i in ids if label in (i.casefold(), plain(names.store.label(policy, i))))


def _displayed(names: Names) -> Mapping[str, list[AdmxPolicy]]:
    """Policies by display name, the user's own before shipped ones of the same identity."""
    found: dict[str, list[AdmxPolicy]] = {}
    seen: set[tuple[str, str]] = set()
    for file in names.store.every:
        for policy in file.policies:
            if policy.id.key not in seen:
                seen.add(policy.id.key)
                found.setdefault(plain(policy.display_name), []).append(policy)
    return found


def _tails(path: str) -> Iterator[tuple[str, str]]:
    """The ends of a path that may be a name, the longest first: names have slashes too."""
    yield path, ""
    for at, sign in enumerate(path):
        if sign == "/":
            yield path[at + 1 :], path[:at]


def _below(policy: AdmxPolicy, above: str, store: AdmxStore) -> bool:
    """Whether the policy stands in these categories; what stands above them may be left out."""
    wanted = plain(above)
    path = plain(store.category_path(policy.category))
    return not wanted or path == wanted or path.endswith(f"/{wanted}")


def _split_side(text: str) -> tuple[Scope | None, str]:
    """A path of the editor without what all of them begin with, and the side that it tells."""
    path = re.sub(r"\s*(?: > |\\)\s*", "/", text)
    side = _SIDE.match(path)
    rest = _TEMPLATES.sub("", path[side.end() :] if side else path, count=1)
    return (Scope.USER if side["side"].casefold() == "user" else Scope.DEVICE) if side else None, rest


def plain(text: str) -> str:
    """A shown name for comparison: without case, runs of blanks, and the colon at its end."""
    return " ".join(text.replace("\N{HORIZONTAL ELLIPSIS}", "...").split()).casefold().rstrip(": ")


def _catalog_title(text: str, names: Names) -> Iterator[Meant]:
    wanted = plain(text)
    for id_, row in names.known.catalog.rows.items():
        if wanted in row.casefold():
            found = names.known.catalog.lookup(id_)
            if found is not None and plain(found.name) == wanted:
                yield Meant(node=found.node, element=found.element or None)


def _end_of_node(text: str, names: Names) -> Iterator[Meant]:
    end = "/" + text.casefold().strip("/")
    for key in (*names.known.nodes.rows, *names.known.nodes.read):
        if key.endswith(end) and (node := names.known.nodes.lookup(key)) is not None and node.settable:
            yield Meant(node=node.uri)


def _end_of_value(text: str, names: Names) -> Iterator[Meant]:
    """`Key!Value` with the end of a key, or the name of a value alone."""
    end, _, value = text.rpartition("!")
    key, name = fold_key(end), value.casefold()
    for file in names.store.every if name else ():
        for at, slots in file.slots.items():
            if not key or at == key or at.endswith(f"\\{key}"):
                for slot in slots:
                    if slot.value_name is not None and slot.value_name.casefold() == name:
                        yield from (Meant(setting=registry(s, slot.key, slot.value_name)) for s in slot.policy.scopes)


WAYS: tuple[Callable[[str, Names], Iterable[Meant]], ...] = (
    _registry_value,
    _csp_node,
    _catalog_id,
    _template_entry,
    _policy_name,
    _end_of_node,
    _security_option,
    _catalog_title,
    _display_name,
    _end_of_value,
)


def _rows_with(text: str, names: Names) -> Iterator[str]:
    """The URIs of nodes whose row holds a text."""
    yield from (row[: row.index("\t")] for row in names.known.nodes.rows.values() if text in row)
    yield from (node.uri for node in names.known.nodes.read.values())


def all_names(names: Names) -> Iterator[str]:
    """Every name that a person may have meant: of policies, nodes, and settings of the catalog."""
    for file in names.store.every:
        for policy in file.policies:
            yield policy.display_name
            yield policy.name
    for node in names.known.nodes.all():
        if node.settable:
            yield node.uri.rpartition("/")[2]
            yield node.gp.name if node.gp else ""
    yield from (definition.name for definition in names.known.catalog.all())
    yield from (setting.key.rpartition("/")[2] for setting in settings_of_nodes())
