"""How a match ends before it is completed. The places come free in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import Invalid
from accounts.models import User
from matching.enums import EndReason, Origin, Role, Side
from matching.locks import lock_for_move, named_people
from matching.models import Match, MatchPerson
from matching.services.announce import message_key, recipients, tell
from matching.services.entries import require_side
from matching.services.matches import apply_move
from matching.services.outcomes import write_outcome
from matching.services.pending import lapse_reason
from matching.services.proposals import create_match
from matching.services.relations import count_broken_promise
from matching.services.steps import Step, Words
from matching.transitions import Audience
from regions.models import Slot

NOBODYS_FAULT = frozenset({EndReason.WEATHER, EndReason.SAFETY})


def decline_match(
    *,
    match_id: int,
    actor: User,
    reason: EndReason,
    side: Side | None = None,
    on_behalf_of: str = "",
    note: str = "",
    neutral_note: str = "",
    now: datetime | None = None,
) -> Match:
    """A side says no, itself or through a guide. The other side reads a neutral sentence only.

    Raises:
        Invalid("reason_unknown" | "on_behalf_needed"), Conflict("match_moved_on"), NotAllowed("role_may_not")
    """
    role = require_side(side, on_behalf_of)
    words = Words(on_behalf_of=on_behalf_of, reason=reason, note=note, data={"side": side or ""})
    return apply_move(
        match_id=match_id, move="decline", actor=actor, now=now, role=role, words=words,
        work=lambda step: _neutral(step, neutral_note),
    )  # fmt: skip


def _neutral(step: Step, sentence: str) -> Mapping[str, Any]:
    """What the other side will read is the guide's to word.

    Raises:
        Invalid("neutral_note_by_guide")
    """
    if sentence and step.role is not Role.GUIDE:
        message = _("Only a guide words the sentence for the other side.")
        raise Invalid("neutral_note_by_guide", message, fields={"neutral_note": [message]})
    return {"neutral_note": sentence[:300]}


def withdraw_match(
    *,
    match_id: int,
    actor: User,
    reason: EndReason,
    on_behalf_of: str = "",
    note: str = "",
    now: datetime | None = None,
) -> Match:
    """Take a match back before the promise."""
    words = Words(on_behalf_of=on_behalf_of, reason=reason, note=note)
    return apply_move(match_id=match_id, move="withdraw", actor=actor, now=now, words=words)


@transaction.atomic
def redate_match(
    *,
    match_id: int,
    actor: User,
    slots: Iterable[Slot],
    people: int | None = None,
    on_behalf_of: str = "",
    note: str = "",
    now: datetime | None = None,
) -> Match:
    """Propose other dates: this match ends as withdrawn, a linked new one begins; an earlier yes is void.

    Returns the new match, in ``proposed``, with the guide, the explanation and, unless ``people`` is stated, the number
    of people of the old one; who was to come by name comes again as far as the number allows. The sides that knew of
    the old one and the guide of the new one are told.

    Raises:
        Invalid("people_out_of_range"): as many do not fit the other dates; state ``people``. As ``create_match``.
    """
    words = Words(on_behalf_of=on_behalf_of, reason=EndReason.REDATED, note=note)
    leader = Match.objects.values_list("volunteer__representative_id", flat=True).get(pk=match_id)
    old = apply_move(
        match_id=match_id, move="redate", actor=actor, now=now, words=words, more_people=[leader]
    )
    event = old.events.latest("seq")
    new = create_match(
        actor=actor, origin=_origin_of(Role(event.role)), need=old.need, volunteer=old.volunteer, slots=slots,
        people=old.people if people is None else people, words=Words(on_behalf_of=on_behalf_of, note=note),
        redated_from=old, now=now,
    )  # fmt: skip
    new.score_micro, new.explanation = old.score_micro, old.explanation
    new.save(update_fields=["score_micro", "explanation"])
    write_outcome(new)
    _carry_names(old, new)
    _tell_guide(new, actor)
    return new


def _carry_names(old: Match, new: Match) -> None:
    """Who was named comes again; where they are more than come now, or have left the party, the leader alone is named."""
    party = new.volunteer
    members = {party.representative_id, *party.memberships.values_list("user_id", flat=True)}
    named = [user_id for user_id in named_people(old.pk) if user_id in members]
    if not named or len(named) > new.people:
        return
    MatchPerson.objects.filter(match=new).delete()
    MatchPerson.objects.bulk_create(MatchPerson(match=new, user_id=user_id) for user_id in named)


def _tell_guide(new: Match, actor: User) -> None:
    """The guide of the new match, where a colleague dated it anew; what a side proposes is told with its first move."""
    if new.origin == Origin.GUIDE:
        users = [user for user in recipients(new, Audience.GUIDE) if user.pk != actor.pk]
        tell(new, "match_proposed_guide", users, key=message_key(new, 1))


def _origin_of(role: Role) -> Origin:
    return {Role.PARTY: Origin.PARTY, Role.REGION: Origin.REGION}.get(role, Origin.GUIDE)


@transaction.atomic
def cancel_match(
    *,
    match_id: int,
    actor: User,
    reason: EndReason,
    side: Side | None = None,
    on_behalf_of: str = "",
    note: str = "",
    neutral_note: str = "",
    now: datetime | None = None,
) -> Match:
    """Call off a promise; ``side``: the one for which a guide enters it.

    It counts as a promise not kept where the participant calls off (weather and safety do not count) or did not come.

    Raises:
        Invalid("reason_unknown" | "on_behalf_needed"), NotAllowed("role_may_not"), Conflict("match_moved_on"),
        Conflict("slot_not_over" | "somebody_came"): nobody can be said not to have come.
    """
    role = require_side(side, on_behalf_of)
    words = Words(on_behalf_of=on_behalf_of, reason=reason, note=note, data={"side": side or ""})
    match = apply_move(
        match_id=match_id, move="cancel", actor=actor, now=now, role=role, words=words,
        work=lambda step: _neutral(step, neutral_note),
    )  # fmt: skip
    by_party = side == Side.PARTY or match.events.latest("seq").role == Role.PARTY
    if reason == EndReason.NO_SHOW or (by_party and reason not in NOBODYS_FAULT):
        count_broken_promise(match)
    return match


@transaction.atomic
def lapse_match(*, match_id: int, now: datetime) -> Match:
    """Silence means no: the system ends what is past its last deadline.

    Raises:
        Conflict("not_lapsed"), Conflict("match_moved_on")
    """
    words = Words(reason=lapse_reason(lock_for_move(match_id)))
    return apply_move(match_id=match_id, move="lapse", actor=User.objects.system(), now=now, words=words)


def lapse_after_call(*, match_id: int, actor: User, now: datetime | None = None) -> Match:
    """A call that brought no yes lets the match lapse at once."""
    words = Words(reason=EndReason.NO_ANSWER, data={"after_call": True})
    return apply_move(match_id=match_id, move="lapse", actor=actor, now=now, role=Role.GUIDE, words=words)
