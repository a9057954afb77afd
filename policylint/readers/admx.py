"""ADMX stores: which .admx files define policies, and which .adml file gives each its texts.

A store is a folder of .admx files with one folder of .adml files per language. Windows reads definitions at the root
only, and texts of the same base name from the user's language, then en-US or the file's fallbackCulture ("Managing
Group Policy ADMX Files"); here en-US comes first, so that names are the same wherever policylint runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from policylint.catalogue.admx import AdmxFile
from policylint.errors import ReadError
from policylint.evidence import XmlAt
from policylint.model import FileRecord, Problem
from policylint.readers import admx_cache, kept, stamps
from policylint.readers.admx_cache import Head
from policylint.readers.admx_content import (
    AdmxContent,
    KeptContent,
    Texts,
    count,
    prefixes,
    without_identity,
    without_number,
)
from policylint.readers.admx_elements import attributes
from policylint.readers.source import Reading, Source, problem
from policylint.readers.xml import child, local, parse

PREFERRED = "en-us"
_NO_TEXTS = "no .adml file gives its texts: names are the ones inside the file"
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Pair:
    """An .admx file with the texts that come first for it, by the hash of both."""

    language: str | None
    adml: Source | None
    digest: str


@dataclass(slots=True)
class _Pile:
    """The ADMX and ADML files of one reading, and what became of them."""

    admx: list[Source]
    adml: list[Source]
    texts: dict[tuple[str, str], dict[str, list[Source]]]
    """ADML files by the store's folder and base name, then by language; '' for one beside the .admx file."""
    opened: dict[Source, Texts | None] = field(default_factory=dict)
    """The ADML files that were opened; None for one that could not be read."""
    data: dict[Source, bytes] = field(default_factory=dict)
    """What was read of files already."""
    recorded: set[Source] = field(default_factory=set)
    """The ADML files that were read or that could not be: those of `opened`, and those that need not be opened."""
    heads: dict[str, Head] = field(default_factory=dict)
    """What was kept of the files, and what is to be kept of them."""
    found: list[AdmxFile] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    records: list[FileRecord] = field(default_factory=list)


def take(sources: Sequence[Source]) -> tuple[Reading, list[Source]]:
    """Takes every .admx and .adml file. Definitions are read from the parsed XML when somebody asks for them.

    Problems: RD001, RD003, RD005 and RD007 for files that cannot be read; RD019 for an .admx file without texts,
    without a target namespace, or with a policy or number that cannot be read.
    """
    admx = sorted((s for s in sources if _suffix(s) == ".admx"), key=lambda s: s.path)
    adml = sorted((s for s in sources if _suffix(s) == ".adml"), key=lambda s: s.path)
    languages = _language_folders(admx, adml)
    pile = _Pile(admx, adml, _texts(adml))
    defining = [source for source in admx if _split(source.path)[0] not in languages]
    pairs = _pairs(pile, defining) if kept.folder() else {}
    digests = {pair.digest for pair in pairs.values()}
    pile.heads |= admx_cache.load(digests) if digests else {}
    known = len(pile.heads)
    for source in admx:
        folder = _split(source.path)[0]
        if folder in languages:
            reason = f"in the language folder {_split(folder)[1]}: only the store's own folder defines policies"
            pile.records.append(FileRecord(source.path, "ignored", "ADMX", reason))
        else:
            _take(pile, source, pairs.get(source))
    if len(pile.heads) > known:
        admx_cache.keep(pile.heads, digests)
    _record_other_texts(pile)
    reading = Reading(admx=tuple(pile.found), problems=tuple(pile.problems), files=tuple(pile.records))
    return reading, [s for s in sources if _suffix(s) not in (".admx", ".adml")]


def _suffix(source: Source) -> str:
    return source.path[-5:].casefold()


def _split(path: str) -> tuple[str, str]:
    """Folder and last part of a path; the folder of a bare name is ''."""
    folder, _, name = path.rpartition("/")
    return folder, name


def _stem(path: str) -> str:
    return _split(path)[1][:-5].casefold()


