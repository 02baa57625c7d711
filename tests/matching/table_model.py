"""A small world that knows nothing of the database and lives by the table of moves alone.

``Life`` is one match with the facts its checks read. ``steps`` interprets rows the way ``services.matches`` does;
what is demanded of the rows (``complaints``) is said here in the words of the product, not read from the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from matching.enums import DISCLOSED, ENDED, HOLDING, MatchState, Role
from matching.transitions import Move, Places

S, R = MatchState, Role
Table = tuple[Move, ...]
PLACES, MATCHES = 2, 5


class Life(NamedTuple):
    """One match. ``party`` and ``region``: what that side said last and still holds ("" where it owes an answer)."""

    state: MatchState | None = None
    people: int = 1
    held: int = 0
    known: bool = False
    first: str = ""  # the side that asked first
    asked: int = 0  # for how many people it asked
    party: str = ""
    region: str = ""
    met: bool = False
    consents: bool = False  # what the community requires of itself is given
    party_promise: bool = False  # that side has confirmed what is promised in return
    region_promise: bool = False
    ticked: bool = False
    attested: bool = False


class World(NamedTuple):
    """What is true around a match at one moment and may be otherwise at the next."""

    fits: bool = True  # the need is open, time is left, its people are free
    fresh: bool = True  # ten seconds have not passed
    free: bool = True  # the people named are nowhere else
    overdue: bool = True
    unreviewed: bool = True  # past the time to review, for the first time
    extension_left: bool = True
    day_begun: bool = True
    late: bool = True  # past the last deadline
    early: bool = True  # more than 24 hours are left before the day
    permitted: bool = True  # every holder has permitted the use of what is offered


# The checks, as their names promise. A row without a check passes.
def _answerable(life: Life, _world: World, said: tuple[str, str]) -> bool:
    """An answer is owed and fits: no yes before a first meeting, no «let us meet» after it."""
    side, value = said
    fits = (life.known or life.met) if value == "yes" else not life.met
    return not getattr(life, side) and fits


Guard = Callable[[Life, World, tuple[str, str]], bool]
GUARDS: Mapping[str, Guard] = {
    "approvable": lambda _life, world, _said: world.fits,
    "review_overdue": lambda _life, world, _said: world.unreviewed,
    "undoable": lambda _life, world, _said: world.fresh,
    "people_free": lambda life, world, _said: world.free or not life.held,
    "answerable": _answerable,
    "owes_answer": lambda life, _world, said: not getattr(life, said[0]),
    "extendable": lambda life, world, said: not getattr(life, said[0]) and world.extension_left,
    "on_call_list": lambda life, world, said: not getattr(life, said[0]) and world.overdue,
    "both_want_to_meet": lambda life, _world, _said: both_answered(life) and not life.met,
    "no_outcome_yet": lambda life, _world, _said: not life.met,
    "ready_to_agree": lambda life, world, _said: ready(life) and world.early and world.permitted,
    "time_to_prepare": lambda _life, world, _said: world.early,
    "all_ticked": lambda life, _world, _said: life.ticked,
    "slot_is_over": lambda _life, world, _said: world.day_begun,
    "attested": lambda life, _world, _said: life.attested,
    "cancellable": lambda life, world, said: said[1] != "no_show" or nobody_came(life, world),
    "past_lapse": lambda _life, world, _said: world.late,
}


def both_answered(life: Life) -> bool:
    return bool(life.party and life.region) and "meet" in {life.party, life.region}


def both_said_yes(life: Life) -> bool:
    return life.party == life.region == "yes"


def promised_by_both(life: Life) -> bool:
    return life.party_promise and life.region_promise


def ready(life: Life) -> bool:
    """As far as the match itself knows: the permission is the community's to get meanwhile."""
    return both_said_yes(life) and (life.known or life.met) and life.consents and promised_by_both(life)


def nobody_came(life: Life, world: World) -> bool:
    return world.day_begun and not life.attested


