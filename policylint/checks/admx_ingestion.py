"""ADMX files that custom profiles bring to the device, and the settings that hang on them (M-ING-PATH, M-ING-URI)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from policylint.catalogue.admx import AdmxFile
from policylint.catalogue.admx_policy import AdmxPolicy, fold_key, slots
from policylint.checks.found import Found, claim_spot, listed, quoted
from policylint.estate import Estate
from policylint.findings import Severity
from policylint.lowering.admx_definitions import BACKED, INGESTED, ingested_file
from policylint.model import Claim, Policy, Scope

_CLOSED = ("system", "software\\microsoft", "software\\policies\\microsoft")
"""Keys that ingested policies may not write into …"""

_OPEN = (
    "software\\microsoft\\edge",
    "software\\microsoft\\exchange\\",
    "software\\microsoft\\internet explorer\\",
    "software\\microsoft\\office\\",
    "software\\microsoft\\onedrive",
    "software\\microsoft\\shared tools\\graphics filters\\",
    "software\\microsoft\\shared tools\\proofing tools\\",
    "software\\microsoft\\windows\\currentversion\\explorer\\",
    "software\\microsoft\\windows\\windows search\\preferences\\",
    "software\\policies\\microsoft\\exchange\\",
    "software\\policies\\microsoft\\ime\\shared\\",
    "software\\policies\\microsoft\\imejp\\",
    "software\\policies\\microsoft\\office\\",
    "software\\policies\\microsoft\\officesoftwareprotectionplatform\\",
    "software\\policies\\microsoft\\shared tools\\graphics filters\\",
    "software\\policies\\microsoft\\shared tools\\proofing tools\\",
    "software\\policies\\microsoft\\softwareprotectionplatform\\",
    "software\\policies\\microsoft\\vba\\security\\",
    "software\\policies\\microsoft\\windows\\currentversion\\explorer\\",
    "software\\policies\\microsoft\\windows\\windows search\\preferences\\",
)
"""… but for these (win32-and-centennial-app-policy-configuration), of which two have no backslash at their end."""

_NAMED = 3
_DEEPEST = 50
"""So many categories no file nests; one that names itself as its parent would have no end."""
_AREA = re.compile(r"/config/([^/~]+)~policy~([^/]+)/([^/]+)$", re.IGNORECASE)


def is_closed(key: str) -> bool:
    """Whether an ingested policy may not write into a registry key, which is without its hive."""
    folder = f"{fold_key(key)}\\"
    return folder.startswith(tuple(f"{root}\\" for root in _CLOSED)) and not folder.startswith(_OPEN)


@dataclass(frozen=True, slots=True)
class _Install:
    """An ADMX file that a profile ingests for an app."""

    policy: Policy
    claim: Claim
    app: str
    file: AdmxFile


def _installs(estate: Estate) -> Iterator[_Install]:
    for policy in estate.policies:
        for claim in policy.written if policy.kind == "custom" else ():
            install = INGESTED.match(claim.setting.text)
            file = ingested_file(claim) if install else None
            if install and file:
                yield _Install(policy, claim, install[1], file)


def closed_keys(estate: Estate) -> Iterator[Found]:
    """An ingested file has policies for registry keys that ingestion may not write into (IN006)."""
    for install in _installs(estate):
        keys: dict[str, str] = {}
        names = []
        for policy in install.file.policies:
            closed = [slot.key for slot in slots(policy) if is_closed(slot.key)]
            keys.update((fold_key(key), key.rstrip("\\")) for key in closed)
            names += [policy.name] if closed else []
        if names:
            shown = _some(list(keys.values()))
            yield Found(
                f"the ADMX file that {quoted([install.policy.name])} ingests for {install.app} has {len(names)} "
                f"{'policy' if len(names) == 1 else 'policies'} for {shown}, where no ingested policy may write: the "
                f"device refuses {'them' if names[1:] else 'it'}",
                (claim_spot(install.claim, install.policy, f"ingested for {install.app}"),),
                install.claim.setting.text,
                install.claim.scope.value,
                confidence="likely",
            )


def _some(texts: Sequence[str]) -> str:
    return listed([*texts[:_NAMED], *([f"{len(texts) - _NAMED} more"] if len(texts) > _NAMED else [])])


def not_ingested(estate: Estate) -> Iterator[Found]:
    """A setting of an ingested app whose file is not there, or has no such policy at that path (IN007)."""
    files: dict[str, list[AdmxFile]] = {}
    for install in _installs(estate):
        files.setdefault(install.app.casefold(), []).append(install.file)
    for policy in estate.policies:
        for claim in policy.written if policy.kind == "custom" else ():
            uri = (claim.origin or claim.setting.text).strip()
            area = _AREA.search(uri) if BACKED.fullmatch(uri) else None
            wrong = _wrong(area, claim.scope, files, estate) if area else None
            if wrong:
                yield Found(
                    f"{uri} in {quoted([policy.name])} {wrong.text}",
                    (claim_spot(claim, policy, wrong.label),),
                    claim.setting.text,
                    claim.scope.value,
                    severity=wrong.severity,
                    confidence="possible" if wrong.severity else "likely",
                    help=wrong.fix,
                )


@dataclass(frozen=True, slots=True)
class _Wrong:
    """Why the device does not know a setting, and what to do. `severity` where it may be that nothing is wrong."""

    text: str
    label: str
    fix: str
    severity: Severity | None = None


def _wrong(area: re.Match[str], scope: Scope, files: Mapping[str, Sequence[AdmxFile]], estate: Estate) -> _Wrong | None:
    app, chain, name = area.groups()
    ingested = files.get(app.casefold())
    if ingested is None:
        if estate.definitions.catalog.with_node(area.string):
            return None  # Intune brings the files of its own apps along
        text = f"needs an ADMX file for {app}, which no profile of the estate ingests"
        return _Wrong(text, "its file is not here", f"add the profile that ingests the ADMX file of {app}", "note")
    named = [(f, p) for f in ingested for p in f.policies if p.name.casefold() == name.casefold()]
    if not named:
        text = f"has no effect: the ADMX file that is ingested for {app} has no policy {name}"
        return _Wrong(text, "no such policy", "write the name of a policy of that file")
    if not any(scope in policy.scopes for _, policy in named):
        side, other = ("users", "Device") if scope is Scope.USER else ("computers", "User")
        text = f"has no effect: the policy {name} does not exist for {side}"
        return _Wrong(text, "wrong scope", f"write ./{other}/Vendor/MSFT/Policy/Config/{app}~Policy~{chain}/{name}")
    paths = [_path(file, policy) for file, policy in named]
    if None in paths or chain.casefold() in {path.casefold() for path in paths if path is not None}:
        return None
    text = f"has no effect: the policy {name} stands in {paths[0]} of the ADMX file that is ingested for {app}"
    return _Wrong(text, "wrong categories", f"write {app}~Policy~{paths[0]} for its area")


def _path(file: AdmxFile, policy: AdmxPolicy) -> str | None:
    """The categories of a policy from the top of its file, as areas have them; None where one is not in the file."""
    names: list[str] = []
    id = policy.category
    while id is not None:
        category = file.category.get(id.key)
        if category is None or len(names) > _DEEPEST:
            return None
        names.append(id.name)
        id = category.parent
    return "~".join(reversed(names)) or None
