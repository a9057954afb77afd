"""The CSP nodes that claims name themselves: asked once for all that spell it alike."""

from __future__ import annotations

from policylint.estate import Estate
from policylint.families.mdm_wins import uri_of
from policylint.model import Claim


class Named:
    """The nodes of an estate's claims. Get it with `estate.once`."""

    def __init__(self, _: Estate) -> None:
        self._known: dict[tuple[str, str], str] = {}

    def by(self, claim: Claim) -> str:
        """The node that a claim names, as what it was written as or what it sets; '' where it names none."""
        at = claim.origin, claim.setting.text
        found = self._known.get(at)
        if found is None:
            found = self._known[at] = uri_of(claim)
        return found
