"""The choke point: every move of every match goes through ``apply_move``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict, Invalid, NotAllowed
from accounts.models import User
from accounts.services.audit import record
from matching import policies
from matching.enums import ENDED, EndReason, MatchState, Role
from matching.locks import lock_for_move
from matching.models import Match, MatchEvent
from matching.services.announce import announce
from matching.services.guards import GUARDS
from matching.services.outcomes import write_outcome
from matching.services.places import hold_places, release_places
from matching.services.steps import Step, Words, Work
from matching.transitions import TABLE, Move, Places


@transaction.atomic
def apply_move(
    *,
    match_id: int,
    move: str,
    actor: User,
    now: datetime | None = None,
    role: Role | None = None,
    words: Words | None = None,
    changes: Mapping[str, Any] | None = None,
    work: Work | None = None,
    more_people: Iterable[int] = (),
) -> Match:
    """Make one move of the table, whole or not at all, and return the match as it then is.

    ``changes`` are fields of the match itself; ``work`` changes the rows around it and may return more of them.
    In this order: lock (people, need, match) · check the table · check the role · check the reason and the guard ·
    ``work`` and the places · conditional write · event row · row of the log of outcomes · audit row · outbox rows for who is told.

    Raises:
        NotFound("match_unknown"), NotAllowed("role_may_not"), Invalid("reason_unknown"),
        Conflict("match_not_<state>"): someone moved it first; and whatever the guard or ``work`` raises.
    """
    locked = lock_for_move(match_id, more_people=more_people)
    step = _checked(
        locked, TABLE[move], actor=actor, role=role, now=now or timezone.now(), words=words or Words()
    )
    before = MatchState(locked.state)
    if step.move.guard:
        GUARDS[step.move.guard](step)
    written = dict(changes or {}) | dict((work(step) if work else None) or {})
    _apply_places(step)
    _write(step, before, written)
    event = _record_event(step, before)
    write_outcome(locked)
    _audit(step)
    announce(step, event)
    return locked


def _checked(match: Match, row: Move, *, actor: User, role: Role | None, now: datetime, words: Words) -> Step:
    """The step, if the table allows the move from here, the actor has a role for it and its reason is known."""
    held = policies.role_for(actor, match, row, wanted=role)
    if held is None:
        raise NotAllowed("role_may_not", _("You may not do this on this match."))
    if match.state not in row.sources:
        raise wrong_state(match, row)
    require_reason(row, words, held)
    return Step(match=match, move=row, actor=actor, role=held, now=now, words=words)


def wrong_state(match: Match, row: Move) -> Conflict:
    """The refusal of a move that the present state does not allow."""
    code = f"match_not_{next(iter(row.sources))}" if len(row.sources) == 1 else "match_moved_on"
    label = MatchState(match.state).label
    return Conflict(
        code, _("This match has moved on: it is now «%(state)s». Please look again.") % {"state": label}
    )


def require_reason(row: Move, words: Words, role: Role) -> None:
    """A move with reasons needs one of those that somebody in this role may give.

    Raises:
        Invalid("reason_unknown")
    """
    if row.reasons:
        require_one_of(row.reasons_for(role), words.reason)


def require_one_of(reasons: frozenset[EndReason], reason: EndReason | None) -> None:
    """``reason`` is one of these.

    Raises:
        Invalid("reason_unknown")
    """
    if reason not in reasons:
        message = _("Please choose a reason: %(choices)s.") % {"choices": ", ".join(sorted(reasons))}
        raise Invalid("reason_unknown", message, fields={"reason": [message]})


def _apply_places(step: Step) -> None:
    if step.move.places is Places.HOLD:
        hold_places(step.match, now=step.now)
    elif step.move.places is Places.RELEASE:
        release_places(step.match, now=step.now)


def _write(step: Step, before: MatchState, changes: dict[str, Any]) -> None:
    """The conditional write: nothing happens if the state is not what was locked and checked."""
    target = step.move.leads_to(before)
    changes |= {"state": target, "changed_at": step.now}
    if target in ENDED and before not in ENDED:
        reason = step.words.reason or ""
        changes |= {
            "ended_at": step.now,
            "end_reason": reason,
            "due_at": None,
            "lapse_at": None,
            "standby_at": None,
        }
    if Match.objects.filter(pk=step.match.pk, state=before).update(**changes) != 1:
        raise wrong_state(step.match, step.move)
    for name, value in changes.items():
        setattr(step.match, name, value)


def _record_event(step: Step, before: MatchState | None) -> MatchEvent:
    """The next link of the chain; the first one where there was no state ``before``."""
    events = MatchEvent.objects.filter(match=step.match).order_by("-seq")
    last = None if before is None else events.values_list("seq", flat=True).first()
    return MatchEvent.objects.create(
        match=step.match,
        seq=(last or 0) + 1,
        move=step.move.name,
        from_state=before or "",
        to_state=step.match.state,
        actor=step.actor,
        role=step.role,
        on_behalf_of=step.words.on_behalf_of,
        reason=step.words.reason or "",
        note=step.words.note[:500],
        data=dict(step.words.data),
        at=step.now,
    )


def _audit(step: Step) -> None:
    record(
        actor=step.actor,
        action=f"match.{step.move.name}",
        target=step.match,
        label=str(step.match.need),
        on_behalf_of=step.words.on_behalf_of,
        details={"state": step.match.state, "role": step.role},
    )


def begin_match(step: Step) -> Match:
    """Write the first event, the row of the log of outcomes, the audit row and the outbox rows of a match that ``work`` has just created.

    Used by ``services.proposals`` only, inside its transaction, after the row exists.
    """
    event = _record_event(step, None)
    write_outcome(step.match, [event])
    _audit(step)
    announce(step, event)
    return step.match
