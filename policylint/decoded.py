"""What is in a setting whose value holds a whole rule: the rule's kind, its name and what it says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

FieldValue = str | bool | tuple[str, ...]
Fields = tuple[tuple[str, FieldValue], ...]

_SAID = {
    "firewall-rule": "firewall rule",
    "applocker-rule": "AppLocker rule",
    "certificate": "certificate",
    "name-resolution-rule": "name resolution rule",
    "software-restriction-rule": "software restriction rule",
}


@dataclass(frozen=True, slots=True)
class Decoded:
    """A rule in a registry value. `fields` are facts: nothing in them depends on when they are read."""

    kind: str
    """`firewall-rule`, `applocker-rule`, `certificate`, `name-resolution-rule`, `software-restriction-rule`."""
    name: str
    fields: Fields
    """What it says, in a fixed order; only what it says."""
    summary: str = ""

    @property
    def title(self) -> str:
        """As results name it: `firewall rule "SSH" (inbound, allow, TCP 22)`."""
        return f'{_SAID[self.kind]} "{self.name}"' + (f" ({self.summary})" if self.summary else "")

    def lines(self) -> Iterator[tuple[str, str]]:
        """The fields in words, as (name, text)."""
        for name, value in self.fields:
            if isinstance(value, bool):
                yield name, "yes" if value else "no"
            elif isinstance(value, str):
                yield name, value
            else:
                yield from ((name, text) for text in value)
