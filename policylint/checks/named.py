"""The CSP nodes that claims name themselves: asked once for all that spell it alike."""

from __future__ import annotations

from policylint.estate import Estate
from policylint.families.mdm_wins import node_named
from policylint.model import Claim


class Named:
    """The nodes of an estate's claims. Get it with `estate.once`."""

    def __init__(self, _: Estate) -> None:
        self._known: dict[str, str] = {"": ""}

    def by(self, claim: Claim) -> str:
        """The node that a claim names, as what it was written as or what it sets; '' where it names none."""
        return self.of(claim.origin) or self.of(claim.setting.text)

    def of(self, text: str) -> str:
        """The node that a URI or the id of a definition names; '' for other texts."""
        found = self._known.get(text)
        if found is None:
            found = self._known[text] = node_named(text)
        return found
