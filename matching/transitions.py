"""The table of legal moves of a match: data, readable by an official.

Each row says from which states a move leads where, in which roles it may be made, which check (``guard``)
must pass, what happens to the places, for which reasons, and who is told. ``services.matches.apply_move`` is the only
interpreter; the docs diagram, the buttons on screen and the exhaustive tests read the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from matching.enums import BEFORE_AGREED, LIVE, EndReason, MatchState, Role

S = MatchState
R = Role
E = EndReason


class Places(StrEnum):
    """What a move does to the held places of a match."""

    KEEP = "keep"
    HOLD = "hold"
    RELEASE = "release"


class Audience(StrEnum):
    """Who is told of a move."""

    PARTY = "party"
    REGION = "region"
    GUIDE = "guide"


@dataclass(frozen=True, slots=True)
class Move:
    """One row. ``sources`` empty: the move creates a match. ``target`` None: the state stays.

    ``only_by``: reasons that not everybody who may make the move may give.
    """

    name: str
    sources: frozenset[MatchState]
    target: MatchState | None
    roles: frozenset[Role]
    guard: str = ""
    places: Places = Places.KEEP
    reasons: frozenset[EndReason] = field(default_factory=frozenset)
    only_by: tuple[tuple[EndReason, frozenset[Role]], ...] = ()
    tells: tuple[tuple[str, Audience], ...] = ()
    what: str = ""

    def leads_to(self, state: MatchState) -> MatchState:
        """The state after this move from ``state``."""
        return state if self.target is None else self.target

    def reasons_for(self, role: Role) -> frozenset[EndReason]:
        """The reasons that somebody in ``role`` may give."""
        return self.reasons - {reason for reason, roles in self.only_by if role not in roles}


def row(
    name: str,
    sources: frozenset[MatchState] | set[MatchState],
    target: MatchState | None,
    *roles: Role,
    **more: object,
) -> Move:
    return Move(name=name, sources=frozenset(sources), target=target, roles=frozenset(roles), **more)  # type: ignore[arg-type]


GUIDE_REASONS = frozenset(
    {E.NOT_SUITABLE, E.SAFETY, E.CAPACITY, E.DATES, E.PEOPLE, E.WORK, E.DISTANCE, E.OTHER}
)
SIDE_REASONS = frozenset(
    {E.DATES, E.DISTANCE, E.WORK, E.PEOPLE, E.CONSENT_REFUSED, E.PERMISSION, E.CHANGED_PLANS, E.OTHER}
)
CANCEL_REASONS = frozenset(
    {E.CANNOT_COME, E.CHANGED_PLANS, E.WEATHER, E.SAFETY, E.NEED_CLOSED, E.PERMISSION, E.OTHER}
)
LAPSE_REASONS = frozenset({E.NOT_REVIEWED, E.NO_ANSWER, E.NO_MEETING, E.NOT_COMPLETED})
CLOSING_REASONS = frozenset({E.NEED_CLOSED})
PARTY, REGION, GUIDE = Audience.PARTY, Audience.REGION, Audience.GUIDE
ENDED_BOTH = (("match_ended", PARTY), ("match_ended", REGION), ("match_ended", GUIDE))
ASKS_GUIDE = (("match_proposed_guide", GUIDE),)
STARTS: frozenset[MatchState] = frozenset()

MOVES: tuple[Move, ...] = (
    # How a match begins.
    row("propose", STARTS, S.PROPOSED, R.SYSTEM, what="The worker proposes."),
    row("suggest", STARTS, S.PROPOSED, R.GUIDE, what="A guide proposes."),
    row("apply", STARTS, S.PROPOSED, R.PARTY, tells=ASKS_GUIDE, what="A participant applies."),
    row("invite", STARTS, S.PROPOSED, R.REGION, tells=ASKS_GUIDE, what="A community invites."),
    # The guide reviews.
    row(
        "assign",
        LIVE,
        None,
        R.ADMIN,
        R.GUIDE,
        R.SYSTEM,
        tells=ASKS_GUIDE,
        what="A guide takes charge; the system hands over for one who was dismissed.",
    ),
    row("snooze", {S.PROPOSED}, None, R.GUIDE, what="The guide holds it for some days."),
    row("stand_by", {S.PROPOSED}, None, R.GUIDE, what="The guide puts it next in line."),
    row(
        "change_terms",
        {S.PROPOSED},
        None,
        R.GUIDE,
        what="The guide changes the number of people or the wording of the promise before anybody is asked.",
    ),
    row(
        "escalate",
        {S.PROPOSED},
        None,
        R.SYSTEM,
        guard="review_overdue",
        tells=(("review_escalated", GUIDE),),
        what="Five working days passed: the organization's next guide.",
    ),
    row("name_people", LIVE, None, R.PARTY, R.GUIDE, guard="people_free", what="The party names who comes."),
    row(
        "approve",
        {S.PROPOSED},
        S.ASKING,
        R.GUIDE,
        R.SYSTEM,
        guard="approvable",
        places=Places.HOLD,
        tells=(("match_asked", PARTY), ("match_asked", REGION)),
        what="The guide approves; places are held; both sides are asked.",
    ),
    row(
        "undo_approval",
        {S.ASKING},
        S.PROPOSED,
        R.GUIDE,
        guard="undoable",
        places=Places.RELEASE,
        what="Within ten seconds the guide takes the approval back.",
    ),
    row(
        "reject",
        {S.PROPOSED},
        S.REJECTED,
        R.GUIDE,
        reasons=GUIDE_REASONS,
        tells=(("match_ended", PARTY), ("match_ended", REGION)),
        what="The guide rejects, with a reason.",
    ),
    # Both sides answer and meet.
    row(
        "answer",
        {S.ASKING, S.MEETING},
        None,
        R.PARTY,
        R.REGION,
        R.GUIDE,
        guard="answerable",
        tells=(("match_answered", GUIDE),),
        what="A side answers; a guide may enter it on its behalf.",
    ),
    row(
        "set_board_date",
        {S.ASKING},
        None,
        R.REGION,
        R.PARTY,
        R.GUIDE,
        guard="owes_answer",
        what="The date of the next board meeting moves the deadline.",
    ),
    row(
        "extend",
        {S.ASKING},
        None,
        R.REGION,
        R.PARTY,
        R.GUIDE,
        guard="extendable",
        tells=(("match_extended", GUIDE),),
        what="One extension of the time to answer.",
    ),
    row(
        "record_call",
        {S.ASKING, S.MEETING},
        None,
        R.GUIDE,
        guard="on_call_list",
        what="The guide called a silent side.",
    ),
    row(
        "record_consent",
        {S.ASKING, S.MEETING},
        None,
        R.REGION,
        R.GUIDE,
        what="A consent the community requires of itself is recorded.",
    ),
    row(
        "confirm_promise",
        {S.ASKING, S.MEETING},
        None,
        R.PARTY,
        R.REGION,
        R.GUIDE,
        what="A side confirms what is promised in return.",
    ),
    row(
        "change_promise",
        {S.ASKING, S.MEETING},
        None,
        R.GUIDE,
        R.REGION,
        tells=(("promise_to_confirm", PARTY), ("promise_to_confirm", REGION)),
        what="The promise is worded anew; earlier confirmations are void.",
    ),
    row(
        "open_meeting",
        {S.ASKING},
        S.MEETING,
        R.PARTY,
        R.REGION,
        R.GUIDE,
        R.SYSTEM,
        guard="both_want_to_meet",
        tells=(("meeting_opened", PARTY), ("meeting_opened", REGION), ("meeting_opened", GUIDE)),
        what="Both sides want to meet.",
    ),
    row(
        "plan_meeting",
        {S.MEETING},
        None,
        R.GUIDE,
        R.PARTY,
        R.REGION,
        tells=(("meeting_planned", PARTY), ("meeting_planned", REGION)),
        what="Where and when they meet.",
    ),
    row(
        "waive_meeting",
        {S.ASKING, S.MEETING},
        None,
        R.GUIDE,
        guard="no_outcome_yet",
        tells=(("meeting_waived", PARTY), ("meeting_waived", REGION)),
        what="The guide waives the meeting, with a reason.",
    ),
    row(
        "record_meeting",
        {S.MEETING},
        None,
        R.GUIDE,
        guard="no_outcome_yet",
        tells=(("meeting_recorded", PARTY), ("meeting_recorded", REGION)),
        what="The guide records the outcome: go on, or a trial.",
    ),
    row(
        "agree",
        {S.ASKING, S.MEETING},
        S.AGREED,
        R.PARTY,
        R.REGION,
        R.GUIDE,
        guard="ready_to_agree",
        tells=(("match_agreed", PARTY), ("match_agreed", REGION), ("match_agreed", GUIDE)),
        what="Both said yes and every consent is recorded.",
    ),
    row(
        "decline",
        {S.ASKING, S.MEETING},
        S.DECLINED,
        R.PARTY,
        R.REGION,
        R.GUIDE,
        places=Places.RELEASE,
        reasons=SIDE_REASONS | {E.MEETING_FAILED},
        tells=ENDED_BOTH,
        what="A side declines; the other reads a neutral sentence.",
    ),
    row(
        "withdraw",
        BEFORE_AGREED,
        S.WITHDRAWN,
        R.PARTY,
        R.REGION,
        R.GUIDE,
        R.ADMIN,
        places=Places.RELEASE,
        reasons=SIDE_REASONS | CLOSING_REASONS,
        tells=ENDED_BOTH,
        what="Taken back before the promise.",
    ),
    row(
        "redate",
        BEFORE_AGREED,
        S.WITHDRAWN,
        R.PARTY,
        R.REGION,
        R.GUIDE,
        places=Places.RELEASE,
        reasons=frozenset({E.REDATED}),
        tells=(("match_redated", PARTY), ("match_redated", REGION)),
        what="Other dates: this one ends, a linked new one begins; an earlier yes is void.",
    ),
    row(
        "lapse",
        BEFORE_AGREED,
        S.LAPSED,
        R.SYSTEM,
        R.GUIDE,
        guard="past_lapse",
        places=Places.RELEASE,
        reasons=LAPSE_REASONS,
        tells=ENDED_BOTH,
        what="Silence means no.",
    ),
    row(
        "drop_date",
        LIVE,
        None,
        R.REGION,
        R.GUIDE,
        R.ADMIN,
        tells=(("date_called_off", PARTY), ("date_called_off", REGION), ("date_called_off", GUIDE)),
        what="One of several dates was called off; the others stand.",
    ),
    row(
        "move_date",
        LIVE,
        None,
        R.REGION,
        R.GUIDE,
        R.ADMIN,
        tells=(("date_moved", PARTY), ("date_moved", REGION), ("date_moved", GUIDE)),
        what="A date was put off as its plan for rain says; answers and promises stand.",
    ),
    # From the promise to the thanks.
    row("tick", {S.AGREED}, None, R.GUIDE, what="The guide ticks a precondition."),
    row(
        "untick",
        {S.AGREED, S.CONFIRMED},
        S.AGREED,
        R.GUIDE,
        guard="time_to_prepare",
        what="A precondition no longer holds.",
    ),
    row(
        "confirm",
        {S.AGREED},
        S.CONFIRMED,
        R.GUIDE,
        guard="all_ticked",
        tells=(("match_confirmed", PARTY), ("match_confirmed", REGION)),
        what="Every precondition is checked.",
    ),
    row("attest", {S.CONFIRMED}, None, R.REGION, R.GUIDE, guard="slot_is_over", what="Who came is attested."),
    row(
        "complete",
        {S.CONFIRMED},
        S.COMPLETED,
        R.GUIDE,
        R.SYSTEM,
        guard="attested",
        places=Places.RELEASE,
        tells=(("match_thanks", PARTY), ("match_thanks", REGION)),
        what="Attendance is attested, the return given or scheduled, thanks asked of both.",
    ),
    row(
        "cancel",
        {S.AGREED, S.CONFIRMED},
        S.CANCELLED,
        R.PARTY,
        R.REGION,
        R.GUIDE,
        R.ADMIN,
        R.SYSTEM,
        guard="cancellable",
        places=Places.RELEASE,
        reasons=CANCEL_REASONS | {E.NOT_CONFIRMED, E.NO_RECORD, E.NO_SHOW},
        only_by=(
            (E.NOT_CONFIRMED, frozenset({R.SYSTEM})),
            (E.NO_RECORD, frozenset({R.SYSTEM})),
            (E.NO_SHOW, frozenset({R.REGION, R.GUIDE, R.SYSTEM})),
        ),
        tells=ENDED_BOTH,
        what="Called off after the promise.",
    ),
)

TABLE: dict[str, Move] = {move.name: move for move in MOVES}


def moves_from(state: MatchState, role: Role) -> tuple[Move, ...]:
    """The rows someone in ``role`` may try from ``state``: what the buttons show."""
    return tuple(move for move in MOVES if state in move.sources and role in move.roles)
