"""Finding the one setting that a name means, whether or not anybody sets it."""

from __future__ import annotations

from policylint.catalogue.definitions import using
from policylint.errors import UsageError
from policylint.estate import Estate
from policylint.explain.known import Known, known_as
from policylint.laws import LAWS
from policylint.nearest import nearest
from policylint.rules import load_rules
from policylint.story import did_you_mean, names_near, several


def setting_of(name: str, estate: Estate) -> Known:
    """The setting of a name. Raises UsageError when there is none or several, with what comes close."""
    with using(estate.definitions):
        known = known_as(name, estate)
        if not known:
            raise UsageError(f"no rule, law or setting '{name}'{did_you_mean(_near(name, estate))}")
    if len(known) > 1:
        raise UsageError(f"'{name}' is the name of {several(known)}")
    return known[0]


def _near(name: str, estate: Estate) -> list[str]:
    """Rules and laws first: they are short, and few."""
    rules = load_rules().values()
    ids = nearest(name, (*(rule.id for rule in rules), *(rule.name for rule in rules), *LAWS), 1)
    return ids or names_near(name, estate)