def _language_folders(admx: Sequence[Source], adml: Sequence[Source]) -> set[str]:
    """The folders named like a language that stand beside .admx files: they hold texts, whatever else lies in them."""
    defining = {_split(source.path)[0] for source in admx}
    texts = {_split(source.path)[0] for source in adml}
    return {
        folder
        for folder in defining | texts
        if folder
        and _LANGUAGE.fullmatch(_split(folder)[1])
        and _split(folder)[0] in defining
        and ("-" in _split(folder)[1] or folder in texts)
    }


def _texts(adml: Sequence[Source]) -> dict[tuple[str, str], dict[str, list[Source]]]:
    """Every ADML file under the places of an .admx file that would use it. Folders en-US and en-us are one."""
    found: dict[tuple[str, str], dict[str, list[Source]]] = {}
    for source in adml:
        folder, stem = _split(source.path)[0], _stem(source.path)
        store, language = _split(folder)
        if _LANGUAGE.fullmatch(language):
            found.setdefault((store, stem), {}).setdefault(language.casefold(), []).append(source)
        found.setdefault((folder, stem), {}).setdefault("", []).append(source)
    return found


def _pairs(pile: _Pile, admx: Sequence[Source]) -> dict[Source, _Pair]:
    """The files that the cache may know. Which texts come first must not hang on what stands in the .admx file."""
    first: dict[Source, tuple[str | None, Source | None]] = {}
    for source in admx:
        there = pile.texts.get((_split(source.path)[0], _stem(source.path)), {})
        if PREFERRED in there or len(there) < 2:
            first[source] = next(_candidates(there, ""), (None, None))
    texts = dict.fromkeys(adml for _, adml in first.values() if adml)
    hashed = stamps.digests([*first, *texts], pile.data)
    return {
        source: _Pair(language, adml, admx_cache.digest(hashed[source], hashed[adml] if adml else None))
        for source, (language, adml) in first.items()
        if source in hashed and (adml is None or adml in hashed)
    }


def _bytes(pile: _Pile, source: Source) -> bytes:
    """The bytes of a file, which may have been read for its hash. Raises ReadError."""
    return pile.data[source] if source in pile.data else source.read()


def _take(pile: _Pile, source: Source, pair: _Pair | None) -> None:
    """One .admx file: as it was kept, or parsed."""
    head = pile.heads.get(pair.digest) if pair else None
    if pair and head:
        _known(pile, source, pair, head)
        return
    before = len(pile.problems)
    file = _read(pile, source)
    if pair and file and file.adml == (pair.adml.path if pair.adml else None):
        told = [(text, list(at.route)) for text, at in _inside(pile.problems[before:])]
        settings = pile.records[-1].settings
        pile.heads[pair.digest] = Head(
            file.namespace, dict(file.prefixes), sorted(file.keys), sorted(file.names), told, settings
        )


def _inside(problems: Iterable[Problem]) -> Iterator[tuple[str, XmlAt]]:
    """What is wrong inside an .admx file, and where; not that it has no texts, for that is told anew."""
    for told in problems:
        if isinstance(told.evidence.place, XmlAt):
            yield told.message, told.evidence.place


def _known(pile: _Pile, source: Source, pair: _Pair, head: Head) -> None:
    """One .admx file as it was kept; its definitions are parsed when somebody asks for them."""
    pile.problems += (Problem("RD019", text, source.at(XmlAt(tuple(route)))) for text, route in head.problems)
    if pair.adml is None:
        pile.problems.append(Problem("RD019", _NO_TEXTS, source.at()))
    elif pair.adml not in pile.recorded:
        pile.recorded.add(pair.adml)
        pile.records.append(FileRecord(pair.adml.path, "read", "ADML"))
    adml = pair.adml.path if pair.adml else None

    def parsed() -> AdmxContent:
        texts = Texts(pair.adml.path, pair.language or "", _again(pile, pair.adml)) if pair.adml else None
        return AdmxContent(source.path, _again(pile, source), head.namespace, head.prefixes, texts)

    content = KeptContent(frozenset(head.keys), frozenset(head.names), parsed)
    pile.found.append(AdmxFile(source.path, head.namespace, head.prefixes, adml, pair.language, content))
    pile.records.append(FileRecord(source.path, "read", "ADMX", settings=head.policies))


def _again(pile: _Pile, source: Source) -> etree._Element:
    """The root of a file that could be parsed in the run that kept it; an empty one should that have been a lie."""
    try:
        return parse(_bytes(pile, source))
    except ReadError:
        return etree.Element("nothing")


