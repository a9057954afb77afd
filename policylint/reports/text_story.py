"""Why a setting is as it is: every policy that had a say, strongest first, with the rules that ranked it and the bytes.

The certainty stands at the end, because it is what the reader takes away, with the facts that it hangs on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policylint.effective import Contender, Effective, Outcome, Result, State, settings_of
from policylint.escape import terminal
from policylint.facts import ALWAYS
from policylint.laws import explain_fact, law_text
from policylint.locate import Locator
from policylint.lowering import products
from policylint.reports.drawing import Paint, gutter, located, painter
from policylint.reports.phrases import candidate, claimed, decided, listed, open_value, owner, place, said
from policylint.reports.text_effective import STYLES, header, split, told
from policylint.spelling import spelled

_CERTAINTY = {
    State.DETERMINED: "determined: nothing that is unknown could change it",
    State.CONDITIONAL: "conditional: it holds as long as the facts below are as assumed",
    State.UNDETERMINED: "undetermined: the inputs and the documentation do not settle it",
    State.NOT_APPLICABLE: "not applicable to this target",
}


def story(effective: Effective, subjects: Sequence[Result | Outcome], locator: Locator, color: bool = False) -> str:
    """The whole story of a setting, in each scope that has it, or of an outcome, on one target."""
    paint = painter(color)
    blocks = [list(header(effective, paint))]
    for subject in subjects:
        blocks += [list(_title(subject, paint)), *_contenders(subject, locator, paint)]
        blocks += [*_out_of_play(effective, subject, paint), list(_verdict(subject, paint))]
        blocks[-1] += _observed(effective, subject, locator)
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _contenders(subject: Result | Outcome, locator: Locator, paint: Paint) -> Iterator[list[str]]:
    """A block for each policy: its line, then its bytes."""
    ranked = _ranked(subject)
    spots = [locator.locate(contender.claim.evidence) for contender, _wins in ranked]
    width = gutter(spots)
    for number, ((contender, wins), spot) in enumerate(zip(ranked, spots, strict=True), 1):
        path, style = contender.claim.evidence.path, "good" if wins else "related"
        drawn = located(path, spot, _label(contender, subject, wins), width, paint, style, primary=wins)
        yield [*_contender(number, contender, wins, subject, paint), *drawn]
    if not ranked:
        yield ["  no policy says anything about it"]


def _out_of_play(effective: Effective, subject: Result | Outcome, paint: Paint) -> Iterator[list[str]]:
    """The policies that would have a say if they reached the target, with the rule that keeps each out."""
    out = effective.out_of_play(settings_of(subject))
    if out:
        told = [f"{owner(o.policy)}: {terminal(o.text)}   {paint(terminal(o.reason), 'frame')}" for o in out]
        yield ["  not in play", *(f"     {line}" for line in told)]


def _title(subject: Result | Outcome, paint: Paint) -> Iterator[str]:
    scope = f" ({subject.scope})" if isinstance(subject, Result) else ""
    yield paint(terminal(_id(subject)), "strong") + scope
    if isinstance(subject, Result) and subject.name:
        element = f": {subject.element}" if subject.element else ""
        yield f"  {terminal(subject.name + element)}" + (f" ({terminal(subject.category)})" if subject.category else "")
        yield from (f"  also known as {terminal(name)}" for name in subject.also)
    if isinstance(subject, Result) and subject.decoded is not None:
        yield from told(subject.decoded, 4)


def _id(subject: Result | Outcome) -> str:
    return subject.setting.text if isinstance(subject, Result) else subject.id


def _ranked(subject: Result | Outcome) -> list[tuple[Contender, bool]]:
    """The contenders, strongest first, and whether each decides. An outcome that is open is decided by none."""
    if isinstance(subject, Result):
        winner = [(subject.winner, True)] if subject.winner else []
        return [*winner, *((loser, False) for loser in subject.losers)]
    deciding = next((c for c in subject.contenders if c.reasons), None) if subject.value is not None else None
    return [(contender, contender is deciding) for contender in subject.contenders]


def _contender(number: int, contender: Contender, wins: bool, subject: Result | Outcome, paint: Paint) -> Iterator[str]:
    """The line of one policy: rank, name, what it says, why it ranks there."""
    claim = contender.claim
    setting = f"{terminal(split(claim.setting.text)[1])} = " if isinstance(subject, Outcome) else ""
    reasons = f"   {paint(terminal(', '.join(contender.reasons)), 'frame')}" if contender.reasons else ""
    name = paint(owner(contender.policy), "good" if wins else "strong")
    yield f"{paint('>', 'good') if wins else ' '} {number}. {name}  {setting}{claimed(contender)}{reasons}"
    if claim.origin and claim.origin.casefold() != claim.setting.key:
        yield f"     written as {terminal(claim.origin)}{_written(contender)}"
    if claim.when != ALWAYS:
        yield f"     counts if {terminal(said(claim.when))}"


def _written(contender: Contender) -> str:
    """` = 1` where the source states another value than the one that stands at the setting: an inverted node."""
    claim = contender.claim
    stated = [c for c in contender.policy.written if c.origin == claim.origin and c.evidence == claim.evidence]
    stated = stated or [c for c in contender.policy.written if c.setting.text == claim.origin]
    if len(stated) != 1 or stated[0].absent or stated[0].value in (None, claim.value):
        return ""
    value = stated[0].value
    same = products.number(value) is not None and products.number(value) == products.number(claim.value)
    return "" if same else f" = {terminal(spelled(open_value(stated[0], value)))}"


def _label(contender: Contender, subject: Result | Outcome, wins: bool) -> str:
    """What becomes of a claim; nothing where no winner is known. One that agrees with the winner loses nothing."""
    if wins:
        return "decides" if isinstance(subject, Outcome) else "wins"
    if isinstance(subject, Outcome) or subject.winner is None:
        return ""
    winner, claim = subject.winner.claim, contender.claim
    return "says the same" if (claim.value, claim.absent) == (winner.value, winner.absent) else "loses"


def _verdict(subject: Result | Outcome, paint: Paint) -> Iterator[str]:
    """The end: value, certainty, the facts it hangs on, the rules behind it."""
    style = STYLES[subject.state]
    yield f"  {'value':<10} {paint(decided(subject), style)}"
    if subject.state is State.CONDITIONAL and len(subject.candidates) > 1:
        yield f"  {'otherwise':<10} {_otherwise(subject)}"
    yield f"  {'certainty':<10} {_CERTAINTY[subject.state]}"
    needs = subject.prerequisites if isinstance(subject, Outcome) else ()
    yield from listed("hangs on", [_explained(fact, explain_fact(fact)) for fact in subject.conditions], 2, 13)
    yield from listed("needs", needs, 2, 13)
    yield from listed("because", [_explained(rule, law_text(rule)) for rule in subject.reasons], 2, 13)


def _observed(effective: Effective, subject: Result | Outcome, locator: Locator) -> Iterator[str]:
    """Who decided the setting when gpresult ran."""
    seen = effective.observed(subject) if isinstance(subject, Result) else None
    if seen is not None:
        rank = "" if seen.precedence is None else f", precedence {seen.precedence}"
        at = place(seen.evidence.path, locator.locate(seen.evidence))
        name = terminal(f'"{seen.gpo.name}"')
        yield f"  {'observed':<10} {name} decides (gpresult{rank}; {at})"


def _explained(name: str, text: str) -> str:
    return f"{name}: {text}" if text else name


def _otherwise(subject: Result | Outcome) -> str:
    """What else it may be: the candidates but the assumed one."""
    return " or ".join(candidate(subject, value) for value in subject.candidates if value != subject.value)
