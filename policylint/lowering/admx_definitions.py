"""Which ADMX policy stands behind a CSP node, or behind a name that Intune gives it.

Nodes that Windows backs by ADMX name file and policy in the DDF. Ingested apps have areas `App~Policy~Cat~Cat`: the app
is one whose ADMX file another profile of the estate ingests, or one of Intune's own, whose versions
(`microsoft_edgev88diff`) are parts of one file. Windows and Intune have definitions of their own, so the shipped ones
are asked before those of the user's central store, which neither of them reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple

from policylint.catalogue.admx import AdmxFile, AdmxStore, base_name
from policylint.catalogue.admx_policy import AdmxPolicy, Control
from policylint.errors import ReadError
from policylint.estate import Estate
from policylint.frozen import quickly_built
from policylint.model import Claim, Scope, csp

BACKED = re.compile(
    r"(\./(?:(?:Device|User)/)?Vendor/MSFT/(?:Policy/Config/[^/]+|BitLocker)/[^/]+)(?:/([^/]+)(?:/(.*))?)?",
    re.IGNORECASE | re.DOTALL,
)
"""Node, element and list entry of a setting: only the Policy CSP and BitLocker have ADMX-backed nodes."""

INGESTED = re.compile(r"\./(?:(?:Device|User)/)?Vendor/MSFT/Policy/ConfigOperations/ADMXInstall/([^/]+)/Policy/", re.I)
"""Where a profile ingests an ADMX file for an app."""

_VERSION = re.compile(r"(.+?)(?:v\d.*|updates.*)?", re.IGNORECASE)
_FILES: Mapping[str, str] = {
    "chromeintune": "chrome",
    "microsoft-edge": "msedge",
    "microsoft-edge-webview2": "msedgewebview2",
    "microsoftedge": "msedge",
    "teams": "teams16",
    "update": "msedgeupdate",
}
"""Apps of Intune whose ADMX file has another name. `update` is Microsoft's, whatever its categories are called."""

_CORRECTED: Mapping[str, str] = {
    "bitlocker/encryptionmethodbydrivetype": "EncryptionMethodWithXts_Name",
}
"""Nodes for which the DDF names the policy of a neighbour; the CSP's reference page and the elements tell."""

_MOVED = frozenset(
    {
        "l_disabletrainingmachine",
        "l_disabletrainingofadaptivefloatiemachine",
        "l_disabletrainingofadaptivefloatieuser",
        "l_disabletraininguser",
        "l_writingassistantadminchoiceadminchoice",
    }
)
"""Policies of Office that write another key in Intune's version of the file than in the one that is shipped here."""


@dataclass(frozen=True, slots=True)
class Miss:
    """Why no definition stands behind a name: the end of a sentence."""

    reason: str


NOT_BACKED = Miss("is not ADMX-backed")


@quickly_built
@dataclass(frozen=True, slots=True)
class Spot:
    """What a claim says something about: a policy, or one element of it, or one entry of a list."""

    node: str
    """The policy's own name in the profile, case-folded: a CSP node, or an `admx:` name."""
    policy: AdmxPolicy
    element: str = ""
    entry: str = ""


class _Home(NamedTuple):
    """Where the policies of an area `App~Policy~Cat~Cat` stand."""

    area: str
    """Case-folded."""
    chain: Sequence[str]
    """Its categories."""
    ingested: Sequence[AdmxFile]
    """What the estate itself ingests for the app."""
    file: str
    """The base name of the file that the app comes from."""


