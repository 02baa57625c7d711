"""Who is told of a move: the table's audiences become outbox rows, written with the move."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from accounts.models import User
from accounts.services.notifications import format_date, notify
from accounts.services.outbox import owe
from matching.enums import HOLDING, MatchState, Origin
from matching.models import Match, MatchEvent
from matching.selectors.labels import party_label
from matching.selectors.paths import match_path
from matching.services.deadlines import UNDO_SECONDS
from matching.services.steps import Step
from matching.transitions import Audience, Places
from regions.selectors.regions import guides_for, public_label, speakers_for

WAITS_FOR_UNDO = frozenset({"approve"})
SILENT_KINDS = frozenset({"match_ended", "date_called_off"})


def announce(step: Step, event: MatchEvent) -> None:
    """Owe the messages of a move, and what freed places set in motion."""
    not_before = step.now + timedelta(seconds=UNDO_SECONDS) if step.move.name in WAITS_FOR_UNDO else None
    for kind, audience in step.move.tells:
        if kind in SILENT_KINDS and not _knew(step.match, audience):
            continue
        users = [user for user in recipients(step.match, audience) if user.pk != step.actor.pk]
        tell(
            step.match,
            kind,
            users,
            key=message_key(step.match, event.seq),
            not_before=not_before,
        )
    if step.move.places is Places.RELEASE:
        _offer_again(step, event)


def message_key(match: Match, seq: int) -> str:
    """Stem of the keys of one event's messages, so that an undo can take them back."""
    return f"match:{match.public_id}:{seq}:"


def tell(
    match: Match,
    kind: str,
    users: Iterable[User],
    *,
    key: str,
    not_before: datetime | None = None,
) -> None:
    """Owe one message of ``kind`` about a match to each of ``users``, once per key."""
    for user in users:
        context = message_context(match, user)
        notify(
            user=user, kind=kind, key=f"{key}{kind}:{user.public_id}", context=context, not_before=not_before
        )


def message_context(match: Match, user: User) -> dict[str, str]:
    """Labels for a message, in the reader's language. No contact data, no reason of the other side."""
    first = match.slots.order_by("start_at").values_list("start_at", flat=True)[0]
    return {
        "match": match.public_id,
        "need": match.need.title,
        "region": public_label(match.need.region),
        "party": party_label(match),
        "people": str(match.people),
        "date": format_date(first, user.language),
        "due": format_date(match.due_at, user.language) if match.due_at else "",
        "note": match.neutral_note,
        "path": match_path(match),
    }


def recipients(match: Match, audience: Audience) -> list[User]:
    """The people to tell: the representative, who speaks for the community, or the guide."""
    if audience is Audience.PARTY:
        return [match.volunteer.representative]
    if audience is Audience.REGION:
        return list(speakers_for(match.need.region))
    if match.guide is not None:
        return [match.guide.user]
    return [guide.user for guide in guides_for(match.need.region)]


def _knew(match: Match, audience: Audience) -> bool:
    """An ending or a lost date is told only to a side that knew of the match."""
    if audience is Audience.GUIDE or match.approved_at is not None:
        return True
    return match.origin == {Audience.PARTY: Origin.PARTY, Audience.REGION: Origin.REGION}[audience]


def _offer_again(step: Step, event: MatchEvent) -> None:
    """Freed places: ask the next in line, and look again who fits."""
    if event.from_state not in HOLDING or step.match.state in {MatchState.PROPOSED, MatchState.COMPLETED}:
        return
    key = message_key(step.match, event.seq)
    owe(topic="matching.next_in_line", key=f"{key}next", payload={"need": step.match.need_id})
    owe(topic="matching.rescore", key=f"{key}rescore", payload={"need": step.match.need_id})
