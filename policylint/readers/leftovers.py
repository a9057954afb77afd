"""What no other reader took: files of known kinds that are not evaluated, and files that nothing recognises."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policylint.errors import ReadError
from policylint.model import FileRecord, Problem
from policylint.readers.source import Reading, Source, problem

KNOWN: dict[str, tuple[str, str]] = {
    ".migtable": ("migration table", ""),
    ".inf": ("security template", "RD010"),
    ".csv": ("table", ""),
    ".tsv": ("table", ""),
    ".jsonl": ("JSON lines", ""),
    ".ps1": ("script", ""),
    ".cmd": ("script", ""),
    ".bat": ("script", ""),
    ".vbs": ("script", ""),
    ".py": ("script", ""),
    ".sh": ("script", ""),
    ".htm": ("report for people", ""),
    ".html": ("report for people", ""),
    ".pdf": ("document", ""),
    ".docx": ("document", ""),
    ".xlsx": ("document", ""),
    ".xsd": ("schema", ""),
    ".dll": ("program", ""),
    ".exe": ("program", ""),
    ".msi": ("program", ""),
}
"""By extension: what the file is, and the rule that reports that it is not evaluated yet ('' when nothing is lost)."""


MANY = 10
"""So many files of one suffix that nothing recognises are reported one by one."""


def take(sources: Sequence[Source]) -> tuple[Reading, list[Source]]:
    """Takes every file that is left; none is passed over without a record."""
    records: list[FileRecord] = []
    problems: list[Problem] = []
    strange: dict[str, list[Source]] = {}
    for source in sources:
        kind, rule = KNOWN.get(source.suffix, ("unknown", "RD009"))
        try:
            if source.suffix == ".xml":
                kind, rule = _xml_kind(source)
            elif kind == "unknown" and not source.read():
                kind, rule = "empty file", ""
        except ReadError as error:
            problems.append(problem(source, error))
            records.append(FileRecord(source.path, "unread", kind, error.message))
            continue
        reason = {"RD009": "not recognised", "RD010": "not evaluated yet"}.get(rule, "no policy")
        records.append(FileRecord(source.path, "ignored", kind, reason))
        if rule == "RD009":
            strange.setdefault(source.suffix, []).append(source)
        elif rule:
            problems.append(Problem(rule, f"{kind}: recognised, but not evaluated yet", source.at()))
    problems += (one for alike in strange.values() for one in _strange(alike))
    return Reading(problems=tuple(problems), files=tuple(records)), []


def _strange(alike: Sequence[Source]) -> Iterator[Problem]:
    """One problem for each file that nothing recognises; one for all where many have the same suffix."""
    first = alike[0]
    if len(alike) <= MANY:
        yield from (Problem("RD009", "no reader recognises this file", source.at()) for source in alike)
        return
    kind = f"with the suffix {first.suffix}" if first.suffix else "without a suffix"
    message = f"no reader recognises this file and {len(alike) - 1} others {kind}: --show-inputs lists them"
    yield Problem("RD009", message, first.at())


XML_ROOTS: dict[str, tuple[str, str]] = {
    "GPO": ("Group Policy report", "RD010"),
    "GPOS": ("Group Policy report", "RD010"),
    "report": ("Group Policy report", "RD010"),
    "MgmtTree": ("CSP definition (DDF)", ""),
    "Backups": ("backup manifest", ""),
    "BackupInst": ("backup information", "RD010"),
    "PolicyRules": ("Policy Analyzer rules", "RD010"),
    "AppLockerPolicy": ("AppLocker policy", "RD010"),
    "policyDefinitions": ("ADMX", "RD010"),
    "policyDefinitionResources": ("ADML", ""),
}
"""By root element: what an XML file is, and the rule that reports that it is not evaluated yet."""


def _xml_kind(source: Source) -> tuple[str, str]:
    """What an XML file is, by its root element. Raises ReadError when it is not well-formed."""
    from policylint.readers.xml import local, parse

    return XML_ROOTS.get(local(parse(source.read())), ("XML", "RD009"))
