"""The effective settings of a target: every contest settled by the general law or by its family's."""

from __future__ import annotations

from policylint.contest import resolve_contest
from policylint.effective import Effective, Result
from policylint.families.channels import channel_law
from policylint.families.extensions import with_extensions
from policylint.families.laps import with_root
from policylint.families.scopes import with_scopes
from policylint.families.whfb_effective import whfb_effective
from policylint.families.whfb_misaddressed import without_effect
from policylint.families.whfb_settings import BY_ID
from policylint.rank import Precedence


def resolve(precedence: Precedence) -> Effective:
    """Settles every setting that some policy claims for the target, and derives the outcomes."""
    family_rows, trust = whfb_effective(precedence)
    law, contests = channel_law(precedence), with_root(precedence.contests)
    rows = [resolve_contest(contestants, law) for (key, _), contestants in contests.items() if key not in BY_ID]
    target = precedence.target
    return Effective(
        target.name,
        target.device,
        target.user,
        target.facts.known(),
        tuple(sorted((*with_scopes(with_extensions(rows)), *family_rows), key=_place)),
        (trust,),
        (*precedence.excluded, *without_effect(precedence)),
        precedence.observation,
    )


def _place(row: Result) -> tuple[str, str]:
    return row.setting.key, row.scope
