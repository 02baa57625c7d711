"""Every row of the table bent in every way we could think of: each mutant is caught, most by the walk alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

import pytest

from matching.enums import EndReason, MatchState, Role
from matching.transitions import MOVES, Audience, Move, Places
from tests.matching import table_model as model
from tests.matching.table_laws import LAWS
from tests.matching.table_model import Table


class Mutant(NamedTuple):
    """The table with one row bent; ``walk_must_see``: what happens shows it, without reading the row."""

    name: str
    table: Table
    walk_must_see: bool = False


# Mutants that nobody could ever notice, with the reason. Everything else has to be caught.
HOLDS_NOTHING_YET = (
    "propose",
    "suggest",
    "apply",
    "invite",
    "snooze",
    "stand_by",
    "change_terms",
    "escalate",
    "reject",
)
EQUIVALENT = {
    f"{name}: release places": "where this move starts, the match holds no place"
    for name in HOLDS_NOTHING_YET
}


def bent(move: Move, what: str, *, walk_must_see: bool = False, **changes: object) -> Mutant:
    table = tuple(replace(row, **changes) if row.name == move.name else row for row in MOVES)
    return Mutant(f"{move.name}: {what}", table, walk_must_see)


def other_targets(move: Move) -> Iterator[Mutant]:
    for target in (None, *MatchState):
        if target != move.target:
            yield bent(move, f"leads to {target}", target=target)


def other_sources(move: Move) -> Iterator[Mutant]:
    for state in MatchState:
        if state in move.sources:
            yield bent(move, f"not from {state}", sources=move.sources - {state})
        else:
            yield bent(move, f"also from {state}", sources=move.sources | {state})


def other_places(move: Move) -> Iterator[Mutant]:
    for effect in Places:
        if effect is not move.places:
            mutant = bent(move, f"{effect} places", places=effect)
            yield mutant._replace(walk_must_see=mutant.name not in EQUIVALENT)


def no_guard(move: Move) -> Iterator[Mutant]:
    if move.guard:
        yield bent(move, "unguarded", guard="", walk_must_see=True)


def other_roles(move: Move) -> Iterator[Mutant]:
    for role in Role:
        if role in move.roles:
            yield bent(move, f"not by {role}", roles=move.roles - {role})
        else:
            consents = move.name in {"answer", "record_consent", "confirm_promise", "change_promise"}
            seen = role is Role.SYSTEM and consents
            yield bent(move, f"also by {role}", roles=move.roles | {role}, walk_must_see=seen)


def other_reasons(move: Move) -> Iterator[Mutant]:
    if move.reasons:
        yield bent(move, "without reasons", reasons=frozenset())
    for reason in EndReason:
        yield bent(move, f"{reason} flipped", reasons=move.reasons ^ {reason})


def anybodys_reasons(move: Move) -> Iterator[Mutant]:
    for index, (reason, _roles) in enumerate(move.only_by):
        yield bent(move, f"{reason} by anybody", only_by=move.only_by[:index] + move.only_by[index + 1 :])


def other_listeners(move: Move) -> Iterator[Mutant]:
    for index, (kind, _audience) in enumerate(move.tells):
        yield bent(move, f"{kind} untold", tells=move.tells[:index] + move.tells[index + 1 :])
    for audience in Audience:
        yield bent(move, f"unknown words to {audience}", tells=(*move.tells, ("no_such_text", audience)))


def missing_row(move: Move) -> Iterator[Mutant]:
    yield Mutant(f"{move.name}: no row", tuple(row for row in MOVES if row.name != move.name))


BENDS: tuple[Callable[[Move], Iterator[Mutant]], ...] = (
    other_targets,
    other_sources,
    other_places,
    no_guard,
    other_roles,
    other_reasons,
    anybodys_reasons,
    other_listeners,
    missing_row,
)


def seen_by_the_walk(mutant: Mutant) -> bool:
    return any(
        model.stays_for_ever(life, steps) or any(True for step in steps for _said in model.complaints(step))
        for life, steps in model.explore(mutant.table)
    )


def seen_by_a_law(mutant: Mutant) -> bool:
    return any(next(law(mutant.table), None) is not None for law in LAWS.values())


@pytest.mark.slow
@pytest.mark.parametrize("bend", BENDS, ids=lambda bend: bend.__name__)
def test_every_mutant_is_caught(bend: Callable[[Move], Iterator[Mutant]]) -> None:
    mutants = [mutant for move in MOVES for mutant in bend(move)]

    survivors = {each.name for each in mutants if not (seen_by_a_law(each) or seen_by_the_walk(each))}

    assert len(mutants) >= 3
    assert survivors == {each.name for each in mutants if each.name in EQUIVALENT}


def test_walk_alone_sees_what_breaks_places_checks_and_consent() -> None:
    mutants = [mutant for move in MOVES for bend in BENDS for mutant in bend(move) if mutant.walk_must_see]

    unseen = {mutant.name for mutant in mutants if not seen_by_the_walk(mutant)}

    assert len(mutants) > 50
    assert unseen == set()
