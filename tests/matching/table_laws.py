"""What the product says of the table's rows one by one: who, from where, why, who is told. Written from its words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from accounts.services.mail import has_templates
from matching.enums import BEFORE_AGREED, ENDED, HOLDING, LIVE, EndReason, MatchState, Role
from matching.services.guards import GUARDS
from matching.transitions import Audience, Move
from tests.matching.table_model import Table

S, R, E = MatchState, Role, EndReason
Law = Callable[[Table], Iterator[str]]
SIDES_AND_GUIDE = frozenset({R.PARTY, R.REGION, R.GUIDE})
BOTH = frozenset({Audience.PARTY, Audience.REGION})
ANSWERING = frozenset({S.ASKING, S.MEETING})
PROMISED = frozenset({S.AGREED, S.CONFIRMED})

# Who makes which move. What nobody but a guide judges is not in the list of anybody else.
WHO = {
    frozenset({R.SYSTEM}): {"propose", "escalate"},
    frozenset({R.PARTY}): {"apply"},
    frozenset({R.REGION}): {"invite"},
    frozenset({R.GUIDE}): {
        *("suggest", "snooze", "stand_by", "change_terms", "undo_approval", "reject", "record_call"),
        *("waive_meeting", "record_meeting", "tick", "untick", "confirm"),
    },
    frozenset({R.GUIDE, R.ADMIN, R.SYSTEM}): {"assign"},
    frozenset({R.GUIDE, R.SYSTEM}): {"approve", "lapse", "complete"},
    frozenset({R.GUIDE, R.PARTY}): {"name_people"},
    frozenset({R.GUIDE, R.REGION, R.ADMIN}): {"drop_date", "move_date"},
    frozenset({R.GUIDE, R.REGION}): {"record_consent", "change_promise", "attest"},
    SIDES_AND_GUIDE: {
        *("answer", "set_board_date", "extend", "confirm_promise", "plan_meeting", "agree"),
        *("decline", "redate"),
    },
    SIDES_AND_GUIDE | {R.ADMIN}: {"withdraw"},
    SIDES_AND_GUIDE | {R.SYSTEM}: {"open_meeting"},
    frozenset(R): {"cancel"},
}
# From which states a move leads to which; None: the state stays.
WHERE = {
    (frozenset(), S.PROPOSED): {"propose", "suggest", "apply", "invite"},
    (LIVE, None): {"assign", "name_people", "drop_date", "move_date"},
    (frozenset({S.PROPOSED}), None): {"snooze", "stand_by", "change_terms", "escalate"},
    (frozenset({S.PROPOSED}), S.ASKING): {"approve"},
    (frozenset({S.PROPOSED}), S.REJECTED): {"reject"},
    (frozenset({S.ASKING}), S.PROPOSED): {"undo_approval"},
    (frozenset({S.ASKING}), None): {"set_board_date", "extend"},
    (ANSWERING, None): {
        *("answer", "record_call", "record_consent", "confirm_promise", "change_promise", "waive_meeting"),
    },
    (frozenset({S.ASKING}), S.MEETING): {"open_meeting"},
    (frozenset({S.MEETING}), None): {"plan_meeting", "record_meeting"},
    (ANSWERING, S.AGREED): {"agree"},
    (ANSWERING, S.DECLINED): {"decline"},
    (BEFORE_AGREED, S.WITHDRAWN): {"withdraw", "redate"},
    (BEFORE_AGREED, S.LAPSED): {"lapse"},
    (frozenset({S.AGREED}), None): {"tick"},
    (PROMISED, S.AGREED): {"untick"},
    (frozenset({S.AGREED}), S.CONFIRMED): {"confirm"},
    (frozenset({S.CONFIRMED}), None): {"attest"},
    (frozenset({S.CONFIRMED}), S.COMPLETED): {"complete"},
    (PROMISED, S.CANCELLED): {"cancel"},
}
# Reasons that only the passing of time, other dates or the closing of a need can give.
ONLY = {
    E.REDATED: {"redate"},
    E.NOT_REVIEWED: {"lapse"},
    E.NO_ANSWER: {"lapse"},
    E.NO_MEETING: {"lapse"},
    E.NOT_COMPLETED: {"lapse"},
    E.NOT_CONFIRMED: {"cancel"},
    E.NO_RECORD: {"cancel"},
    E.NO_SHOW: {"cancel"},
    E.MEETING_FAILED: {"decline"},
    E.NOT_SUITABLE: {"reject"},
    E.CAPACITY: {"reject"},
    E.CONSENT_REFUSED: {"decline", "withdraw"},
    E.NEED_CLOSED: {"withdraw", "cancel"},
    E.WEATHER: {"cancel"},
    E.CANNOT_COME: {"cancel"},
    E.SAFETY: {"reject", "cancel"},
    E.PERMISSION: {"decline", "withdraw", "cancel"},
    E.CHANGED_PLANS: {"decline", "withdraw", "cancel"},
    E.DATES: {"reject", "decline", "withdraw"},
    E.DISTANCE: {"reject", "decline", "withdraw"},
    E.WORK: {"reject", "decline", "withdraw"},
    E.PEOPLE: {"reject", "decline", "withdraw"},
    E.OTHER: {"reject", "decline", "withdraw", "cancel"},
}
# Who alone may give a reason, where not everybody who makes the move may.
ONLY_BY = {
    ("cancel", E.NOT_CONFIRMED): {R.SYSTEM},
    ("cancel", E.NO_RECORD): {R.SYSTEM},
    ("cancel", E.NO_SHOW): {R.REGION, R.GUIDE, R.SYSTEM},
}
# Arrivals that a side reads of, and the neutral words in which it reads of an end.
TOLD = ENDED | HOLDING
NEUTRAL = {"redate": {"match_redated"}}
# Moves that bring neither side on, and yet change what it is to do.
CHANGES_WHAT_IS_OWED = {
    "plan_meeting",
    "waive_meeting",
    "record_meeting",
    "change_promise",
    "drop_date",
    "move_date",
}
# What the guide in charge hears of although nothing changes for the sides yet.
GUIDE_HEARS = {
    *("apply", "invite", "assign", "escalate", "answer", "extend", "open_meeting", "agree"),
    *("decline", "withdraw", "lapse", "cancel", "drop_date", "move_date"),
}


def names_are_unique(table: Table) -> Iterator[str]:
    yield from (f"{name} is there {n} times" for name, n in Counter(m.name for m in table).items() if n > 1)


def who_moves(table: Table) -> Iterator[str]:
    allowed = {name: roles for roles, names in WHO.items() for name in names}
    yield from (f"{m.name} by {sorted(m.roles)}" for m in table if m.roles != allowed.get(m.name))


def from_where_to_where(table: Table) -> Iterator[str]:
    arrows = {name: arrow for arrow, names in WHERE.items() for name in names}
    yield from (
        f"{m.name} leads {sorted(m.sources)} to {m.target}"
        for m in table
        if (m.sources, m.target) != arrows.get(m.name)
    )


def every_act_has_a_row(table: Table) -> Iterator[str]:
    """The rows are those of the two lists above, no more and no fewer."""
    named = {name for names in WHO.values() for name in names}
    placed = {name for names in WHERE.values() for name in names}
    yield from named ^ placed
    yield from named ^ {m.name for m in table}


def ended_means_ended(table: Table) -> Iterator[str]:
    yield from (f"{m.name} has a way out of an end" for m in table if m.sources & ENDED)


def checks_exist(table: Table) -> Iterator[str]:
    yield from (f"{m.name} names no check we know: {m.guard}" for m in table if m.guard not in {"", *GUARDS})


def reasons_belong(table: Table) -> Iterator[str]:
    """A move to an early end asks why; no other move does; each reason is offered just where it makes sense."""
    for move in table:
        early = move.target in ENDED - {S.COMPLETED}
        if early != bool(move.reasons):
            yield f"{move.name} asks for a reason: {bool(move.reasons)}"
    for reason in EndReason:
        found = {move.name for move in table if reason in move.reasons}
        if found != ONLY[reason]:
            yield f"{reason} is offered by {sorted(found)}"


def reasons_are_given_by_who_knows(table: Table) -> Iterator[str]:
    """What only time shows is said by the system; who did not come is not said by who did not come."""
    for move in table:
        for reason in move.reasons:
            allowed = ONLY_BY.get((move.name, reason), move.roles)
            found = {role for role in move.roles if reason in move.reasons_for(role)}
            if found != allowed & move.roles:
                yield f"{move.name} for {reason} by {sorted(found)}"


def templates_exist(table: Table) -> Iterator[str]:
    yield from (
        f"{m.name} tells of {kind}, for which there is no text"
        for m in table
        for kind, _audience in m.tells
        if not has_templates(kind)
    )


def the_right_people_hear(table: Table) -> Iterator[str]:
    for move in table:
        heard = {audience for _kind, audience in move.tells}
        must = set(BOTH) if _is_news(move) else set()
        if move.name in GUIDE_HEARS:
            must.add(Audience.GUIDE)
        if heard != must or len(move.tells) != len(heard):
            yield f"{move.name} tells {sorted(heard)} instead of {sorted(must)}"
        if move.target in ENDED - {S.COMPLETED} and {kind for kind, _a in move.tells} - NEUTRAL.get(
            move.name, {"match_ended"}
        ):
            yield f"{move.name} tells of an end in other than the neutral words"


def _is_news(move: Move) -> bool:
    """Whether both sides must read of it: it brings the match on, ends it, or changes what they are to confirm."""
    if move.name == "untick":
        return False
    return move.target in TOLD or move.name in CHANGES_WHAT_IS_OWED


LAWS: dict[str, Law] = {
    law.__name__: law
    for law in (
        names_are_unique,
        who_moves,
        from_where_to_where,
        every_act_has_a_row,
        ended_means_ended,
        checks_exist,
        reasons_belong,
        reasons_are_given_by_who_knows,
        templates_exist,
        the_right_people_hear,
    )
}
