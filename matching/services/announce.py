"""Who is told of a move: the table's audiences become outbox rows, written with the move."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Choices
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import Guide, User
from accounts.selectors.users import administrators
from accounts.services.notifications import format_date, notify
from accounts.services.outbox import owe
from matching.enums import ENDED, HOLDING, MatchState, Origin, Side
from matching.models import Match, MatchEvent
from matching.selectors.labels import party_label
from matching.selectors.paths import match_path
from matching.services.deadlines import UNDO_SECONDS
from matching.services.steps import Step
from matching.transitions import Audience, Places
from regions.selectors.regions import public_label, speakers_for
from regions.selectors.reviewers import reviewers_for
from regions.services.rescoring import TOPIC as RESCORE

ASKING_FOR_REVIEW = frozenset({"match_proposed_guide", "review_escalated"})
AUDIENCE_OF = {Side.PARTY: Audience.PARTY, Side.REGION: Audience.REGION}
SILENT_KINDS = frozenset({"match_ended", "match_redated", "date_called_off", "date_moved"})


ONE_DATE = {"move_date": "to", "drop_date": "start_at"}
"""Moves about one date of a match, and where their words say which."""


def announce(step: Step, event: MatchEvent) -> None:
    """Owe the messages of a move, and what an ending sets in motion."""
    not_before = after_undo(step.match, step.now)
    for kind, audience in step.move.tells:
        if kind in SILENT_KINDS and not is_told_of_ending(step.match, audience):
            continue
        users = [user for user in recipients(step.match, audience) if user.pk != step.actor.pk]
        tell(
            step.match,
            _in_words_for(step.match, kind),
            users,
            key=message_key(step.match, event.seq),
            not_before=not_before,
            date=_date_meant(step),
        )
    if step.match.state in ENDED or step.move.places is Places.RELEASE:
        _offer_again(step, event)


def after_undo(match: Match, now: datetime) -> datetime | None:
    """While an approval can still be taken back, nothing leaves: not its own messages, and none of what follows it."""
    until = now if match.approved_at is None else match.approved_at + timedelta(seconds=UNDO_SECONDS)
    return until if until > now else None


def message_key(match: Match, seq: int) -> str:
    """Stem of the keys of one event's messages, so that an undo can take them back."""
    return f"match:{match.public_id}:{seq}:"


def consents_key(match: Match) -> str:
    """Stem of the keys of the word that consents are missing; each approval has its own below it."""
    return f"match:{match.public_id}:consents:"


def tell(
    match: Match,
    kind: str,
    users: Iterable[User],
    *,
    key: str,
    not_before: datetime | None = None,
    what: Sequence[Choices] = (),
    date: datetime | None = None,
) -> None:
    """Owe one message of ``kind`` about a match to each of ``users``, once per key. ``what`` it is about, in words of the reader's language.

    ``date``: the one the message names; the first of the match unless said otherwise.
    """
    first = date or first_start(match)
    due_at = min(first, match.due_at) if match.due_at else first
    for user in users:
        context = message_context(match, user, first=first)
        if what:
            with override(user.language):
                context["note"] = _(", ").join(str(each.label) for each in what)
        notify(
            user=user,
            kind=kind,
            key=f"{key}{kind}:{user.public_id}",
            context=context,
            not_before=not_before,
            due_at=due_at,
        )


def _date_meant(step: Step) -> datetime | None:
    """Of a move that is about one date of several, that date: where it was put off to, or the one that was called off."""
    said = step.words.data.get(ONE_DATE.get(step.move.name, ""))
    return datetime.fromisoformat(said) if said else None


def first_start(match: Match) -> datetime:
    """When the first date of a match begins. One query."""
    return match.slots.order_by("start_at").values_list("start_at", flat=True)[0]


def message_context(match: Match, user: User, *, first: datetime) -> dict[str, str]:
    """Labels for a message, in the reader's language. No contact data, no reason of the other side."""
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
    """The people to tell: the representative, who speaks for the community, or the guide.

    Where nobody is in charge, all who may review; where nobody covers the community, the administrators.
    """
    if audience is Audience.PARTY:
        return [match.volunteer.representative]
    if audience is Audience.REGION:
        return list(speakers_for(match.need.region))
    if match.guide is not None and _is_at_work(match.guide):
        return [match.guide.user]
    return [guide.user for guide in reviewers_for(match.need)] or list(administrators())


def _is_at_work(guide: Guide) -> bool:
    """Neither dismissed nor gone: between that and the handover, those who may review are told instead."""
    return guide.ended_on is None and guide.user.is_active


def _in_words_for(match: Match, kind: str) -> str:
    """An administrator cannot decide a proposal, but puts a guide in charge: that is what the message says."""
    is_unguided = match.guide is None or not _is_at_work(match.guide)
    asks_for_review = kind in ASKING_FOR_REVIEW and is_unguided
    return "match_uncovered_admin" if asks_for_review and not reviewers_for(match.need) else kind


def is_told_of_ending(match: Match, audience: Audience) -> bool:
    """Whether an ending or a lost date is told to these: to guides, and to a side that knew of the match."""
    if audience is Audience.GUIDE or match.approved_at is not None:
        return True
    return match.origin == {Audience.PARTY: Origin.PARTY, Audience.REGION: Origin.REGION}[audience]


def _offer_again(step: Step, event: MatchEvent) -> None:
    """An ending or an undone approval makes room: for the party elsewhere, for others at the need, for the next in line.

    A completed match leaves its dates behind it; only its party is free again.
    """
    match, key = step.match, message_key(step.match, event.seq)
    if match.state in ENDED:
        owe(topic=RESCORE, key=f"{key}rescore:party", payload={"party": match.volunteer_id})
    if match.state == MatchState.COMPLETED:
        return
    if event.from_state in HOLDING:
        offer_places(match, key=key)
    else:
        owe(topic=RESCORE, key=f"{key}rescore", payload={"need": match.need_id})


def offer_places(match: Match, *, key: str) -> None:
    """Owe, once per key, what freed places set in motion: ask the next in line, and look again who fits."""
    ask_in_line(match.need_id, key=key)
    owe(topic=RESCORE, key=f"{key}rescore", payload={"need": match.need_id})


def ask_in_line(need_id: int, *, key: str) -> None:
    """Owe, once per key, that who is next in line for a need is asked."""
    owe(topic="matching.next_in_line", key=f"{key}next", payload={"need": need_id})
