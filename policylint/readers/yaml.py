"""YAML as IntuneCD writes it: the same objects as its JSON, one document a file.

Built from PyYAML's events rather than with its loaders: depth and the growth of aliases are limited while reading, no
tag can name a Python type, and every value keeps the line it stands in. The library is imported when the first YAML
file is met.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from policylint.errors import ReadError
from policylint.evidence import LineAt
from policylint.readers.json import MAX_DEPTH, pointer
from policylint.readers.source import decode

if TYPE_CHECKING:
    import yaml

MAX_NODES = 2_000_000
"""More values than this, aliases written out, are refused."""

_CORE = "tag:yaml.org,2002:"
_PLAIN = (None, "!", *(f"{_CORE}{name}" for name in ("str", "int", "bool", "null", "float", "map", "seq")))


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """A parsed file: its value, and the line of each value by its pointer."""

    value: object
    lines: Mapping[str, int]


def load(data: bytes) -> YamlDocument:
    """Reads a file's bytes. Raises ReadError: RD031 (with line and column), RD005, RD007."""
    import yaml

    text = decode(data)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _Builder().document(yaml.parse(text, Loader=loader))
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        place = LineAt(mark.line + 1, mark.column + 1) if mark else None
        raise ReadError("RD031", "not valid YAML", place) from exc  # the words differ between PyYAML and libyaml
    except yaml.YAMLError as exc:
        raise ReadError("RD031", "not valid YAML: a character that YAML does not allow") from exc
    except ValueError as exc:  # an integer of more than 4300 digits
        raise ReadError("RD031", f"not valid YAML: {exc}") from exc


@dataclass(slots=True)
class _Frame:
    """A mapping or sequence that is open: where it stands, and the key whose value comes next."""

    value: dict[str, object] | list[object]
    at: str
    anchor: str | None
    before: int
    key: str | None = None

    def place(self) -> str:
        """The pointer of the next value."""
        return self.at + pointer(len(self.value) if isinstance(self.value, list) else self.key or "")


@dataclass(slots=True)
class _Builder:
    """Puts events together, without recursion."""

    lines: dict[str, int] = field(default_factory=dict)
    open: list[_Frame] = field(default_factory=list)
    anchors: dict[str, tuple[object, int]] = field(default_factory=dict)
    count: int = 0
    root: object = None

    def document(self, events: Iterator[yaml.Event]) -> YamlDocument:
        import yaml

        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise ReadError("RD031", "more than one YAML document in a file", _line(event))
            elif isinstance(event, yaml.ScalarEvent):
                self._scalar(event)
            elif isinstance(event, yaml.AliasEvent):
                self._alias(event)
            elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                self._start(event, {} if isinstance(event, yaml.MappingStartEvent) else [])
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                frame = self.open.pop()
                if frame.anchor:
                    self.anchors[frame.anchor] = frame.value, self.count - frame.before
        return YamlDocument(self.root, self.lines)

    def _start(self, event: Any, value: dict[str, object] | list[object]) -> None:
        if len(self.open) >= MAX_DEPTH:
            raise ReadError("RD007", f"nested deeper than {MAX_DEPTH} levels", _line(event))
        _check_tag(event)
        at = self.open[-1].place() if self.open else ""
        before = self.count
        self._put(value, event, 1)
        self.open.append(_Frame(value, at, event.anchor, before))

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        _check_tag(event)
        top = self.open[-1] if self.open else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            top.key = event.value
            return
        value = _typed(event)
        self._put(value, event, 1)
        if event.anchor:
            self.anchors[event.anchor] = value, 1

    def _alias(self, event: yaml.AliasEvent) -> None:
        if event.anchor not in self.anchors:
            raise ReadError("RD031", f"the alias *{event.anchor} is used before its end", _line(event))
        value, size = self.anchors[event.anchor]
        self._put(value, event, size)

    def _put(self, value: object, event: Any, size: int) -> None:
        """Adds a value to what is open."""
        self.count += size
        if self.count > MAX_NODES:
            raise ReadError("RD007", f"more than {MAX_NODES} values, aliases written out", _line(event))
        if not self.open:
            self.root = value
            return
        top = self.open[-1]
        self.lines[top.place()] = event.start_mark.line + 1
        if isinstance(top.value, list):
            top.value.append(value)
        elif top.key is None:
            raise ReadError("RD031", "a key that is no text", _line(event))
        else:
            top.value[top.key] = value
            top.key = None


def _line(event: Any) -> LineAt:
    return LineAt(event.start_mark.line + 1, event.start_mark.column + 1)


def _check_tag(event: Any) -> None:
    if event.tag not in _PLAIN:
        raise ReadError("RD031", f"the tag {event.tag} is not read", _line(event))


def _typed(event: yaml.ScalarEvent) -> object:
    """A scalar by YAML 1.1's rules for plain text, which are those that IntuneCD's library wrote it by."""
    import yaml

    rules: Any = yaml.resolver.Resolver()
    tag = event.tag or rules.resolve(yaml.ScalarNode, event.value, event.implicit)
    node = yaml.ScalarNode(tag, event.value)
    makers = yaml.constructor.SafeConstructor
    if tag == f"{_CORE}null":
        return None
    if tag == f"{_CORE}bool":
        return bool(makers().construct_yaml_bool(node))
    if tag == f"{_CORE}int":
        return int(makers().construct_yaml_int(node))
    if tag == f"{_CORE}float":
        return float(makers().construct_yaml_float(node))
    return event.value
