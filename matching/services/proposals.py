"""How a match begins: proposed by the worker, suggested by a guide, applied for, or invited."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict, Invalid, NotAllowed
from accounts.models import Guide, User, Volunteer
from matching import policies
from matching.enums import LIVE, MatchState, Origin, Role
from matching.locks import lock_need, lock_people
from matching.models import Block, Match, MatchPerson, MatchSlot
from matching.services.assessments import Scored, assess_by_hand
from matching.services.deadlines import require_time_left, review_deadline
from matching.services.matches import begin_match
from matching.services.places import free_places
from matching.services.relations import knows
from matching.services.steps import Step, Words
from matching.transitions import TABLE
from regions.enums import Compensation, NeedStage
from regions.models import Need, Slot
from regions.selectors.reviewers import reviewers_for

BY_HAND = frozenset({Origin.GUIDE, Origin.PARTY, Origin.REGION})
MOVE_OF = {Origin.WORKER: "propose", Origin.GUIDE: "suggest", Origin.PARTY: "apply", Origin.REGION: "invite"}


def suggest_match(
    *,
    actor: User,
    need: Need,
    volunteer: Volunteer,
    slots: Iterable[Slot],
    people: int | None = None,
    note: str = "",
) -> Match:
    """A guide proposes a pair by hand. See ``create_match``."""
    return create_match(
        actor=actor,
        origin=Origin.GUIDE,
        need=need,
        volunteer=volunteer,
        slots=slots,
        people=people,
        words=Words(note=note),
    )


def apply_for_need(
    *,
    actor: User,
    need: Need,
    volunteer: Volunteer,
    slots: Iterable[Slot],
    people: int | None = None,
    note: str = "",
) -> Match:
    """A participant applies: its own answer counts as given. See ``create_match``."""
    words = Words(note=note)
    return create_match(
        actor=actor,
        origin=Origin.PARTY,
        need=need,
        volunteer=volunteer,
        slots=slots,
        people=people,
        words=words,
    )


def invite_party(
    *,
    actor: User,
    need: Need,
    volunteer: Volunteer,
    slots: Iterable[Slot],
    people: int | None = None,
    on_behalf_of: str = "",
    note: str = "",
) -> Match:
    """A community invites: its own answer counts as given. See ``create_match``."""
    words = Words(on_behalf_of=on_behalf_of, note=note)
    return create_match(
        actor=actor,
        origin=Origin.REGION,
        need=need,
        volunteer=volunteer,
        slots=slots,
        people=people,
        words=words,
    )


@transaction.atomic
def create_match(
    *,
    actor: User,
    origin: Origin,
    need: Need,
    volunteer: Volunteer,
    slots: Iterable[Slot],
    people: int | None = None,
    words: Words | None = None,
    scored: Scored | None = None,
    reviewers: Sequence[Guide] | None = None,
    redated_from: Match | None = None,
    now: datetime | None = None,
) -> Match:
    """A new match in ``proposed``, with its slots, its named leader, a guide and a review deadline.

    ``people`` defaults to the most that fit: min(size, free places, ``first_visit_max`` when new); an application for a full
    date is counted on all its places and waits. What people put
    together by hand is scored as a run would (one that continues on other dates keeps what it had): see ``assess_by_hand``.
    ``reviewers``: who may review for the need, where the caller has just read it for many.
    Locks the party's leader, then the need. Writes the first event, audit and outbox rows. Holds no place.

    Raises:
        NotAllowed("role_may_not"), Conflict("need_not_open" | "already_matched" | "blocked" | "too_late" |
        "places_short" | "slot_over"), Invalid("slots_needed" | "slot_of_other_need" | "people_out_of_range").
    """
    at = now or timezone.now()
    lock_people([volunteer.representative_id])
    locked = lock_need(need.pk)
    chosen = _as_they_are(slots)
    desk = reviewers_for(locked) if reviewers is None else reviewers
    _require_open(locked, volunteer, desk)
    _require_slots(locked, chosen, at)
    is_first = not knows(volunteer, locked)
    room = room_for(chosen, volunteer, origin)
    count = proposed_people(locked, volunteer, room, is_first_visit=is_first, wanted=people)
    match = Match(
        need=locked, volunteer=volunteer, origin=origin, people=count, is_first_visit=is_first,
        guide=_guide_of(desk, redated_from), promise=promise_text(locked), redated_from=redated_from, created_at=at, changed_at=at,
        lapse_at=at,
    )  # fmt: skip
    role = _role_or_refuse(actor, match, origin)
    if scored is None and origin in BY_HAND and redated_from is None:
        scored = assess_by_hand(match, chosen, now=at)
    _put_score(match, scored)
    _write(match, chosen, at)
    step = Step(
        match=match, move=TABLE[MOVE_OF[origin]], actor=actor, role=role, now=at, words=words or Words()
    )
    return begin_match(step)


def _as_they_are(slots: Iterable[Slot]) -> list[Slot]:
    """The dates read again under the need's lock: one may have been called off since they were chosen. One query."""
    chosen = [slot.pk for slot in slots]
    return sorted(Slot.objects.filter(pk__in=chosen), key=lambda slot: chosen.index(slot.pk))


