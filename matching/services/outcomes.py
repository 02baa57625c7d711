"""The log of outcomes: one row per match, folded from its events anew at every move, so that it cannot drift from them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from matching.enums import ENDED, AnswerValue, EndReason, MeetingOutcome, Side
from matching.locks import lock_match
from matching.models import Decision, Match, MatchEvent, MatchOutcome

FIGURES = (
    "f_num", "f_den", "g_num", "g_den", "travel_minutes", "limit_minutes", "mutual_micro", "comfort_micro",
    "relation_micro", "kept_micro", "wait_micro",
)  # fmt: skip
CHUNK = 500
SWEPT_AT_MOST = 10_000
"""Rows that one sweep writes: some seconds of work."""
Row = dict[str, Any]

log = logging.getLogger(__name__)


def write_outcome(match: Match, events: Iterable[MatchEvent] | None = None) -> None:
    """Write the row of one match from ``events``, by default all it has. Two queries; safe to repeat.

    Runs in the transaction of the move and under its lock of the match.
    """
    chain = match.events.order_by("seq") if events is None else events
    row = MatchOutcome(match=match, **outcome_of(match, chain))
    MatchOutcome.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["match"], update_fields=list(_blank())
    )


def write_missing_outcomes(*, limit: int = SWEPT_AT_MOST) -> int:
    """Write the rows of matches that have none, as all older than the log; how many. Nothing to do: one query.

    Takes no lock and overwrites nothing: a match that moves meanwhile writes its own row, which stands. A match that
    cannot be read is logged and left out, and holds up no other. Safe to run twice and two at once.
    """
    count = last = 0
    while count < limit and (
        chunk := list(_without_a_row().filter(pk__gt=last)[: min(CHUNK, limit - count)])
    ):
        last = chunk[-1].pk
        rows = [row for match in chunk if (row := _row_or_none(match)) is not None]
        MatchOutcome.objects.bulk_create(rows, ignore_conflicts=True)
        count += len(rows)
    return count


def _without_a_row() -> QuerySet[Match]:
    begun = MatchEvent.objects.filter(match=OuterRef("pk"), seq=1)
    missing = Match.objects.filter(Exists(begun), outcome__isnull=True).order_by("pk")
    return missing.select_related("run__weights").prefetch_related("events")


def _row_or_none(match: Match) -> MatchOutcome | None:
    try:
        return MatchOutcome(match=match, **outcome_of(match, chain_of(match)))
    except (KeyError, TypeError, ValueError):  # whatever one match has kept must not hold up the others
        log.exception("Match %s cannot be read for the log of outcomes.", match.public_id)
        return None


def write_all_outcomes() -> int:
    """Write the rows of all matches anew, each in a transaction of its own under the lock of its match; how many."""
    count = 0
    for pk in Match.objects.order_by("pk").values_list("pk", flat=True).iterator():
        _write_anew(pk)
        count += 1
    return count


@transaction.atomic
def _write_anew(match_id: int) -> None:
    write_outcome(lock_match(match_id))


def chain_of(match: Match) -> list[MatchEvent]:
    """The events of a match in order, from what was prefetched."""
    return sorted(match.events.all(), key=lambda event: event.seq)


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
