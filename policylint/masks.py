"""What is secret, by its name, and where secrets stand in the text of a file. They are never printed in any format.

Passwords stand in exports as `cpassword` of preferences ([MS-GPPREF] 2.2.1.1.4), as values named `DefaultPassword`,
as secret settings of the catalog, and in OMA-URI payloads (`keyMaterial` of a Wi-Fi profile). Names are matched by
how they end: `passwordRequiredType` is a policy about passwords, `AutoAdminPassword` is one. Hiding too much costs a
look into the file, hiding too little costs the password, so doubt hides.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache

from policylint.model import Value
from policylint.secret_words import WORD, anchors, arguments, folded, may_tell, stems

MASK = "****"

Span = tuple[int, int]

_NAME = re.compile(WORD + r"!?\s*$", re.IGNORECASE)
_HARMLESS = re.compile(
    r"\s*(?:|\d|true|false|\*+|(?:not ?|un)configured|(?:en|dis)abled?|allow(?:ed)?|block(?:ed)?|required?|none"
    r"|(?:<|&lt;|\\+u003c)(?:enabled|disabled)\s*/.*)\s*",
    re.IGNORECASE | re.DOTALL,
)
"""Values that are no secrets whatever they are called: switches, and ADMX payloads (whose data are looked at)."""

_LT = r"(?:<|&lt;|\\+u003c)"
_GT = r"(?:>|&gt;|\\+u003e)"
_Q = r"(?P<q>\\*[\"']|&quot;|\\+u0022|\\+u0027)"
_QUOTED = _Q + r"(?P<v>.*?)(?<!\\)(?P=q)"
_MARKED_UP = r"(?P<v>(?:(?!" + _LT + r").)*)"


def _compiled(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE | re.DOTALL) for pattern in patterns)


_FOLLOWING = _compiled(
    r"\s*=\s*" + _QUOTED,  # cpassword="…"
    r"(?:\\*\"|\\*'|\\+u0022)\s*:\s*" + _QUOTED,  # "preSharedKey": "…", also inside a JSON string
    # <Name>DefaultPassword</Name><String>…, <LocURI>…/Password</LocURI>…<Data>…
    _LT + r"/[\w:]*(?:name|locuri)" + _GT + r"(?:(?!name|locuri).){0,400}?"
    r"(?:string|data|value)(?:\s[^<>]{0,200})?" + _GT + _MARKED_UP,
)
"""What comes after the name of a secret and holds the secret itself."""
_OPENING = re.compile(_LT + r"[\w:.-]*$", re.IGNORECASE)
_ELEMENT = re.compile(
    r"(?:\s[^<>]{0,200})?" + _GT + r"(?:\s*" + _LT + r"value" + _GT + r")?" + _MARKED_UP, re.IGNORECASE | re.DOTALL
)
"""<keyMaterial>…, <Password><Value>…"""
_NO_NAME = frozenset('=<>"{}\r\n')
"""What the name of a line does not hold."""
_ASSIGNED = re.compile(r"\"?[ \t]*=[ \t]*(?:[12357],)?(?!\d+,)(?P<v>[^\r\n]*)")
"""DefaultPassword=1,"…" of a security template; numbers (type 4) are not passwords."""
_PEM = re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?P<v>.{0,20000}?)(?:-----END|$)", re.DOTALL)
"""A private key between its marks."""
_PEM_MARK = "-----BEGIN "
_USER = re.compile(r"[^/\s:@\"'<>]*:(?P<v>[^@/\s\"'<>]+)@")
"""https://user:…@proxy"""

_ATTRIBUTE = re.compile(r"\b(?:name|id|key|valuename)\s*=\s*(?P<q>\\*[\"']|&quot;)[^<>\"']*$", re.IGNORECASE)
_TAG_VALUE = re.compile(r"\b(?:value|default)\s*=\s*" + _QUOTED, re.IGNORECASE | re.DOTALL)
_MEMBER = re.compile(
    r"\b(?:omauri|settingdefinitionid|definitionid|displayname|name|id|key|valuename)(\\*\")\s*:\s*\1(?P<named>[^\"]*)$",
    re.IGNORECASE,
)
_OBJECT_VALUE = re.compile(r"\w*value(?:\\*\")\s*:\s*" + _QUOTED, re.IGNORECASE | re.DOTALL)
_OBJECT_VALUES = re.compile(r"\w*values(?:\\*\")\s*:\s*\[(?P<v>[^\[\]{}]*)\]", re.IGNORECASE)
_TRUE = re.compile(r"\\*\"\s*:\s*true", re.IGNORECASE)
_QUOTE = re.compile(r"\\*\"")
_QUOTED_END = re.compile(r"\\*[\"']|&quot;", re.IGNORECASE)
"""Whatever ends a quoted name: nothing else is an attribute's value or a member's."""
_BRACE = re.compile(r"[{}]")
_NEAR = 300
"""How far back the beginning of a tag, line or member is looked for, in characters."""
_REACH = 20_000
"""How far from the name of a secret the object that holds it is searched, in characters."""


@lru_cache(maxsize=1 << 14)
def is_secret(name: str) -> bool:
    """Whether a value of that name (a registry value, a setting id, an OMA-URI, a JSON key) is a secret."""
    return may_tell(name) and _NAME.search(name) is not None


