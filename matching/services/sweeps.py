"""Silence means no: the beat's sweep moves what is past its time, through the moves a person would make.

Safe to run twice and two at once: every candidate is checked again under its locks.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.errors import Conflict, DomainError
from accounts.models import User
from matching.enums import BEFORE_AGREED, EndReason, MatchState, PreconditionKind, Side
from matching.locks import lock_for_move
from matching.models import Answer, Match, Precondition
from matching.services.announce import AUDIENCE_OF, recipients, tell
from matching.services.day import complete_match
from matching.services.deadlines import REMIND_BEFORE
from matching.services.endings import cancel_match, lapse_match
from matching.services.guardians import forget_guardians
from matching.services.review import escalate_review
from matching.transitions import Audience

BATCH = 200
ANSWERING = frozenset({MatchState.ASKING, MatchState.MEETING})
PROMISED = frozenset({MatchState.AGREED, MatchState.CONFIRMED})

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did, by kind."""

    lapsed: int
    escalated: int
    reminded: int
    overdue: int
    nudged: int
    unprepared: int
    settled: int


def sweep_deadlines(*, now: datetime) -> Swept:
    """One pass over everything due at ``now``: endings first, then nudges. Each match in a transaction of its own.

    Addresses of guardians are forgotten once their activity is over.
    """
    forget_guardians(now=now)
    return Swept(
        lapsed=_each(_lapsed(now), lambda pk: lapse_match(match_id=pk, now=now)),
        settled=_each(_past_the_end(now), lambda pk: _settle_after(pk, now)),
        escalated=_each(_to_escalate(now), lambda pk: escalate_review(match_id=pk, now=now)),
        reminded=_each(_to_remind(now), lambda pk: _remind(pk, now)),
        overdue=_each(_now_overdue(now), lambda pk: _put_on_call_list(pk, now)),
        nudged=_each(_to_nudge(now), lambda pk: _nudge(pk, now)),
        unprepared=_each(_to_prepare(now), lambda pk: _ask_for_checks(pk, now)),
    )


def _each(rows: QuerySet[Match] | QuerySet[Answer], act: Callable[[int], object]) -> int:
    """Act on each row; what somebody else moved meanwhile is left to the next sweep.

    A row that fails is logged and tried again by the next sweep; it stops neither the others nor the later kinds.
    """
    return sum([_is_done(rows.model.__name__, pk, act) for pk in _ids(rows)])


def _is_done(kind: str, pk: int, act: Callable[[int], object]) -> bool:
    try:
        act(pk)
    except DomainError:
        return False
    except Exception:  # whatever is wrong with one row must not hold up the deadlines of the others
        log.exception("The sweep failed on %s %d.", kind, pk)
        return False
    return True


def _ids(rows: QuerySet[Match] | QuerySet[Answer]) -> Iterator[int]:
    yield from list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])


def _lapsed(now: datetime) -> QuerySet[Match]:
    return Match.objects.filter(state__in=sorted(BEFORE_AGREED), lapse_at__lte=now)


def _past_the_end(now: datetime) -> QuerySet[Match]:
    return Match.objects.filter(state__in=sorted(PROMISED), lapse_at__lte=now)


def _to_escalate(now: datetime) -> QuerySet[Match]:
    return Match.objects.filter(
        state=MatchState.PROPOSED, due_at__lte=now, due_at__lt=F("lapse_at"), nudged_at__isnull=True
    )


def _owed() -> QuerySet[Answer]:
    return Answer.objects.filter(is_open=True, match__state__in=sorted(ANSWERING))


def _to_remind(now: datetime) -> QuerySet[Answer]:
    return _owed().filter(reminded_at__isnull=True, due_at__lte=now + REMIND_BEFORE, due_at__gt=now)


def _now_overdue(now: datetime) -> QuerySet[Answer]:
    return _owed().filter(overdue_at__isnull=True, due_at__lte=now)


def _to_nudge(now: datetime) -> QuerySet[Match]:
    """Meetings not held, promises not complete, rosters not ready, days over: the guide is asked once."""
    states = [MatchState.MEETING, MatchState.AGREED, MatchState.CONFIRMED]
    incomplete = Q(state=MatchState.ASKING) & ~Exists(_owed().filter(match=OuterRef("pk")))
    return Match.objects.filter(Q(state__in=states) | incomplete, nudged_at__isnull=True, due_at__lte=now)


def _open_checks(now: datetime) -> QuerySet[Precondition]:
    return Precondition.objects.filter(
        ticked_at__isnull=True, nudged_at__isnull=True, due_at__lte=now, match__state=MatchState.AGREED
    )