# What a move does to the facts, beyond what its row says of state and places.
SAYS = {
    Role.PARTY: ("party",),
    Role.REGION: ("region",),
    Role.GUIDE: ("party", "region"),
    Role.SYSTEM: ("party", "region"),
    Role.ADMIN: ("party", "region"),
}


OF_A_SIDE = {"answer", "confirm_promise"}
WORDS = {"answer": ("meet", "yes"), "cancel": ("", "no_show"), "change_terms": ("people", "promise")}


def sayings(move: Move, role: Role) -> tuple[tuple[str, str], ...]:
    """For which side, with which words, a move may be made in a role."""
    values = WORDS.get(move.name, ("",))
    sides = SAYS[role] if move.guard or move.name in OF_A_SIDE else ("party",)
    return tuple((side, value) for side in sides for value in values)


UNCONFIRMED = {"party_promise": False, "region_promise": False}


def after(life: Life, move: Move, said: tuple[str, str]) -> Life:
    """The match after the move's own work."""
    return life._replace(**_work(life, move.name, said))


def _work(life: Life, name: str, said: tuple[str, str]) -> dict[str, Any]:
    side, value = said
    work: dict[str, Any] = {}
    match name:
        case "apply" | "invite":
            work = {"first": "party" if name == "apply" else "region", "asked": life.people}
        case "change_terms" if value == "people":
            work = {"people": PLACES + 1 - life.people}
        case "approve" if life.first and life.asked == life.people:
            work = {life.first: "yes" if life.known or life.met else "meet"}
        case "undo_approval":
            work = {"party": "", "region": "", "met": False, "consents": False, **UNCONFIRMED}
        case "answer":
            work = {side: value}
        case "record_meeting" | "waive_meeting":
            again = {side: "" for side in ("party", "region") if getattr(life, side) == "meet"}
            work = {"met": True, **again}
        case "record_consent":
            work = {"consents": True}
        case "confirm_promise":
            work = {f"{side}_promise": True}
        case "change_promise":
            work = dict(UNCONFIRMED)
        case "tick" | "untick":
            work = {"ticked": name == "tick"}
        case "attest":
            work = {"attested": True}
    return work


def is_open_to(life: Life, move: Move) -> bool:
    return life.state in move.sources if move.sources else life.state is None


def moved(life: Life, move: Move, said: tuple[str, str]) -> Life:
    """The match after ``move``: its work, its places, its state."""
    done = after(life, move, said)
    held = {Places.HOLD: life.held + life.people, Places.RELEASE: 0, Places.KEEP: life.held}[move.places]
    state = life.state if move.target is None else move.target
    return done._replace(state=state, held=held)


class Step(NamedTuple):
    """One move that the table and its check let pass."""

    before: Life
    move: Move
    role: Role
    world: World
    said: tuple[str, str]
    life: Life


ALL_TRUE = World()
READS = {
    "approve": ("fits",),
    "undo_approval": ("fresh",),
    "escalate": ("unreviewed",),
    "name_people": ("free",),
    "record_call": ("overdue",),
    "extend": ("extension_left",),
    "attest": ("day_begun",),
    "cancel": ("day_begun",),
    "lapse": ("late",),
    "agree": ("early", "permitted"),
    "untick": ("early",),
}


@cache
def worlds_for(name: str) -> tuple[World, ...]:
    """The moments that matter to a move: all is well, or one fact it depends on is not so."""
    return (ALL_TRUE, *(ALL_TRUE._replace(**{fact: False}) for fact in READS.get(name, ())))


def steps(life: Life, table: Table) -> Iterator[Step]:
    """Every move that anybody may make on this match now."""
    for move in table:
        if not is_open_to(life, move):
            continue
        check = GUARDS.get(move.guard)
        for role in sorted(move.roles):
            for said in sayings(move, role):
                for world in worlds_for(move.name):
                    if check is None or check(life, world, said):
                        yield Step(life, move, role, world, said, moved(life, move, said))


def births(people: Iterable[int] = (1, PLACES)) -> list[Life]:
    return [Life(people=count, known=known) for count in people for known in (False, True)]


