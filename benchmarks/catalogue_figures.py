"""Measures what the catalogue joins: CSP nodes, ADMX policies, catalog settings and the names that profiles use.

    python -m benchmarks.catalogue_figures [DATA]

Every figure says how many of how many were found, how many must be, and which were not. DATA is the folder of real
exports; without it, the figures that need only what is shipped are printed. Exit code 1: a figure is below its minimum.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.state_recovery import sample_data
from policylint.catalogue import ddf, gp_mapping, security_settings, settings_catalog, shipped
from policylint.catalogue.admx import AdmxStore
from policylint.catalogue.csp_node import Node
from policylint.estate import Estate
from policylint.lowering.admx_definitions import Definitions, Miss
from policylint.lowering.product_nodes import TWINS
from policylint.lowering.products import LISTS
from policylint.model import Policy, Value, csp
from policylint.readers import read

ADMX_AREA = "~AT~"
INGESTED = "~Policy~"
POLICY_CONFIG = "/Policy/Config/"
ORACLE = "settings-catalog/omauri-oracle"
SHOWN = 30
"""How many of those that were not found are printed."""

_ID = re.compile(r'"settingDefinitionId"\s*:\s*"([^"]+)"')
_WINDOWS = re.compile(r"(device_|user_)?vendor_msft_", re.IGNORECASE)
_RULE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}=\d", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Figure:
    """How many of something were found, and which were not."""

    name: str
    found: int
    of: int
    at_least: int
    missing: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether as many were found as must be."""
        return self.found >= self.at_least


@cache
def store() -> AdmxStore:
    """The ADMX definitions that policylint ships."""
    return AdmxStore.of((), shipped.files())


def admx_backed() -> Figure:
    """Nodes that name an ADMX policy (MSFT:AdmxBacked), and those whose policy is in the shipped ADMX files."""
    nodes = [(node, node.admx) for node in ddf.all_nodes() if node.admx]
    missing = tuple(node.uri for node, ref in nodes if not store().named(ref.name, ref.file))
    return Figure("AdmxBacked nodes with their ADMX policy", len(nodes) - len(missing), len(nodes), 2498, missing)


def group_policy() -> Figure:
    """Nodes that name an ADMX policy as their twin (MSFT:GpMapping with an area of categories)."""
    nodes = [node for node in ddf.all_nodes() if node.gp and ADMX_AREA in node.gp.area_path]
    missing = tuple(node.uri for node in nodes if not _joined(node))
    return Figure("GpMapping nodes (~AT~) with their ADMX policy", len(nodes) - len(missing), len(nodes), 596, missing)


def _joined(node: Node) -> bool:
    if node.admx:
        return bool(store().named(node.admx.name, node.admx.file))
    twin = gp_mapping.lookup(node.uri)
    return twin is not None and twin.policy is not None


def ingested() -> tuple[Figure, Figure]:
    """Policies of ingested apps, each node of the catalog once: by name, and by app, side and version too.

    A policy of that name that another app has, or the other side only, or with other values, is not behind the node.
    """
    every = settings_catalog.all_definitions()
    nodes = sorted({d.node.casefold(): d.node for d in every if INGESTED in d.node and not d.element}.items())
    definitions = Definitions(Estate(()), store())
    nameless = tuple(node for _, node in nodes if not store().named(node.rpartition("/")[2]))
    missing = tuple(node for _, node in nodes if isinstance(definitions.behind(node), Miss))
    of = len(nodes)
    return (
        Figure(
            "catalog policies of ingested apps with an ADMX policy of the name", of - len(nameless), of, 5674, nameless
        ),
        Figure("… and of the app, the side and the version", of - len(missing), of, 5660, missing),
    )


CLASSES = ("ADMX-backed", "group policy twin", "security setting", "twin without translation", "no GP twin", "unknown")


def classes() -> Mapping[str, tuple[str, ...]]:
    """Every settable node of Policy/Config by what it is outside the CSP; `unknown` has a GP twin that is not known."""
    found: dict[str, list[str]] = {name: [] for name in CLASSES}
    for node in ddf.all_nodes():
        if node.settable and POLICY_CONFIG in node.uri:
            found[_class(node)].append(node.uri)
    return {name: tuple(uris) for name, uris in found.items()}


def _class(node: Node) -> str:
    key = csp(node.uri).key
    if security_settings.lookup(key):
        return "security setting"
    if key in TWINS or key in LISTS:
        return "group policy twin"
    if node.admx:
        return "ADMX-backed" if _joined(node) else "unknown"
    twin = gp_mapping.lookup(node.uri)
    if twin is None:
        return "no GP twin" if node.gp is None else "unknown"
    if twin.policy is None:
        return "unknown"
    return "group policy twin" if twin.form else "twin without translation"