@dataclass(frozen=True)
class Definitions:
    """The definitions that claims of Intune are lowered through. Each node is looked up once."""

    estate: Estate
    store: AdmxStore
    """The user's own, then the shipped ones."""
    _seen: dict[object, AdmxPolicy | Miss] = field(default_factory=dict, compare=False, repr=False)
    _placed: dict[tuple[str, str, str], bool] = field(default_factory=dict, compare=False, repr=False)
    _homes: dict[str, _Home] = field(default_factory=dict, compare=False, repr=False)
    _spots: dict[str, Spot | None] = field(default_factory=dict, compare=False, repr=False)

    def spot(self, text: str) -> Spot | None:
        """What the setting of that name stands for, where it is a node that is backed by ADMX, or below one."""
        found = self._spots.get(text)
        if found is None and text not in self._spots:
            found = self._spots[text] = self._spot(text)
        return found

    def _spot(self, text: str) -> Spot | None:
        parts = BACKED.fullmatch(text) if text.startswith("./") else None
        policy = self.behind(parts[1]) if parts else None
        if parts is None or policy is None or isinstance(policy, Miss):
            return None
        return Spot(csp(parts[1]).key, policy, parts[2] or "", parts[3] or "")

    def behind(self, node: str) -> AdmxPolicy | Miss:
        """The policy behind a CSP node, in the node's scope."""
        if node not in self._seen:
            self._seen[node] = self._behind(node)
        return self._seen[node]

    def of_app(self, app: str, name: str, scope: Scope) -> AdmxPolicy | Miss:
        """The policy of an app that is named without its category, as intents do."""
        at = "app", app.casefold(), name.casefold(), scope
        if at not in self._seen:
            self._seen[at] = _one(self._in_file(_file_of(app), name), scope, name)
        return self._seen[at]

    def shown_as(self, parts: Sequence[str], scope: Scope) -> AdmxPolicy | Miss:
        """The policy that the editor shows under a category path, its display name last."""
        at = ("shown", *parts, scope)
        if at not in self._seen:
            found = self._shown_as(self.store.shipped, parts) or self._shown_as(self._beside(parts), parts)
            self._seen[at] = _one(found, scope, parts[-1])
        return self._seen[at]

    def controls(self, policy: AdmxPolicy) -> tuple[Control, ...]:
        """The dialog of a policy."""
        files = (file for file in self.store.every if file.path == policy.evidence.path)
        return next((file.controls(policy) for file in files), ())

    def _behind(self, node: str) -> AdmxPolicy | Miss:
        scope = Scope.USER if node.casefold().startswith("./user/") else Scope.DEVICE
        area, name = node.split("/")[-2:]
        if "~" in area:
            return self._in_area(area, name, scope)
        known = self.estate.definitions.nodes.lookup(node)
        if known is None or known.admx is None:
            return NOT_BACKED if known else Miss("is not in the DDF")
        policy = _CORRECTED.get(f"{area}/{name}".casefold(), known.admx.name)
        return _one(self._in_file(base_name(known.admx.file), policy), scope, policy)

    def _in_area(self, area: str, name: str, scope: Scope) -> AdmxPolicy | Miss:
        """The policy of an ingested app: of one name those in the area's categories, from the last one up.

        Vendors move policies to other categories, so a name that is the only one in its app counts wherever it stands.
        """
        folded = name.casefold()
        if folded in _MOVED:
            return Miss(f"is backed by an older version of the policy {name}")
        home = self._homes.get(area) or self._home(area)
        own = [policy for file in home.ingested for policy in file.named(folded)] if home.ingested else None
        found: Sequence[AdmxPolicy] = own or self._in_file(home.file, name)
        if len(found) != 1:
            placed = [p for p in found or self.store.named(name) if self._is_placed(p, home.area, home.chain)]
            found = placed or found
        return _one(found, scope, name)

    def _home(self, area: str) -> _Home:
        folded = area.casefold()
        app, _, *chain = folded.split("~")
        home = self._homes[area] = _Home(folded, chain, self._ingested.get(app, ()), _file_of(app))
        return home

    def _is_placed(self, policy: AdmxPolicy, area: str, chain: Sequence[str]) -> bool:
        """Whether the policy stands in the categories of an area; asked once for each category."""
        if policy.category is None:
            return not chain
        at = policy.category.namespace, policy.category.name, area
        if at not in self._placed:
            self._placed[at] = self._is_below(policy, chain)
        return self._placed[at]

    def _is_below(self, policy: AdmxPolicy, chain: Sequence[str]) -> bool:
        """Whether the policy stands in these categories; areas leave out what stands above an app's own root."""
        id = policy.category
        for name in reversed(chain):
            if id is None or id.name.casefold() != name:
                return False
            category = self.store.category(id)
            id = category.parent if category else None
        return True

    def _in_file(self, file: str, name: str) -> Sequence[AdmxPolicy]:
        """The policies of a name in a shipped file of that base name, else in the user's own."""
        folded = name.casefold()
        found = [policy for f in self._shipped.get(file, ()) for policy in f.named(folded)]
        return found or self.store.named(name, file)

    @cached_property
    def _shipped(self) -> Mapping[str, list[AdmxFile]]:
        found: dict[str, list[AdmxFile]] = {}
        for file in self.store.shipped:
            found.setdefault(file.name, []).append(file)
        return found

    def _shown_as(self, files: Iterable[AdmxFile], parts: Sequence[str]) -> list[AdmxPolicy]:
        """The policies of that display name whose category path ends in the given one, or the other way round."""
        wanted = "/".join(parts[:-1]).casefold()
        found = [p for file in files for p in file.shown_as(parts[-1].casefold())]
        paths = ((policy, self.store.category_path(policy.category).casefold()) for policy in found)
        return [policy for policy, path in paths if _fits(path, wanted)]

    def _beside(self, parts: Sequence[str]) -> Iterator[AdmxFile]:
        """The user's own files that define the last category; the others need not be opened."""
        for file in self.store.files if len(parts) > 1 else ():
            if any(c.display_name.strip().casefold() == parts[-2].casefold() for c in file.categories):
                yield file

    @cached_property
    def _ingested(self) -> Mapping[str, list[AdmxFile]]:
        """The ADMX files that custom profiles of the estate ingest, by app."""
        found: dict[str, list[AdmxFile]] = {}
        for policy in self.estate.policies:
            for claim in policy.written or policy.claims if policy.kind == "custom" else ():
                install = INGESTED.match(claim.setting.text)
                file = ingested_file(claim) if install else None
                if install and file:
                    found.setdefault(install[1].casefold(), []).append(file)
        return found


