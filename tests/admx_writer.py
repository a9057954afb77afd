"""Writes small ADMX stores, as vendors and Windows write them, for tests to read back."""

from __future__ import annotations

from pathlib import Path

from policylint.readers.source import Source

NAMESPACE = "http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions"
KEY = r"Software\Policies\Contoso"


def admx(
    *policies: str,
    categories: str = "",
    namespace: str = "Contoso.App",
    using: str = "",
    xmlns: str = f' xmlns="{NAMESPACE}"',
    resources: str = '<resources minRequiredRevision="1.0"/>',
    extra: str = "",
) -> str:
    target = f'<target prefix="app" namespace="{namespace}"/>' if namespace else ""
    return (
        f'<policyDefinitions{xmlns} revision="1.0" schemaVersion="1.0">'
        f"<policyNamespaces>{target}{using}</policyNamespaces>{resources}{extra}"
        f"<categories>{categories}</categories><policies>{''.join(policies)}</policies></policyDefinitions>"
    )


def policy(name: str = "Pol", body: str = "", attributes: str = "", side: str = "Machine", key: str = KEY) -> str:
    """A policy whose display name is the string of its name."""
    return (
        f'<policy name="{name}" class="{side}" displayName="$(string.{name})" explainText="$(string.{name}_Help)"'
        f' key="{key}" {attributes}>{body}</policy>'
    )


def category(name: str, parent: str = "") -> str:
    inner = f'<parentCategory ref="{parent}"/>' if parent else ""
    return f'<category name="{name}" displayName="$(string.{name})">{inner}</category>'


def adml(presentations: str = "", xmlns: str = f' xmlns="{NAMESPACE}"', **strings: str) -> str:
    texts = "".join(f'<string id="{id}">{text}</string>' for id, text in strings.items())
    return (
        f'<policyDefinitionResources{xmlns} revision="1.0" schemaVersion="1.0"><displayName/><description/><resources>'
        f"<stringTable>{texts}</stringTable><presentationTable>{presentations}</presentationTable>"
        f"</resources></policyDefinitionResources>"
    )


def decimal(number: int) -> str:
    return f'<decimal value="{number}"/>'


def store(folder: Path, files: dict[str, str | bytes]) -> list[Source]:
    """Writes the files and gives them as sources, named relative to the folder."""
    for path, content in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return [Source(path, folder / path) for path in sorted(files)]