def _put_score(match: Match, scored: Scored | None) -> None:
    if scored is None:
        return
    match.run, match.score_micro, match.explanation = scored.run, scored.score_micro, dict(scored.explanation)
    match.rank_for_need, match.rank_for_party = scored.rank_for_need, scored.rank_for_party


def _write(match: Match, slots: list[Slot], now: datetime) -> None:
    """The match with its dates, its named leader, and by when it is reviewed."""
    match.save()
    MatchSlot.objects.bulk_create(MatchSlot(match=match, slot=slot) for slot in slots)
    MatchPerson.objects.create(match=match, user_id=match.volunteer.representative_id)
    _set_review(match, now)


def _set_review(match: Match, now: datetime) -> None:
    deadline = review_deadline(match, now)
    if deadline.lapse_at <= now:
        require_time_left(match, now)  # which refuses: only the dates of the match bring the end so near
    match.due_at, match.lapse_at = deadline.due_at, deadline.lapse_at
    match.save(update_fields=["due_at", "lapse_at"])


def _role_or_refuse(actor: User, match: Match, origin: Origin) -> Role:
    role = policies.role_for(actor, match, TABLE[MOVE_OF[origin]])
    if role is None:
        raise NotAllowed("role_may_not", _("You may not propose this."))
    return role


def _require_open(need: Need, volunteer: Volunteer, desk: Sequence[Guide]) -> None:
    if need.stage != NeedStage.OPEN:
        raise Conflict("need_not_open", _("This need is not open."))
    if need.compensation == Compensation.EMPLOYMENT and not desk:
        raise Conflict(
            "employment_without_basis",
            _(
                "Referring to employment needs a recorded legal basis of the organization. Please only pass on the link."
            ),
        )
    if not volunteer.is_active:
        raise Conflict("party_paused", _("This participant has paused matching."))
    if Match.objects.filter(need=need, volunteer=volunteer, state__in=sorted(LIVE)).exists():
        raise Conflict("already_matched", _("There is a proposal for this participant already."))
    if Block.objects.filter(region=need.region_id, volunteer=volunteer).exists():
        raise Conflict("blocked", _("These two cannot be matched."))


def _require_slots(need: Need, slots: list[Slot], now: datetime) -> None:
    if not slots:
        raise _invalid("slots_needed", "slots", _("Please choose at least one date."))
    if any(slot.need_id != need.pk for slot in slots):
        raise _invalid("slot_of_other_need", "slots", _("One of the dates does not belong to this need."))
    if any(slot.cancelled_at or slot.end_at <= now for slot in slots):
        raise Conflict("slot_over", _("One of the dates is over or was called off."))
    ordered = sorted((slot for slot in slots if not slot.is_remote), key=lambda slot: slot.start_at)
    if any(later.start_at < earlier.end_at for earlier, later in pairwise(ordered)):
        raise _invalid("slots_overlap", "slots", _("Two of the dates overlap. Please choose one of them."))


def room_for(slots: list[Slot], volunteer: Volunteer, origin: Origin) -> list[int]:
    """Places that a proposal may count on in each slot: the free ones.

    Who asks of itself for a full date is counted on all its places: it waits until some come free (see ``standby``).
    """
    free = list(free_places(slots).values())
    waits = origin == Origin.PARTY and min(free) < volunteer.min_people
    return [slot.places for slot in slots] if waits else free


def proposed_people(
    need: Need, volunteer: Volunteer, room: list[int], *, is_first_visit: bool, wanted: int | None
) -> int:
    """People of a proposal: min(size, room in each slot, ``first_visit_max`` when new), never below the minimum.

    Raises:
        Conflict("places_short"): fewer places than the party's minimum.
        Invalid("people_out_of_range"): ``wanted`` is below the minimum or above what fits.
    """
    most = min([volunteer.size, *room])
    if is_first_visit:
        most = min(most, need.region.first_visit_max)
    if most < volunteer.min_people:
        raise Conflict("places_short", _("There are places for %(most)d people; this party comes with at least %(least)d.")
                       % {"most": most, "least": volunteer.min_people})  # fmt: skip
    if wanted is not None and not volunteer.min_people <= wanted <= most:
        raise _invalid(
            "people_out_of_range", "people",
            _("Please state between %(least)d and %(most)d people.") % {"least": volunteer.min_people, "most": most},
        )  # fmt: skip
    return most if wanted is None else wanted


def promise_text(need: Need) -> str:
    """What the community promises in return, drafted from the offers tied to the need."""
    offers = need.offers.filter(is_active=True).order_by("pk")
    return "\n".join(
        f"{offer.title}：{offer.conditions}" if offer.conditions else offer.title for offer in offers
    )[:2000]


def _guide_of(desk: Sequence[Guide], redated_from: Match | None) -> Guide | None:
    """Who guided the match that this one takes the place of, else who of the desk has most room to review.

    None where no organization covers the community.
    """
    before = redated_from.guide if redated_from is not None else None
    if before is not None and before.ended_on is None:
        return before
    proposed = Match.objects.filter(guide__in=desk, state=MatchState.PROPOSED)
    waiting = Counter(proposed.values_list("guide_id", flat=True))
    return min(desk, key=lambda guide: (waiting[guide.pk] - guide.weekly_capacity, guide.pk), default=None)


def _invalid(code: str, field_name: str, message: str) -> Invalid:
    return Invalid(code, message, fields={field_name: [message]})
