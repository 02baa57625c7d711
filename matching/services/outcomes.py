"""The log of outcomes: one row per match, folded from its events anew at every move, so that it cannot drift from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from matching.enums import ENDED, AnswerValue, EndReason, MeetingOutcome, Side
from matching.models import Decision, Match, MatchEvent, MatchOutcome

FIGURES = (
    "f_num", "f_den", "g_num", "g_den", "travel_minutes", "limit_minutes", "mutual_micro", "comfort_micro",
    "relation_micro", "kept_micro", "wait_micro",
)  # fmt: skip
CHUNK = 500
Row = dict[str, Any]


def write_outcome(match: Match, events: Iterable[MatchEvent] | None = None) -> None:
    """Write the row of one match from ``events``, by default all it has. Two queries; safe to repeat.

    Runs in the transaction of the move and under its lock of the match.
    """
    chain = match.events.order_by("seq") if events is None else events
    _upsert([MatchOutcome(match=match, **outcome_of(match, chain))])


def write_all_outcomes() -> int:
    """Write the rows of all matches, ``CHUNK`` at a time; how many. For matches older than the log; safe to repeat.

    Takes no lock: a match that moves meanwhile writes its own row again with its next move.
    """
    count = 0
    for chunk in _chunks():
        _upsert([MatchOutcome(match=match, **outcome_of(match, chain_of(match))) for match in chunk])
        count += len(chunk)
    return count


def chain_of(match: Match) -> list[MatchEvent]:
    """The events of a match in order, from what was prefetched."""
    return sorted(match.events.all(), key=lambda event: event.seq)


def _chunks() -> Iterator[list[Match]]:
    rows = Match.objects.select_related("run__weights").prefetch_related("events").order_by("pk")
    last = 0
    while chunk := list(rows.filter(pk__gt=last)[:CHUNK]):
        yield chunk
        last = chunk[-1].pk


def _upsert(rows: list[MatchOutcome]) -> None:
    MatchOutcome.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["match"], update_fields=list(_blank())
    )


def outcome_of(match: Match, events: Iterable[MatchEvent]) -> Row:
    """All fields of the row but its match: the proposal's figures as stored, then each event in turn. Writes nothing."""
    row = _blank()
    row |= {"run_id": match.run_id, "weights_version": match.run.weights.version if match.run else None}
    row |= {"origin": match.origin, "score_micro": match.score_micro}
    row |= {name: match.explanation.get(name) for name in FIGURES}
    came: dict[str, tuple[int, int]] = {}
    for event in events:
        if event.seq == 1:
            row["proposed_at"] = event.at
        row["state"] = event.to_state
        FOLDS.get(event.move, _nothing)(row, event)
        if event.move == "attest":
            came[event.data["start_at"]] = (event.data["people"], event.data["minutes"])
        if event.to_state in ENDED and event.from_state not in ENDED:
            row |= {"ended_at": event.at, "end_reason": event.reason, "ended_by": event.role}
    if came:
        row["people_came"] = sum(people for people, _minutes in came.values())
        row["minutes_worked"] = sum(minutes for _people, minutes in came.values())
    return row


def _blank() -> Row:
    """Every stored field but the keys, as it is before anything happened. The run goes by its id."""
    fields = [field for field in MatchOutcome._meta.concrete_fields if field.name not in {"id", "match"}]  # noqa: SLF001  # Django's documented Model._meta API
    return {field.attname: None if field.null else "" for field in fields}


def _nothing(row: Row, event: MatchEvent) -> None:
    """A move that says nothing about outcomes."""


def _decide(row: Row, event: MatchEvent) -> None:
    decision = Decision.APPROVED if event.move == "approve" else Decision.REJECTED
    row |= {"decision": decision, "decided_at": event.at, "decided_by": event.role}
    row["decision_reason"] = event.reason


def _undo(row: Row, _event: MatchEvent) -> None:
    """The approval and all that was answered to it never were."""
    row |= {"decision": "", "decided_at": None, "decided_by": "", "decision_reason": ""}
    row |= {"meeting_outcome": "", "meeting_at": None}
    for side in Side:
        row |= {f"{side}_answer": "", f"{side}_reason": "", f"{side}_answered_at": None}


def _side_of(event: MatchEvent) -> str:
    """For which side a move was made, empty where it was the guide's own."""
    if event.data.get("side"):
        return str(event.data["side"])
    if event.role in Side.values:
        return event.role
    return Side.REGION if event.reason == EndReason.CONSENT_REFUSED else ""


def _answer(row: Row, event: MatchEvent) -> None:
    side = _side_of(event)
    row |= {f"{side}_answer": event.data["value"], f"{side}_answered_at": event.at}


def _decline(row: Row, event: MatchEvent) -> None:
    if event.data.get("outcome"):
        _meet(row, event)
    side = _side_of(event)
    if side:
        row |= {
            f"{side}_answer": AnswerValue.NO,
            f"{side}_answered_at": event.at,
            f"{side}_reason": event.reason,
        }


def _take_back(row: Row, event: MatchEvent) -> None:
    side = _side_of(event)
    if side:
        row[f"{side}_reason"] = event.reason


def _meet(row: Row, event: MatchEvent) -> None:
    outcome = event.data.get("outcome") or MeetingOutcome.WAIVED
    row |= {"meeting_outcome": outcome, "meeting_at": event.at}


def _agree(row: Row, event: MatchEvent) -> None:
    row["agreed_at"] = event.at


def _confirm(row: Row, event: MatchEvent) -> None:
    row["confirmed_at"] = event.at


def _unconfirm(row: Row, _event: MatchEvent) -> None:
    row["confirmed_at"] = None


FOLDS: dict[str, Callable[[Row, MatchEvent], None]] = {
    "approve": _decide,
    "reject": _decide,
    "undo_approval": _undo,
    "answer": _answer,
    "decline": _decline,
    "withdraw": _take_back,
    "redate": _take_back,
    "cancel": _take_back,
    "record_meeting": _meet,
    "waive_meeting": _meet,
    "agree": _agree,
    "confirm": _confirm,
    "untick": _unconfirm,
}
"""What each move of the table adds to the row; a move that is not named adds only the state it leads to."""