def ingested_file(claim: Claim) -> AdmxFile | None:
    """The ADMX document that a claim ingests; None when it is none."""
    # Here, because the readers package lowers what it reads.
    from policylint.readers import admx_content
    from policylint.readers.xml import local, parse

    try:
        root = parse(claim.value.encode("utf-8") if isinstance(claim.value, str) else b"")
    except ReadError:
        return None
    if local(root) != "policyDefinitions":
        return None
    namespace, using = admx_content.prefixes(root)
    content = admx_content.AdmxContent(claim.evidence.path, root, namespace, using, None)
    return AdmxFile(claim.evidence.path, namespace, using, None, None, content)


def _one(found: Sequence[AdmxPolicy], scope: Scope, name: str) -> AdmxPolicy | Miss:
    """The first definition that exists in the scope; several policies are one where only their versions differ."""
    if not found:
        return Miss(f"is backed by the policy {name}, which no known ADMX file has")
    fitting = [policy for policy in found if scope in policy.scopes]
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        side = "users" if scope is Scope.USER else "computers"
        return Miss(f"is backed by the policy {name}, which does not exist for {side}")
    if len({policy.id.key for policy in fitting}) > 1:
        return Miss(f"is backed by a policy {name}, of which there are several")
    return fitting[0]


@lru_cache(maxsize=1024)
def _file_of(app: str) -> str:
    """The base name of the file that an app of Intune comes from, whatever its version."""
    found = _VERSION.fullmatch(app)
    name = base_name(found[1] if found else app)
    return _FILES.get(name, name)


def _fits(path: str, wanted: str) -> bool:
    """Whether two category paths agree: Graph leaves out what stands above an app's own root."""
    return path == wanted or path.endswith(f"/{wanted}") or not wanted