def masked(names: tuple[str, ...], value: Value) -> Value:
    """The value as it may be printed, given the names it goes by; secrets inside a text payload are hidden as well."""
    if isinstance(value, str):
        return MASK if _hides(names, value) else _blank(value)
    if isinstance(value, tuple):
        return tuple(MASK if _hides(names, item) else _blank(item) for item in value)
    if isinstance(value, bytes) and value and any(map(is_secret, names)):
        return MASK
    return value


def _hides(names: tuple[str, ...], value: str) -> bool:
    """Whether the value itself is the secret; a choice repeats the name of its setting and is none."""
    if not any(map(is_secret, names)) or _HARMLESS.fullmatch(value):
        return False
    return not any(name and value.casefold().startswith(name.casefold()) for name in names)


def _blank(text: str) -> str:
    secrets = spans(text)
    if not secrets:
        return text
    parts, at = [], 0
    for start, end in secrets:
        parts += [text[at:start], MASK]
        at = end
    return "".join(parts) + text[at:]


def spans(text: str) -> tuple[Span, ...]:
    """Where secrets stand in a text of any format: start and end offsets, sorted, not overlapping."""
    low = folded(text)
    found = stems(low)
    if not found and _PEM_MARK not in text:  # as of most texts
        return ()
    named = [span for anchor in anchors(text, low, found) for span in _around(text, anchor)]
    keys = _PEM.finditer(text) if _PEM_MARK in text else ()
    return _merged([*named, *_values(*arguments(text, found), *keys)])


def _around(text: str, anchor: re.Match[str]) -> Iterator[Span]:
    """The secrets that one word in the text tells of."""
    if anchor["url"]:
        yield from _values(_USER.match(text, anchor.end()))
        return
    if anchor["word"]:
        yield from _named(text, anchor)
    if anchor["type"] or (anchor["flag"] and _TRUE.match(text, anchor.end())):
        yield from _in_object(text, anchor.start(), "")


def _named(text: str, anchor: re.Match[str]) -> Iterator[Span]:
    """What comes after the word is looked at first: it is at hand, and mostly rules the notation out."""
    end = anchor.end()
    before = text[max(0, anchor.start() - _NEAR) : anchor.start()]
    for pattern in _FOLLOWING:
        yield from _values(pattern.match(text, end))
    if (element := _ELEMENT.match(text, end)) and _OPENING.search(before):
        yield from _values(element)
    if (assigned := _ASSIGNED.match(text, end)) and _is_line(before):
        yield from _values(assigned)
    if _QUOTED_END.match(text, end):
        attribute, member = _ATTRIBUTE.search(before), _MEMBER.search(before)
        if attribute and text.startswith(attribute["q"], end):
            yield from _in_tag(text, anchor)
        if member and _QUOTE.match(text, end):
            yield from _in_object(text, anchor.start(), member["named"] + anchor[0])


def _values(*matches: re.Match[str] | None) -> Iterator[Span]:
    yield from (match.span("v") for match in matches if match and not _HARMLESS.fullmatch(match["v"]))


def _is_line(before: str) -> bool:
    """Whether nothing but a name stands before the word on its line."""
    stop = max(map(before.rfind, _NO_NAME))
    return stop < 0 or before[stop] in '\r\n"'


def _in_tag(text: str, anchor: re.Match[str]) -> Iterator[Span]:
    """`<Properties name="DefaultPassword" value="…"/>` of preferences, and `<data id="…Password" value=…/>`."""
    begin = max(text.rfind(mark, 0, anchor.start()) for mark in ("<", "&lt;", "\\u003c"))
    ends = [text.find(mark, anchor.end()) for mark in (">", "&gt;", "\\u003e")]
    end = min((end for end in ends if end >= 0), default=len(text))
    yield from _values(*_TAG_VALUE.finditer(text, max(begin, 0), end))


def _in_object(text: str, at: int, named: str) -> Iterator[Span]:
    """Values of a JSON object that another member calls secret: its OMA-URI or definition, its type, `isEncrypted`."""
    begin, end = _enclosing(text, at)
    for start, stop in _values(*_OBJECT_VALUE.finditer(text, begin, end)):
        if not (named and text[start:stop].casefold().startswith(named.casefold())):
            yield start, stop
    yield from _values(*_OBJECT_VALUES.finditer(text, begin, end))


def _enclosing(text: str, at: int) -> Span:
    """The braces around an offset. Braces inside strings count too: they come in pairs, and doubt hides."""
    depth, begin, end = 0, max(0, at - _REACH), min(len(text), at + _REACH)
    for brace in reversed(list(_BRACE.finditer(text, begin, at))):
        depth += 1 if brace[0] == "}" else -1
        if depth < 0:
            begin = brace.start()
            break
    depth = 0
    for brace in _BRACE.finditer(text, at, end):
        depth += 1 if brace[0] == "{" else -1
        if depth < 0:
            end = brace.end()
            break
    return begin, end


def _merged(found: list[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for start, end in sorted(found):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif start < end:
            merged.append((start, end))
    return tuple(merged)


def within(masks: tuple[Span, ...], start: int, end: int) -> Iterator[Span]:
    """The parts of the masks that lie in [start, end)."""
    at = bisect_left(masks, start, key=lambda mask: mask[1])
    for begin, stop in masks[at:]:
        if begin >= end:
            return
        if stop > start:
            yield max(begin, start), min(stop, end)
