"""Conditions: expressions over facts that the inputs may or may not give.

A claim counts *when* its expression holds. Facts that the topology gives are filled in with `given`; what is left are
the conditions that a result hangs on. A *world* gives every remaining fact one value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod

FactValue = bool | str
World = Mapping[str, FactValue]


@dataclass(frozen=True, slots=True)
class Is:
    """The fact has the value. Facts are named as reports print them: `mdm`, `join`, `wmi-filter "Laptops"`."""

    fact: str
    value: FactValue = True


@dataclass(frozen=True, slots=True)
class Every:
    """All parts hold; the empty one is always true."""

    parts: tuple[When, ...] = ()

    def __reduce__(self) -> str | tuple[object, ...]:
        """Carries ALWAYS to another process by its name: it is asked for by identity there too."""
        return "ALWAYS" if self is ALWAYS else (Every, (self.parts,))


@dataclass(frozen=True, slots=True)
class Some:
    """At least one part holds; the empty one is never true."""

    parts: tuple[When, ...] = ()


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: When


When = Is | Every | Some | Not

ALWAYS: When = Every()
NEVER: When = Some()


def every(*parts: When) -> When:
    """Conjunction, flattened and simplified."""
    kept: list[When] = []
    if len(parts) == 1 and not isinstance(parts[0], Every):
        return parts[0]
    for part in parts:
        if part == NEVER:
            return NEVER
        for piece in part.parts if isinstance(part, Every) else (part,):
            if piece not in kept:
                kept.append(piece)
    return kept[0] if len(kept) == 1 else Every(tuple(kept)) if kept else ALWAYS


def some(*parts: When) -> When:
    """Disjunction, flattened and simplified."""
    kept: list[When] = []
    for part in parts:
        if part == ALWAYS:
            return ALWAYS
        for piece in part.parts if isinstance(part, Some) else (part,):
            if piece not in kept:
                kept.append(piece)
    return kept[0] if len(kept) == 1 else Some(tuple(kept)) if kept else NEVER


def negate(part: When) -> When:
    """Negation, simplified."""
    if isinstance(part, Not):
        return part.part
    if part == ALWAYS:
        return NEVER
    return ALWAYS if part == NEVER else Not(part)


def holds(when: When, world: World) -> bool:
    """Whether the expression is true in a world that gives every fact of it a value; KeyError for a missing fact."""
    if isinstance(when, Is):
        return world[when.fact] == when.value
    if isinstance(when, Every):
        for part in when.parts:  # noqa: SIM110  # asked hundreds of times in each world: a generator doubles the cost
            if not holds(part, world):
                return False
        return True
    if isinstance(when, Some):
        return any(holds(part, world) for part in when.parts)
    return not holds(when.part, world)


def given(when: When, known: World) -> When:
    """The expression with the known facts filled in, simplified."""
    if when is ALWAYS:
        return when
    match when:
        case Is(fact, value):
            return when if fact not in known else (ALWAYS if known[fact] == value else NEVER)
        case Every(parts):
            return every(*(given(part, known) for part in parts))
        case Some(parts):
            return some(*(given(part, known) for part in parts))
        case Not(part):
            return negate(given(part, known))


def mentions(when: When) -> Iterator[Is]:
    """Every leaf of the expression, in order, with repeats."""
    match when:
        case Is():
            yield when
        case Every(parts) | Some(parts):
            for part in parts:
                yield from mentions(part)
        case Not(part):
            yield from mentions(part)


def fact_names(when: When) -> frozenset[str]:
    """The names of the facts in the expression."""
    return frozenset(leaf.fact for leaf in mentions(when))


def worlds(domains: Mapping[str, tuple[FactValue, ...]]) -> Iterable[dict[str, FactValue]]:
    """Every combination of values. The first value of each domain is the assumed one, so the first world is too."""
    names = sorted(domains)
    for values in product(*(domains[name] for name in names)):
        yield dict(zip(names, values, strict=True))


_OTHER = "any other value"
_MANY = 256
"""So many worlds are looked at; in more, nothing is claimed."""


def exhaustive(whens: Iterable[When]) -> bool:
    """Whether one of the expressions holds in every world, as far as few enough worlds show."""
    listed = list(whens)
    values: dict[str, dict[FactValue, None]] = {}
    for leaf in (leaf for when in listed for leaf in mentions(when)):
        told = values.setdefault(leaf.fact, {})
        told.update(dict.fromkeys((True, False) if isinstance(leaf.value, bool) else (leaf.value, _OTHER)))
    if prod(map(len, values.values())) > _MANY:
        return False
    domains = {fact: tuple(told) for fact, told in values.items()}
    return all(any(holds(when, world) for when in listed) for world in worlds(domains))
