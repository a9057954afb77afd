"""What no other reader took: files of known kinds that are not evaluated, and files that nothing recognises."""

from __future__ import annotations

from collections.abc import Sequence

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


def take(sources: Sequence[Source]) -> tuple[Reading, list[Source]]:
    """Takes every file that is left; none is passed over without a record."""
    records: list[FileRecord] = []
    problems: list[Problem] = []
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
            problems.append(Problem(rule, "no reader recognises this file", source.at()))
        elif rule:
            problems.append(Problem(rule, f"{kind}: recognised, but not evaluated yet", source.at()))
    return Reading(problems=tuple(problems), files=tuple(records)), []


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