class Walk(NamedTuple):
    """All that can become of one match: every step from every reachable life."""

    lives: dict[Life, tuple[Step, ...]]

    @property
    def all_steps(self) -> Iterator[Step]:
        for found in self.lives.values():
            yield from found


def explore(table: Table, *, people: Iterable[int] = (1,)) -> Iterator[tuple[Life, tuple[Step, ...]]]:
    """Every reachable life of one match with its steps, one by one: who looks for a mistake stops at the first."""
    seen: set[Life] = set()
    waiting = births(people)
    while waiting:
        life = waiting.pop()
        if life not in seen:
            seen.add(life)
            found = tuple(steps(life, table))
            yield life, found
            waiting += [step.life for step in found if step.life.held <= MATCHES * PLACES]


def walk(table: Table, *, people: Iterable[int] = (1,)) -> Walk:
    """All of it at once."""
    return Walk(dict(explore(table, people=people)))


# What the product demands of every step.
def complaints(step: Step) -> Iterator[str]:
    """What is wrong with a step that the table let pass; nothing where all is well."""
    before, life, world = step.before, step.life, step.world
    arrives = life.state != before.state
    expected = life.people if life.state in HOLDING else 0
    if life.held != expected:
        yield f"{step.move.name} leaves {life.held} places held in {life.state}"
    if before.state in ENDED:
        yield f"{step.move.name} moves a match that has ended"
    if arrives and life.state == S.ASKING and not (world.fits and before.state == S.PROPOSED):
        yield f"{step.move.name} asks though the proposal does not fit"
    if arrives and life.state == S.MEETING and not (both_answered(before) and not before.met):
        yield f"{step.move.name} opens a meeting that the two did not ask for"
    if life.state in DISCLOSED and not both_said_yes(life):
        yield f"{step.move.name} discloses without two yeses"
    if arrives and life.state == S.AGREED and before.state not in DISCLOSED and not ready(before):
        yield f"{step.move.name} agrees before everything is there"
    if arrives and life.state == S.CONFIRMED and not before.ticked:
        yield f"{step.move.name} confirms with open preconditions"
    if arrives and life.state == S.COMPLETED and not before.attested:
        yield f"{step.move.name} completes without a record"
    if arrives and life.state == S.LAPSED and not world.late:
        yield f"{step.move.name} lapses before its time"
    if before.state == S.ASKING and life.state == S.PROPOSED and not world.fresh:
        yield f"{step.move.name} takes back what has been sent"
    if life.state == S.PROPOSED and arrives and before.state not in {None, S.ASKING}:
        yield f"{step.move.name} undoes what only ten seconds may undo"
    yield from _complaints_about_words(step)
    yield from _complaints_about_numbers(step)


def _complaints_about_numbers(step: Step) -> Iterator[str]:
    is_for_others = step.before.people != step.before.asked and step.move.name == "approve"
    if is_for_others and words_of(step.life) != words_of(step.before):
        yield "a word for so many people is taken for another number"


def _complaints_about_words(step: Step) -> Iterator[str]:
    before, world, side = step.before, step.world, step.said[0]
    match step.move.name:
        case "answer" if getattr(before, side) or (
            step.said[1] == "yes" and not (before.known or before.met)
        ):
            yield "an answer is taken that is not owed or comes before the meeting"
        case "answer" if step.said[1] == "meet" and before.met:
            yield "«let us meet» after the meeting leaves nothing to be done"
        case "set_board_date" | "extend" | "record_call" if getattr(before, side):
            yield f"{step.move.name} for a side that owes nothing"
        case "escalate" if not world.unreviewed:
            yield "handed on before its time, or twice"
        case "extend" if not world.extension_left:
            yield "a second extension"
        case "record_call" if not world.overdue:
            yield "a call to a side that is in time"
        case "waive_meeting" | "record_meeting" if before.met:
            yield "a second outcome of one meeting"
        case "agree" | "untick" if not (world.early and world.permitted):
            yield f"{step.move.name} leaves no time to prepare, or uses what is not permitted"
        case "attest" | "cancel" if _misstates_the_day(step):
            yield "a record of a day to come, or who came is said not to have come"
        case "name_people" if before.held and not world.free:
            yield "somebody is put in two places at once"
    if step.role is R.SYSTEM and step.move.name != "approve" and words_of(step.life) != words_of(before):
        yield f"the system answers for people in {step.move.name}"