def _to_prepare(now: datetime) -> QuerySet[Match]:
    return Match.objects.filter(Exists(_open_checks(now).filter(match=OuterRef("pk"))))


@transaction.atomic
def _settle_after(match_id: int, now: datetime) -> None:
    """Completed from attested records, or cancelled with notice where nothing was prepared or recorded.

    Looks again under the locks: a guide may have made the match ready since it was listed.
    """
    match = lock_for_move(match_id)
    if match.state not in PROMISED or match.lapse_at is None or match.lapse_at > now:
        raise Conflict("match_moved_on")
    if match.state == MatchState.CONFIRMED and _completed(match_id, now):
        return
    cancel_match(match_id=match_id, actor=User.objects.system(), reason=_why_settled(match), now=now)


def _why_settled(match: Match) -> EndReason:
    """Not made ready, nobody came on any date, or not every date is on record."""
    if match.state != MatchState.CONFIRMED:
        return EndReason.NOT_CONFIRMED
    recorded = match.attendances.values("slot_id")
    unknown = match.slots.filter(cancelled_at__isnull=True).exclude(pk__in=recorded).exists()
    return (
        EndReason.NO_RECORD
        if unknown or match.attendances.filter(people_came__gt=0).exists()
        else EndReason.NO_SHOW
    )


def _completed(match_id: int, now: datetime) -> bool:
    """Complete a match if it is attested; whether it was."""
    try:
        complete_match(match_id=match_id, actor=User.objects.system(), now=now)
    except Conflict as refusal:
        if refusal.code not in {"not_attested", "nobody_came"}:
            raise
        return False
    return True


@transaction.atomic
def _remind(answer_id: int, now: datetime) -> None:
    still = Answer.objects.filter(due_at__gt=now, due_at__lte=now + REMIND_BEFORE)
    answer = _claim(still, answer_id, field="reminded_at", now=now)
    match = answer.match
    users = recipients(match, AUDIENCE_OF[Side(answer.side)])
    tell(match, "answer_reminder", users, key=_nudge_key(answer, "remind"))


@transaction.atomic
def _put_on_call_list(answer_id: int, now: datetime) -> None:
    answer = _claim(Answer.objects.filter(due_at__lte=now), answer_id, field="overdue_at", now=now)
    users = recipients(answer.match, Audience.GUIDE)
    tell(answer.match, "answer_overdue_guide", users, key=_nudge_key(answer, "overdue"))


def _claim(still: QuerySet[Answer], answer_id: int, *, field: str, now: datetime) -> Answer:
    """Set ``field`` once by compare-and-swap, if the answer is ``still`` to be nudged.

    Raises:
        Conflict("nudged_already"): another sweep was faster, an answer came, its time was moved, the approval was undone, or the match
        ended.
    """
    claimed = still.filter(pk=answer_id, is_open=True, **{f"{field}__isnull": True}).update(**{field: now})
    rows = Answer.objects.select_related(
        "match__need__region__municipality", "match__volunteer__representative", "match__guide__user"
    )
    answer = rows.filter(pk=answer_id).first()
    if claimed != 1 or answer is None or answer.match.state not in ANSWERING:
        raise Conflict("nudged_already")
    return answer


def _nudge_key(answer: Answer, what: str) -> str:
    return f"match:{answer.match.public_id}:{what}:{answer.side}:{answer.due_at:%Y%m%d%H%M}:"


@transaction.atomic
def _nudge(match_id: int, now: datetime) -> None:
    if _to_nudge(now).filter(pk=match_id).update(nudged_at=now) != 1:
        raise Conflict("nudged_already")
    match = Match.objects.select_related(
        "need__region__municipality", "volunteer__representative", "guide__user"
    ).get(pk=match_id)
    kind = "roster_due_guide" if match.state == MatchState.AGREED else "deadline_warning"
    users = recipients(match, Audience.GUIDE)
    tell(match, kind, users, key=f"match:{match.public_id}:nudge:{match.state}:{match.due_at:%Y%m%d}:")


@transaction.atomic
def _ask_for_checks(match_id: int, now: datetime) -> None:
    """One message to the guide about every check that has become due: each row is asked about once."""
    match = lock_for_move(match_id)
    rows = list(_open_checks(now).filter(match=match).order_by("pk"))
    if not rows:
        raise Conflict("nudged_already")
    Precondition.objects.filter(pk__in=[row.pk for row in rows]).update(nudged_at=now)
    kinds = [PreconditionKind(row.kind) for row in rows]
    key = f"match:{match.public_id}:checks:{'-'.join(str(row.pk) for row in rows)}:{now:%Y%m%d%H%M}:"
    tell(match, "checks_due_guide", recipients(match, Audience.GUIDE), key=key, what=kinds)
