"""What is wrong with ADMX stores as such: files, texts, and versions of one policy that differ."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping

from policylint.catalogue import shipped
from policylint.catalogue.admx import AdmxFile
from policylint.catalogue.admx_policy import DELETE, ONE, AdmxPolicy, Datum, ListBox, fold_key
from policylint.checks.found import Found, Spot, listed, quoted
from policylint.errors import ReadError
from policylint.estate import Estate
from policylint.evidence import Evidence
from policylint.model import FileRecord
from policylint.readers.admx_references import Reference, References
from policylint.readers.source import Source
from policylint.zip_member import Member

_POLICY_KEYS = ("software\\policies", "software\\microsoft\\windows\\currentversion\\policies")
"""Where Windows removes values again when a GPO no longer applies, in both hives; what stands elsewhere stays."""

_NAMED = 3
"""How many examples a message names."""


def duplicate_namespace(estate: Estate) -> Iterator[Found]:
    """Two files of one store have one target namespace (AD001)."""
    for files in estate.own_store.duplicates:
        first, *others = files
        if not first.namespace:
            continue  # told as RD019
        yield Found(
            f"{listed(_shown([file.path.rpartition('/')[2] for file in files]))} of one store have the target "
            f"namespace {first.namespace}: the editor reports an error and uses only one of them",
            (
                *(Spot(Evidence(file.path), None, "the same target namespace") for file in others),
                Spot(Evidence(first.path), None, "the first"),
            ),
        )


def _shown(names: list[str]) -> list[str]:
    if len(names) <= _NAMED + 1:
        return names
    return [*names[:_NAMED], f"{len(names) - _NAMED} more files"]


def missing_texts(estate: Estate) -> Iterator[Found]:
    """A language lacks strings or dialogs that definitions refer to, or has no file where others have (AD002)."""
    texts = _texts(estate)
    for file in estate.admx:
        for adml, lacking in _missing(estate, file, texts.get(_place(file.path), {}).values()):
            yield _lagging(file, adml, lacking)
    yield from _absent(estate, texts)


def _texts(estate: Estate) -> Mapping[tuple[str, str], Mapping[str, str]]:
    """The .adml files by the folder and base name of the .admx file that they belong to, then by language."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for record in estate.files:
        if record.kind == "ADML" and record.status != "unread":
            language, _, name = record.path.rpartition("/")
            store, _, folder = language.rpartition("/")
            found.setdefault((store, name[:-5].casefold()), {}).setdefault(folder.casefold(), record.path)
    return found


def _place(path: str) -> tuple[str, str]:
    folder, _, name = path.rpartition("/")
    return folder, name[:-5].casefold()


def _missing(estate: Estate, file: AdmxFile, texts: Iterable[str]) -> Iterator[tuple[str, tuple[Reference, ...]]]:
    """The texts of a file that lack something, with what they lack."""
    references: References | None = None
    for adml in texts:
        with contextlib.suppress(ReadError, KeyError):  # it was told when it was read
            references = references or References(_bytes(estate, file.path))
            if lacking := references.missing(_bytes(estate, adml)):
                yield adml, lacking


def _bytes(estate: Estate, path: str) -> bytes:
    place = estate.paths[path]
    return place.read() if isinstance(place, Member) else Source(path, place).read()


def _lagging(file: AdmxFile, adml: str, lacking: tuple[Reference, ...]) -> Found:
    shown = listed(_shown_ids([f"{kind} {id}" for kind, id in lacking]))
    return Found(
        f"{adml} lacks {shown}, which {file.path.rpartition('/')[2]} refers to: the editor has no "
        "text or dialog for it in that language",
        (Spot(Evidence(adml), None, "older than the definitions"), Spot(Evidence(file.path), None, "refers to it")),
    )


def _shown_ids(ids: list[str]) -> list[str]:
    return ids if len(ids) <= _NAMED + 1 else [*ids[:_NAMED], f"{len(ids) - _NAMED} more"]


def _absent(estate: Estate, texts: Mapping[tuple[str, str], Mapping[str, str]]) -> Iterator[Found]:
    """The languages of a store that only some of its files have: the others are shown in en-US there."""
    stores: dict[str, list[AdmxFile]] = {}
    for file in estate.admx:
        stores.setdefault(_place(file.path)[0], []).append(file)
    for folder, files in sorted(stores.items()):
        there = [texts.get(_place(file.path), {}) for file in files]
        spelled = {folded: path.split("/")[-2] for those in there for folded, path in those.items() if "/" in path}
        for folded, language in sorted(spelled.items()):
            lacking = [file for file, those in zip(files, there, strict=True) if those and folded not in those]
            if lacking:
                names = listed(_shown([file.path.rpartition("/")[2] for file in lacking]))
                yield Found(
                    f"{len(lacking)} of {len(files)} .admx files in {folder or 'the store'} have no {language} texts "
                    f"({names}): the editor shows them in another language",
                    (Spot(Evidence(lacking[0].path), None, f"no {language}"),),
                    severity="note",
                )


def outside_policy_keys(estate: Estate) -> Iterator[Found]:
    """An .admx file that Windows and the known vendors do not ship writes outside the policy keys (AD010)."""
    known = {file.namespace.casefold() for file in shipped.files()}
    for file in estate.admx:
        if file.namespace.casefold() in known or all(_is_policy_key(key) for key in file.keys):
            continue
        outside = [(p, key) for p in file.policies if (key := _first_outside(p)) is not None]
        if outside:
            policy, key = outside[0]
            yield Found(
                f"{len(outside)} of {len(file.policies)} policies of {file.path} write outside the policy keys, such "
                f"as {quoted([policy.display_name])} into {key}: their values stay when the GPO no longer applies",
                (Spot(policy.evidence, None, "a preference"),),
            )