def _misstates_the_day(step: Step) -> bool:
    if step.move.name == "attest":
        return not step.world.day_begun
    return step.said[1] == "no_show" and not nobody_came(step.before, step.world)


def words_of(life: Life) -> tuple[object, ...]:
    """What only people say."""
    return life.party, life.region, life.consents, life.party_promise, life.region_promise


def stays_for_ever(life: Life, found: Iterable[Step]) -> bool:
    """Whether this live match would never end if everybody fell silent."""
    if life.state is None or life.state in ENDED:
        return False
    return not any(step.role is R.SYSTEM and step.life.state in ENDED for step in found)


# Five matches on two places of one slot.
class Kind(NamedTuple):
    """As much of a match as the others can notice."""

    label: str
    people: int
    held: int


def kind_of(life: Life) -> Kind:
    """Matches that differ in nothing others notice are one kind; what has ended is one kind with any size."""
    if life.state in ENDED and not life.held:
        return Kind("ended", 0, 0)
    yeses = f"{'P' * (life.party == 'yes')}{'R' * (life.region == 'yes')}" if life.held else ""
    return Kind(f"{life.state or 'unborn'}{yeses}", life.people, life.held)


class Crowd(NamedTuple):
    """What five matches can become together: reachable groups of kinds, most places ever held, who stays for ever."""

    seen: set[tuple[Kind, ...]]
    most_held: int
    stuck: list[tuple[Kind, ...]]


def crowd(walked: Walk, *, counts_again: bool = True) -> Crowd:
    """Walk five matches on two places; without ``counts_again`` (a hold is refused where too few are free) until they
    are overbooked."""
    moves, silent = _kinds(walked)
    start = [tuple(sorted(group)) for group in _starts()]
    seen, waiting, most = set(start), list(start), 0
    while waiting and most <= PLACES:
        group = waiting.pop()
        held = sum(kind.held for kind in group)
        most = max(most, held)
        for now, then in _neighbours(group, moves):
            if counts_again and then.held > now.held and held - now.held + then.held > PLACES:
                continue
            following = _replaced(group, now, then)
            if following not in seen:
                seen.add(following)
                waiting.append(following)
    stuck = [group for group in seen if any(kind.held and not _gets_free(kind, silent) for kind in group)]
    return Crowd(seen, most, stuck)


def _starts() -> Iterator[tuple[Kind, ...]]:
    for groups in range(MATCHES + 1):
        yield (Kind("unborn", PLACES, 0),) * groups + (Kind("unborn", 1, 0),) * (MATCHES - groups)


def _kinds(walked: Walk) -> tuple[dict[Kind, set[Kind]], dict[Kind, set[Kind]]]:
    moves: dict[Kind, set[Kind]] = {}
    silent: dict[Kind, set[Kind]] = {}
    for step in walked.all_steps:
        before, then = kind_of(step.before), kind_of(step.life)
        moves.setdefault(before, set()).add(then)
        if step.role is R.SYSTEM:
            silent.setdefault(before, set()).add(then)
    return moves, silent


def _neighbours(group: tuple[Kind, ...], moves: dict[Kind, set[Kind]]) -> Iterator[tuple[Kind, Kind]]:
    for now in set(group):
        for then in moves.get(now, ()):
            if then != now:
                yield now, then


def _replaced(group: tuple[Kind, ...], now: Kind, then: Kind) -> tuple[Kind, ...]:
    others = list(group)
    others.remove(now)
    return tuple(sorted([*others, then]))


def _gets_free(kind: Kind, silent: dict[Kind, set[Kind]]) -> bool:
    return any(not then.held for then in silent.get(kind, ()))
