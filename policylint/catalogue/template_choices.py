"""What Graph's words become in CSP nodes where the two tables of templates do not tell it, property by property.

Each row of `template_choices.txt` was checked against at least two of these: the label that Intune's own metadata gives
a word, Graph's reference, the values that DDF v2 and the settings catalog list for the node. Where two of them
contradict each other the property is not there and keeps its Graph name; so do switches of a policy with a dialog,
where nothing tells whether "disabled" is the policy disabled or the choice "Disable" in it.

A row is a property, its node (of the Policy CSP unless it begins with `./`) and its words. `block=0` is a value of the
node, `high=1+ENCRYPTION_LEVEL=3` the node and an element of the policy behind it, `allowed=+Usage=2` an element alone;
`#` is a number: as it is, `#=60*` times 60, `#=1+Size=#` in an element; `$NAME` stands for the words of that name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

POLICY = "./Device/Vendor/MSFT/Policy/Config"

_HOURS = range(24)
_NAMED = {
    "ON_OFF": "enabled=1 disabled=0",
    "OFF_ON": "enabled=0 disabled=1",
    "URL_ACTION": "enable=1+@=0 prompt=1+@=1 disable=1+@=3",
    "JAVA": (
        "disableJava=1+IZ_Partname1C00=0 lowSafety=1+IZ_Partname1C00=196608 mediumSafety=1+IZ_Partname1C00=131072"
        " highSafety=1+IZ_Partname1C00=65536 custom=1+IZ_Partname1C00=8388608"
    ),
    "LOGON": (
        "automaticWithCurrentUsernameAndPassword=1+IZ_Partname1A00=0"
        " automaticOnlyInIntranetZone=1+IZ_Partname1A00=131072"
        " prompt=1+IZ_Partname1A00=65536 anonymous=1+IZ_Partname1A00=196608"
    ),
    "PROMPTS": (
        "elevateWithoutPrompting=0 promptForCredentialsOnTheSecureDesktop=1 promptForConsentOnTheSecureDesktop=2"
        " promptForCredentials=3 promptForConsent=4 promptForConsentForNonWindowsBinaries=5"
    ),
    "STARTS": "automatic=2 manual=3 disabled=4",
    "DAYS": ("everyday=0 sunday=1 monday=2 tuesday=3 wednesday=4 thursday=5 friday=6 saturday=7 noScheduledScan=8"),
    "LEVELS": "disabled=0 noAdditionalProtection=1+@=0 mediumProtection=1+@=1 highestProtection=1+@=2",
    "HOURS": " ".join(f"{hour:02}:00:00.0000000={hour}" for hour in _HOURS),
    "MINUTES": " ".join(
        f"{hour:02}:00:00.0000000={hour * 60} t{hour % 12 or 12}{'PM' if hour > 11 else 'AM'}={hour * 60}"
        for hour in _HOURS
    ),
}
"""Words that many properties share; `@` stands for the element that a row names in brackets."""

_NAME = re.compile(r"\$(?P<name>[A-Z_]+)(\((?P<element>\w+)\))?")
_WORD = re.compile(r"(?P<word>[^=]+)(=(?P<value>.+))?")


def rows() -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Entity, property, node and words of every row."""
    entity = ""
    for line in files("policylint.catalogue").joinpath("template_choices.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            entity = line.strip("[]")
        elif line:
            name, node, *words = _NAME.sub(lambda m: _NAMED[m["name"]].replace("@", m["element"] or ""), line).split()
            yield entity, name, node if node.startswith("./") else f"{POLICY}/{node}", dict(map(_word, words))


def _word(text: str) -> tuple[str, Any]:
    match = _WORD.fullmatch(text)
    if match is None:
        raise ValueError(f"'{text}' is no word of Graph with its value")
    word, value = match["word"], match["value"] or "#"
    root, _, element = value.partition("+")
    name, _, inner = element.partition("=")
    state = {"": _value(root)} if root else {}
    return word, state | {name: _value(inner)} if name else _value(root)


def _value(text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    return int(text) if text.isdecimal() else text