def _read(pile: _Pile, source: Source) -> AdmxFile | None:
    """One .admx file."""
    try:
        root = _root(_bytes(pile, source), "policyDefinitions")
    except ReadError as error:
        pile.problems.append(problem(source, error))
        pile.records.append(FileRecord(source.path, "unread", "ADMX", error.message))
        return None
    namespace, using = prefixes(root)
    if not namespace:
        pile.problems.append(Problem("RD019", "has no target namespace: nothing can refer to it", source.at(XmlAt(()))))
    nameless = tuple(without_identity(root))
    pile.problems += (Problem("RD019", text, source.at(at)) for text, at in (*nameless, *without_number(root)))
    texts = _choose(pile, source, root)
    content = AdmxContent(source.path, root, namespace, using, texts)
    adml, language = (texts.path, texts.language) if texts else (None, None)
    file = AdmxFile(source.path, namespace, using, adml, language, content)
    pile.found.append(file)
    pile.records.append(FileRecord(source.path, "read", "ADMX", settings=count(root) - len(nameless)))
    return file


def _root(data: bytes, name: str) -> etree._Element:
    """The root element. Raises ReadError: RD003 when it is another one, and what `parse` raises."""
    root = parse(data)
    if local(root) != name:
        raise ReadError("RD003", f"the root element is <{local(root)}>, not <{name}>", XmlAt(()))
    return root


def _choose(pile: _Pile, source: Source, root: etree._Element) -> Texts | None:
    """The texts of an .admx file; files that cannot be read are reported and passed over."""
    resources = child(root, "resources")
    fallback = attributes(resources).get("fallbackculture", "") if resources is not None else ""
    there = pile.texts.get((_split(source.path)[0], _stem(source.path)), {})
    for language, candidate in _candidates(there, fallback):
        if candidate not in pile.opened:
            pile.opened[candidate] = _open(pile, candidate, language)
        texts = pile.opened[candidate]
        if texts is not None:
            return texts
    pile.problems.append(Problem("RD019", _NO_TEXTS, source.at()))
    return None


def _open(pile: _Pile, source: Source, language: str) -> Texts | None:
    try:
        texts = Texts(source.path, language, _root(_bytes(pile, source), "policyDefinitionResources"))
    except ReadError as error:
        pile.recorded.add(source)
        pile.problems.append(problem(source, error))
        pile.records.append(FileRecord(source.path, "unread", "ADML", error.message))
        return None
    if source not in pile.recorded:
        pile.recorded.add(source)
        pile.records.append(FileRecord(source.path, "read", "ADML"))
    return texts


def _candidates(there: Mapping[str, Sequence[Source]], fallback: str) -> Iterator[tuple[str, Source]]:
    """Language and file, best first: en-US, the file's fallbackCulture, other languages by name, beside the file."""
    if PREFERRED not in there:
        order = sorted(there, key=lambda language: (language == "", language != fallback.casefold(), language))
    else:
        order = [PREFERRED, *sorted(there.keys() - {PREFERRED, ""}), ""]
    for language in order:
        for candidate in there.get(language, ()):
            yield _split(_split(candidate.path)[0])[1] if language else "", candidate


def _record_other_texts(pile: _Pile) -> None:
    """Says of every ADML file that was not opened why."""
    chosen = {file.path: file for file in pile.found}
    definitions: dict[tuple[str, str], Source] = {}
    for source in pile.admx:
        definitions.setdefault((_split(source.path)[0], _stem(source.path)), source)
    for source in pile.adml:
        if source not in pile.recorded:
            folder, stem = _split(source.path)[0], _stem(source.path)
            store, language = _split(folder)
            owner = definitions.get((store, stem)) or definitions.get((folder, stem))
            file = chosen.get(owner.path) if owner else None
            pile.records.append(FileRecord(source.path, "ignored", "ADML", _reason(language, owner, file)))


def _reason(language: str, owner: Source | None, file: AdmxFile | None) -> str:
    if owner is None:
        return "texts without the .admx file that they belong to"
    if file is None:
        return f"{owner.path} could not be read"
    return f"texts in {language}; {file.language or file.adml} is used"
