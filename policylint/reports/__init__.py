"""What is printed: one module per format, one function per kind of answer. Nothing here reads the clock or the locale.

The tables say which formats exist, so that the command line needs no branches. A format's module is imported when it
is first used: most runs use one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from policylint.catalogue.admx import AdmxStore
    from policylint.diff import Difference
    from policylint.effective import Effective, Outcome, Result
    from policylint.explain.known import Known
    from policylint.findings import Finding, Severity, Summary
    from policylint.graph import Drawing
    from policylint.locate import Locator
    from policylint.story import Unset
    from policylint.survey import Answer


class RuleText(Protocol):
    """What reports say about a rule."""

    @property
    def id(self) -> str:
        """`WH001`."""

    @property
    def name(self) -> str:
        """`certificate-overrides-cloud-trust`."""

    @property
    def severity(self) -> Severity:
        """How bad a finding of it is, unless the configuration says otherwise."""

    @property
    def summary(self) -> str:
        """One sentence."""

    @property
    def why(self) -> str:
        """What happens on machines because of it."""

    @property
    def fix(self) -> str:
        """What to do about it."""

    @property
    def references(self) -> Sequence[str]:
        """The documents it follows, as links."""


class CheckFormat(Protocol):
    """Prints findings."""

    def __call__(
        self,
        findings: Sequence[Finding],
        summary: Summary,
        locator: Locator,
        rules: Mapping[str, RuleText],
        color: bool = False,
    ) -> str:
        """The report, ending with a line break."""


class EffectiveFormat(Protocol):
    """Prints the effective settings of one target."""

    def __call__(self, effective: Effective, locator: Locator, color: bool = False) -> str:
        """The report, ending with a line break."""


class PlacementFormat(Protocol):
    """Prints the answers of all targets, a class of placements at a time."""

    def __call__(self, answers: Iterable[Answer], locator: Locator, color: bool = False) -> Iterator[str]:
        """The report in pieces; the last one ends with a line break."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One side of a comparison: what it is called, what was read there, and where its files are opened."""

    name: str
    summary: Summary
    locator: Locator


class DiffFormat(Protocol):
    """Prints what changes between two estates."""

    def __call__(self, found: Difference, old: Compared, new: Compared, color: bool = False) -> str:
        """The report, ending with a line break."""


class StoryFormat(Protocol):
    """Prints why a setting (one row per scope) or an outcome is as it is; `effective` says on which target."""

    def __call__(
        self, effective: Effective, subjects: Sequence[Result | Outcome], locator: Locator, color: bool = False
    ) -> str:
        """The report, ending with a line break."""


class UnsetFormat(Protocol):
    """Tells that nothing sets a setting that is known."""

    def __call__(self, effective: Effective, found: Unset, color: bool = False) -> str:
        """The report, ending with a line break."""


class KnownFormat(Protocol):
    """Explains a setting by everything that is known about it."""

    def __call__(self, known: Known, store: AdmxStore, color: bool = False) -> str:
        """The report, ending with a line break."""


class GraphFormat(Protocol):
    """Prints a precedence graph."""

    def __call__(self, drawing: Drawing, locator: Locator, color: bool = False) -> str:
        """The graph, ending with a line break."""


class _Lazy:
    """A function of a module in this folder, imported when it is first called."""

    def __init__(self, module: str, function: str) -> None:
        self._module, self._function = module, function

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return getattr(import_module(f"{__name__}.{self._module}"), self._function)(*arguments, **options)


CHECK_FORMATS: Mapping[str, CheckFormat] = {
    name: _Lazy(name, "render") for name in ("text", "concise", "json", "sarif", "github")
}
EFFECTIVE_FORMATS: Mapping[str, EffectiveFormat] = {name: _Lazy(name, "effective") for name in ("text", "json")}
STORY_FORMATS: Mapping[str, StoryFormat] = {name: _Lazy(name, "story") for name in ("text", "json")}
UNSET_FORMATS: Mapping[str, UnsetFormat] = {name: _Lazy(f"known_{name}", "unset") for name in ("text", "json")}
KNOWN_FORMATS: Mapping[str, KnownFormat] = {name: _Lazy(f"known_{name}", "explain") for name in ("text", "json")}
GRAPH_FORMATS: Mapping[str, GraphFormat] = {
    name: _Lazy(f"graph_{name}", "graph") for name in ("dot", "mermaid", "json")
}
PLACEMENT_FORMATS: Mapping[str, PlacementFormat] = {
    name: _Lazy(f"all_{name}", "every") for name in ("text", "json", "csv")
}
DIFF_FORMATS: Mapping[str, DiffFormat] = {
    name: _Lazy(f"diff_{name}", "difference") for name in ("text", "json", "markdown")
}