def policy_config() -> Figure:
    """Settable nodes of Policy/Config whose class is known."""
    found = classes()
    of = sum(map(len, found.values()))
    name = "settable Policy/Config nodes with a known class"
    return Figure(name, of - len(found["unknown"]), of, 3597, found["unknown"])


def profile_ids(data: Path) -> Figure:
    """Setting definition ids for Windows in all sample exports, by a search over their text, known to the catalog."""
    ids = {id_.casefold() for text in _texts(data / "intune") for id_ in _ID.findall(text) if _WINDOWS.match(id_)}
    missing = tuple(sorted(id_ for id_ in ids if settings_catalog.lookup(id_) is None))
    return Figure(
        "setting ids of sample profiles known to the catalog", len(ids) - len(missing), len(ids), len(ids), missing
    )


def _texts(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*.json")):
        data = path.read_bytes()
        yield data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace").replace(
            '\\"', '"'
        )


def oracle(data: Path) -> Figure:
    """The OMA-URIs and values that another tool resolved profiles to, and those that policylint's reader gives too."""
    policies = _oracle_policies(data / ORACLE / "exports")
    rows = [(policies.get(name), uri, value) for name, uri, value in _resolved(data / ORACLE / "output")]
    named = [(policy, uri, value) for policy, uri, value in rows if policy is not None]
    missing = tuple(f"{policy.name}: {uri}" for policy, uri, value in named if not _says(policy, uri, value))
    return Figure("OMA-URIs and values of the oracle reproduced", len(named) - len(missing), len(named), 876, missing)


def _oracle_policies(folder: Path) -> Mapping[str, Policy]:
    with tempfile.TemporaryDirectory() as unpacked:
        for path in folder.glob("*.json.gz"):
            (Path(unpacked) / path.stem).write_bytes(gzip.decompress(path.read_bytes()))
        return {policy.name: policy for policy in read(["."], base=Path(unpacked)).policies}


def _resolved(folder: Path) -> Iterator[tuple[str, str, object]]:
    for path in sorted(folder.glob("*.json")):
        stated = json.loads(path.read_text("utf-8-sig"))
        if isinstance(stated, dict):  # a bare list names no profile
            for row in stated.get("PolicySettings") or stated.get("Settings") or ():
                yield stated["PolicyName"], row["OmaUri"], row["Value"]


def _says(policy: Policy, uri: str, value: object) -> bool:
    """Whether a profile's claims give a node this value; the node's own, or its members' together (ASR rules)."""
    claims = [(settings_catalog.lookup(claim.origin), claim.value) for claim in policy.written]
    here = [(d, said) for d, said in claims if d is not None and d.node.casefold() == uri.casefold()]
    own = [_plain(said) for d, said in here if not d.element]
    return _plain(value) in own or _plain(value) == _rules(said for d, said in here if d.element)


def _plain(value: object) -> tuple[str, ...]:
    """A value without its type: the catalog types options as text, number or boolean, the oracle as it finds them."""
    if isinstance(value, list | tuple):
        return tuple(sorted(str(one).casefold() for one in value))
    return (str(value).casefold(),)


def _rules(values: Iterable[Value]) -> tuple[str, ...]:
    return tuple(sorted(value.casefold() for value in values if isinstance(value, str) and _RULE.fullmatch(value)))


def figures(data: Path | None) -> list[Figure]:
    """Every figure; those that need the sample data only where it is."""
    found = [admx_backed(), group_policy(), *ingested(), policy_config()]
    return found if data is None else [*found, profile_ids(data), oracle(data)]


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the figures; 1 when one is below its minimum."""
    given = list(sys.argv[1:] if argv is None else argv)
    data = Path(given[0]) if given else sample_data()
    found = figures(data if (data / "intune").is_dir() else None)
    for figure in found:
        verdict = "" if figure.holds else f"  BELOW {figure.at_least}"
        print(f"{figure.found:6,} of {figure.of:6,}  {figure.name}{verdict}")
        for missing in figure.missing[:SHOWN]:
            print(f"{'':18}not found: {missing}")
    print("\nsettable Policy/Config nodes by class")
    for name, count in Counter({name: len(uris) for name, uris in classes().items()}).items():
        print(f"{count:6,}  {name}")
    return 0 if all(figure.holds for figure in found) else 1


if __name__ == "__main__":
    raise SystemExit(main())
