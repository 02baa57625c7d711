"""Newcomers placed: groups greedily first, then exactly, one prefecture after another; lone people by the flow.

A group cannot be split, so the flow cannot place it, and what it takes others do not get. The greedy step is therefore
only where the exact one begins: for each prefecture all that are placed there or nowhere are placed anew, groups and
lone people together, while the rest of the country stays as it is. Nothing is ever made worse by it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from matching.engine.edges import Edges
from matching.engine.flow import solve
from matching.engine.groups import place_groups
from matching.engine.needs import NeedSet
from matching.engine.prefectures import Country, worth_of
from matching.engine.room import Phase, Room
from matching.engine.singles import newcomers_bound, place_singles
from matching.engine.snapshot import Snapshot

EFFORT, EFFORT_EACH = 4.0, 1.0
"""CP-SAT's deterministic time for all prefectures together and for one at most, in units of one to two seconds: no step
takes a minute, and a small run places everybody twice in one (see `fairness`). Shared out beforehand, never by what was
used: that is the same only to the last bit."""
HASTE_MAX = 3
"""Every haste halves the effort; with so much there is none, and the greedy step stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packing:
    """How the groups were placed: prefectures where one could come, how many of them are proven to stand at their best with
    the rest of the country as it is, what all that brought over the greedy step, scores and bonuses of everybody, and in what
    haste (see `HASTE_MAX`)."""

    prefectures: int = 0
    optimal: int = 0
    gained_micro: int = 0
    haste: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Everybody placed, and how: what newcomers bring, what they could not bring more than."""

    room: Room
    reached_micro: int
    bound_micro: int
    packing: Packing


def place_newcomers(
    *, room: Room, edges: Edges, needs: NeedSet, snapshot: Snapshot, haste: int = 0
) -> Placed:
    """Place groups and lone people in what existing relations leave of `room`, which stays as it is.

    Where the greedy step with the flow behind it reaches the bound, or `haste` leaves no effort, nothing more is tried. The
    result is worth at least as much, and does not depend on the order of the inputs.
    """
    bound = newcomers_bound(room=room, edges=edges)
    greedy = room.copy()
    place_groups(room=greedy, edges=edges, snapshot=snapshot)
    place_singles(room=greedy, edges=edges, snapshot=snapshot)
    reached = _value_beyond(room, greedy)
    if reached == bound or haste >= HASTE_MAX:
        return Placed(room=greedy, reached_micro=reached, bound_micro=bound, packing=Packing(haste=haste))
    country = Country.of(room=room, start=greedy, edges=edges, needs=needs, snapshot=snapshot)
    packing = _improve(country, effort=EFFORT / 2**haste)
    packed = _settled(country, snapshot)
    gained = max(0, _value_beyond(room, packed) - reached)
    return Placed(
        room=packed if gained else greedy,
        reached_micro=reached + gained,
        bound_micro=bound,
        packing=replace(packing, gained_micro=gained, haste=haste),
    )


def _value_beyond(before: Room, after: Room) -> int:
    """Scores and bonuses of whom `after` has placed and `before` had not."""
    return sum(placed.value for row, placed in after.placed.items() if row not in before.placed)


def _improve(country: Country, *, effort: float) -> Packing:
    """Place the parties of each prefecture better where there is a better way and effort is left."""
    shares, optimal = country.contested(), 0
    for number, share in shares.items():
        question = country.question(number)
        stands = worth_of(question)
        if solve(question.flow).value == stands:
            optimal += question.whole
            continue
        from matching.engine.cpsat import improved  # noqa: PLC0415  # half a second, and most runs have no use for it

        found = improved(question, effort=min(EFFORT_EACH, share * effort))
        optimal += question.whole and found.optimal
        if found.value > stands:
            country.take(question, found.chosen)
    return Packing(prefectures=len(shares), optimal=optimal)


def _settled(country: Country, snapshot: Snapshot) -> Room:
    """The groups of the country in a room of their own, those of one person first, and lone people placed anew around them
    by the flow."""
    room, edges, people = country.room.copy(), country.edges, _people(country)
    for at in sorted(people, key=lambda at: (people[at], -int(edges.score[at]), int(edges.rank[at]))):
        bonuses = room.coverage.bonuses(int(edges.need[at]))
        room.take(edges, at, phase=Phase.GROUP, bonuses=bonuses, most=people[at])
    place_singles(room=room, edges=edges, snapshot=snapshot)
    return room


def _people(country: Country) -> dict[int, int]:
    """How many come of each group, by its edge: the least, and what nobody else stands on, best score first."""
    edges, held = country.edges, country.held
    left = [list(places) for places in country.room.places]
    for at in held.values():
        left[edges.need[at]][edges.slot[at]] -= int(edges.least[at])
    people: dict[int, int] = {}
    groups = [at for row, at in held.items() if not country.lone[row]]
    for at in sorted(groups, key=lambda at: (-int(edges.score[at]), int(edges.rank[at]))):
        places, least = left[edges.need[at]], int(edges.least[at])
        more = min(int(edges.people[at]) - least, places[edges.slot[at]])
        people[at] = least + more
        places[edges.slot[at]] -= more
    return people
