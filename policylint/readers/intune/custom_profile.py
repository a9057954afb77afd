"""Custom profiles (Graph `windows10CustomConfiguration`): settings as the administrator typed them, by OMA-URI."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from functools import lru_cache

from policylint.errors import ReadError
from policylint.model import Claim, Problem, Scope, Value, csp
from policylint.readers.intune.graph_object import Body, Found, Item, each
from policylint.readers.intune.policy import policy
from policylint.readers.source import decode

KIND = "custom profile"

_CLASS = re.compile(r"omaSetting(\w+)$", re.IGNORECASE)
_MASK = re.compile(r"\*{3,}")
_TYPES = ("Boolean", "Integer", "String", "StringXml", "Base64", "FloatingPoint", "DateTime")
_SPELLED = {name.casefold(): name for name in _TYPES}


def read(item: Item) -> Found:
    """One claim per omaSetting, its value as written. Problems: RD012 (no URI, type or value), RD015 (encrypted)."""
    stated = each(item.body.get("omaSettings"), "/omaSettings")
    return policy(item, KIND, "custom", (part for one, at in stated for part in _setting(item, one, at)))


def _setting(item: Item, stated: Body, at: str) -> Iterator[Claim | Problem]:
    uri, type_ = stated.get("omaUri"), _type(str(stated.get("@odata.type", "")))
    value = stated.get("value")
    if not isinstance(uri, str) or not uri.strip():
        yield Problem("RD012", "an omaSetting without omaUri", item.below(at), item.id)
    elif _is_masked(stated):
        message = f"the value of {uri} is encrypted in the export: it is not compared"
        yield Problem("RD015", message, item.below(f"{at}/value"), item.id)
    elif type_ is None or not isinstance(value, bool | int | float | str):
        told = f"a value of type {stated.get('@odata.type', 'unknown')}" if type_ is None else "no value"
        yield Problem("RD012", f"{uri} has {told}, which cannot be used", item.below(at), item.id)
    else:
        scope = Scope.USER if uri.casefold().startswith("./user/") else Scope.DEVICE
        evidence = item.below(f"{at}/value")
        yield Claim(csp(uri.strip()), scope, _value(type_, value), type_, evidence, False, False, uri)


@lru_cache(maxsize=256)
def _type(stated: str) -> str | None:
    class_ = _CLASS.search(stated)
    return _SPELLED.get(class_[1].casefold()) if class_ else None


def _is_masked(stated: Body) -> bool:
    """Graph returns `****` and a reference to the secret instead of an encrypted value."""
    value = stated.get("value")
    masked = isinstance(value, str) and _MASK.fullmatch(value) is not None
    return masked or stated.get("isEncrypted") is True or (bool(stated.get("secretReferenceValueId")) and value is None)


def _value(type_: str, value: bool | int | float | str) -> Value:
    if isinstance(value, float):
        return repr(value)
    return _xml(value) if type_ == "StringXml" and isinstance(value, str) else value


def _xml(value: str) -> str:
    """The text of a StringXml: base64 of the XML in Graph; hand-written exports hold the XML itself."""
    try:
        return decode(base64.b64decode(value, validate=True))
    except (binascii.Error, ValueError, ReadError):
        return value