def _is_policy_key(key: str) -> bool:
    folded = fold_key(key)
    return any(folded == branch or folded.startswith(f"{branch}\\") for branch in _POLICY_KEYS)


def _first_outside(policy: AdmxPolicy) -> str | None:
    """The first key outside the policy keys that a policy writes into."""
    own = [policy.key] if policy.value_name is not None else []
    items = (item.key for item in policy.enabled_list + policy.disabled_list)
    elements = (element.key for element in policy.elements)
    return next((key for key in (*own, *items, *elements) if not _is_policy_key(key)), None)


def additive_differs(estate: Estate) -> Iterator[Found]:
    """Two versions of a policy in the estate disagree on whether a list replaces what its key holds (AD011)."""
    for older, newer in _versions(estate):
        lists = {element.id.casefold(): element for element in older.elements if isinstance(element, ListBox)}
        for element in newer.elements:
            other = lists.get(element.id.casefold())
            if isinstance(element, ListBox) and other is not None and other.additive != element.additive:
                adds, replaces = (newer, older) if element.additive else (older, newer)
                yield Found(
                    f"the list {element.id} of {quoted([newer.display_name])} adds to what its key holds by "
                    f"{adds.evidence.path}, and replaces it by {replaces.evidence.path}: what a GPO does depends on "
                    "the computer that it is edited on",
                    (Spot(replaces.evidence, None, "replaces"), Spot(adds.evidence, None, "adds")),
                )


def opposite_meaning(estate: Estate) -> Iterator[Found]:
    """Two versions of a policy in the estate mean opposite things by one value (AD014)."""
    for older, newer in _versions(estate):
        if _same_value(older, newer) and _opposed(_data(older), _data(newer)):
            written, other = (_written(policy) for policy in (older, newer))
            yield Found(
                f"{quoted([newer.display_name])} means the opposite in two stores: Enabled writes {written} by "
                f"{older.evidence.path} and {other} by {newer.evidence.path}; a GPO that one editor shows as "
                "Enabled the other shows as Disabled",
                (
                    Spot(older.evidence, None, f"Enabled writes {written}"),
                    Spot(newer.evidence, None, f"Enabled writes {other}"),
                ),
            )


def _versions(estate: Estate) -> Iterator[tuple[AdmxPolicy, AdmxPolicy]]:
    """Each policy that several stores of the estate define, as the first store has it and as another has."""
    store = estate.own_store
    for files in store.by_namespace.values():
        first: dict[tuple[str, str], AdmxPolicy] = {}
        for policy in (policy for file in files if len(files) > 1 for policy in file.policies):
            older = first.setdefault(policy.id.key, policy)
            if older is not policy:
                yield older, policy


def _same_value(a: AdmxPolicy, b: AdmxPolicy) -> bool:
    if a.value_name is None or b.value_name is None:
        return False
    return fold_key(a.key) == fold_key(b.key) and a.value_name.casefold() == b.value_name.casefold()


def _data(policy: AdmxPolicy) -> tuple[Datum, Datum]:
    """What Enabled and Disabled write."""
    return policy.enabled or ONE, policy.disabled or DELETE


def _opposed(a: tuple[Datum, Datum], b: tuple[Datum, Datum]) -> bool:
    return a[0] != a[1] and b[0] != b[1] and (a[0] == b[1] or a[1] == b[0])


def _written(policy: AdmxPolicy) -> str:
    datum = _data(policy)[0]
    return "nothing" if datum == DELETE else repr(datum.data) if isinstance(datum.data, str) else str(datum.data)


def in_language_folder(estate: Estate) -> Iterator[Found]:
    """Definitions lie where Windows looks for texts only (AD015)."""
    folders: dict[str, list[FileRecord]] = {}
    for record in estate.files:
        if record.kind == "ADMX" and record.status == "ignored":
            folders.setdefault(record.path.rpartition("/")[0], []).append(record)
    for folder, records in sorted(folders.items()):
        store = folder.rpartition("/")[0]
        used = {file.path.rpartition("/")[2].casefold(): file for file in estate.admx if _place(file.path)[0] == store}
        odd = list(_unlike(estate, records, used))
        told = f"; {listed(_shown_ids(odd))}" if odd else ""
        count = "1 .admx file lies" if len(records) == 1 else f"{len(records)} .admx files lie"
        yield Found(
            f"{count} in the language folder {folder}, where Windows reads texts only: they define nothing{told}",
            (Spot(Evidence(records[0].path), None, "not read"),),
            severity="warning" if odd else None,
        )


def _unlike(estate: Estate, records: Iterable[FileRecord], used: Mapping[str, AdmxFile]) -> Iterator[str]:
    """The files that the store does not have as well, or has otherwise."""
    for record in records:
        name = record.path.rpartition("/")[2]
        file = used.get(name.casefold())
        if file is None:
            yield f"{name} is not in the store itself"
        elif _differ(estate, record.path, file.path):
            yield f"{name} differs from the one in the store"


def _differ(estate: Estate, one: str, other: str) -> bool:
    try:
        return _bytes(estate, one) != _bytes(estate, other)
    except (ReadError, KeyError):
        return False
