"""What a guide does with a proposal: approve, take back, reject, hold, put next in line, hand over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Invalid
from accounts.models import Guide, User
from accounts.policies import is_admin
from accounts.services.outbox import cancel_owed
from matching.enums import AnswerValue, EndReason, Role, Side
from matching.locks import lock_people, named_people
from matching.models import Answer, Match, MatchEvent, MatchPerson, Meeting, RegionConsent
from matching.selectors.readiness import may_say_yes
from matching.services.announce import ask_in_line, consents_key, message_key
from matching.services.deadlines import answer_deadline, review_deadline
from matching.services.guards import asked_first, overlap_reason
from matching.services.matches import apply_move
from matching.services.pending import next_deadline
from matching.services.places import busy_people, free_places
from matching.services.relations import knows
from matching.services.steps import Step, Words
from matching.services.terms import asked_for_as_many
from matching.services.vouching import vouched_before
from regions.enums import ConsentMatter
from regions.models import Region
from regions.policies import is_covered
from regions.selectors.regions import guides_for
from regions.selectors.reviewers import may_refer, reviewers_for
from regions.services import regions

SNOOZE_DAYS_MAX = 14


def approve_match(
    *, match_id: int, actor: User, overlap_reason: str = "", note: str = "", now: datetime | None = None
) -> Match:
    """Approve a proposed match and hold places for its whole party.

    Locks the party's people, then the need, then the match (each in pk order), and counts again: the run that
    proposed it may be hours old. Asks both sides (who asked first has answered, where it asked for as many people), notes anew whether it is a first visit, creates the community's required
    consents; the messages leave after ten seconds.

    Raises:
        NotAllowed("role_may_not"): actor is no guide of an organization covering the region.
        Conflict("match_not_proposed"): someone moved it first.
        Conflict("places_taken"): fewer free places (people) in a slot than stated.
        Conflict("person_busy"): one of them is in another match at overlapping hours, and no reason was given.
        Conflict("party_smaller_now" | "party_comes_with_more_now" | "too_many_for_first_visit"): what was proposed no
            longer fits the party or the community.
        Conflict("need_not_open" | "too_late" | "party_paused")
    """
    return apply_move(
        match_id=match_id, move="approve", actor=actor, now=now,
        words=Words(note=note, data={"overlap_reason": overlap_reason[:200]}), work=_ask_both_sides,
    )  # fmt: skip


def _ask_both_sides(step: Step) -> Mapping[str, Any]:
    step.match.is_first_visit = not knows(step.match.volunteer, step.match.need)
    first = _side_that_has_answered(step.match)
    Answer.objects.bulk_create([_duty(step, side, has_asked=side == first) for side in Side])
    RegionConsent.objects.bulk_create(_required_consents(step.match))
    return {
        "approved_at": step.now,
        "is_first_visit": step.match.is_first_visit,
        **excuse_overlaps(step),
        "snoozed_until": None,
        "standby_at": None,
        "nudged_at": None,
        **next_deadline(step.match, now=step.now),
    }


def _side_that_has_answered(match: Match) -> Side | None:
    """Who asked first, unless the guide changed for how many people: then that side is asked as well."""
    first = asked_first(match)
    return first if first is not None and asked_for_as_many(match) else None


def _duty(step: Step, side: Side, *, has_asked: bool) -> Answer:
    """What a side owes; who asked first has answered, in the name of who asked."""
    deadline = answer_deadline(step.match, side, now=step.now)
    answer = Answer(
        match=step.match, side=side, asked_at=step.now, due_at=deadline.due_at, lapse_at=deadline.lapse_at
    )
    vouched = vouched_before(step.match) if side is Side.REGION and step.role is Role.SYSTEM else None
    if vouched is not None:
        answer.value, answer.is_open, answer.scope = _first_value(step.match), False, vouched.scope
        answer.answered_at, answer.answered_by = vouched.answered_at, vouched.answered_by
        answer.on_behalf_of = vouched.on_behalf_of
    elif has_asked:
        first = MatchEvent.objects.select_related("actor").get(match=step.match, seq=1)
        answer.value, answer.is_open = _first_value(step.match), False
        answer.answered_at, answer.answered_by, answer.on_behalf_of = (
            first.at,
            first.actor,
            first.on_behalf_of,
        )
    return answer


def _first_value(match: Match) -> AnswerValue:
    return AnswerValue.YES if may_say_yes(match) else AnswerValue.MEET


def _required_consents(match: Match) -> list[RegionConsent]:
    """The consents this match needs: a new party's only on a first visit, an offer's use only with offers."""
    matters = {ConsentMatter.DATES}
    if match.is_first_visit:
        matters.add(ConsentMatter.NEW_PARTY)
    if match.need.offers.filter(is_active=True).exists():
        matters.add(ConsentMatter.OFFER_USE)
    required = match.need.region.required_consents.filter(matter__in=sorted(matters)).order_by("pk")
    return [RegionConsent(match=match, by=row.by, matter=row.matter, meets=row.meets) for row in required]


def undo_approval(*, match_id: int, actor: User, now: datetime | None = None) -> Match:
    """Take an approval back within ten seconds: places released and owed to the next in line, answers and a waived meeting forgotten.

    The messages of the approval and of whatever followed it are cancelled: none has left yet.

    Raises:
        Conflict("undo_too_late" | "match_not_asking"), NotAllowed("role_may_not")
    """
    return apply_move(match_id=match_id, move="undo_approval", actor=actor, now=now, work=_take_back)


def _take_back(step: Step) -> Mapping[str, Any]:
    approval = MatchEvent.objects.filter(match=step.match, move="approve").latest("seq")
    for seq in MatchEvent.objects.filter(match=step.match, seq__gte=approval.seq).values_list(
        "seq", flat=True
    ):
        cancel_owed(key_prefix=message_key(step.match, seq))
    cancel_owed(key_prefix=consents_key(step.match))
    Meeting.objects.filter(match=step.match).delete()
    Answer.objects.filter(match=step.match).delete()
    RegionConsent.objects.filter(match=step.match).delete()
    MatchPerson.objects.filter(match=step.match).update(may_overlap=False)
    deadline = review_deadline(step.match, step.now)
    return {
        "approved_at": None,
        "overlap_reason": "",
        "promise_party_at": None,
        "promise_region_at": None,
        "due_at": deadline.due_at,
        "lapse_at": deadline.lapse_at,
    }


def reject_match(
    *,
    match_id: int,
    actor: User,
    reason: EndReason,
    note: str = "",
    neutral_note: str = "",
    now: datetime | None = None,
) -> Match:
    """Reject a proposal. The sides that knew of it read ``neutral_note`` (or the usual neutral sentence)."""
    return apply_move(
        match_id=match_id, move="reject", actor=actor, now=now, words=Words(reason=reason, note=note),
        changes={"neutral_note": neutral_note[:300]},
    )  # fmt: skip


def snooze_match(
    *, match_id: int, actor: User, until: datetime, note: str = "", now: datetime | None = None
) -> Match:
    """Hold a proposal back until a day; its deadlines go on.

    Raises:
        Invalid("snooze_out_of_range"): not within the next 14 days.
    """
    at = now or timezone.now()
    if not 0 < (until - at).total_seconds() <= SNOOZE_DAYS_MAX * 86_400:
        message = _("Please choose a day within the next %(days)d days.") % {"days": SNOOZE_DAYS_MAX}
        raise Invalid("snooze_out_of_range", message, fields={"until": [message]})
    return apply_move(
        match_id=match_id, move="snooze", actor=actor, now=at, words=Words(note=note, data={"until": until.isoformat()}),
        changes={"snoozed_until": until},
    )  # fmt: skip


@transaction.atomic
def put_next_in_line(*, match_id: int, actor: User, note: str = "", now: datetime | None = None) -> Match:
    """Let a proposal be approved by itself as soon as places become free; where they are free already, it is owed at once."""
    match = apply_move(
        match_id=match_id, move="stand_by", actor=actor, now=now, words=Words(note=note),
        work=lambda step: {"standby_at": step.now},
    )  # fmt: skip
    if min(free_places(match.slots.all()).values(), default=0) >= match.people:
        ask_in_line(match.need_id, key=message_key(match, match.events.latest("seq").seq))
    return match


@transaction.atomic
def assign_guide(
    *, match_id: int, actor: User, guide: Guide, note: str = "", now: datetime | None = None
) -> Match:
    """Put a guide in charge of a match: handed over by a guide, or by an administrator.

    Where nobody guides for the community, an administrator's guide is named for the whole community (with the
    rescoring that this owes). Locks: the people, then the community and its needs, then as every move.

    Raises:
        Invalid("guide_unknown_here"): a guide may only hand over within the organizations covering the community.
        Conflict("guide_inactive")
        Invalid("guide_may_not_refer"): paid employment, and the guide's organization has no legal basis for it.
    """
    if is_admin(actor):
        _name_for_community(match_id, actor, guide)
    return apply_move(
        match_id=match_id, move="assign", actor=actor, now=now, words=Words(note=note, data={"guide": guide.user.public_id}),
        work=lambda step: _take_charge(step, guide),
    )  # fmt: skip


def _name_for_community(match_id: int, actor: User, guide: Guide) -> None:
    region = Region.objects.filter(needs__matches=match_id).first()
    if region is None or is_covered(region):
        return
    lock_people(named_people(match_id))  # before the needs, as everywhere
    regions.assign_guide(actor=actor, region=region, guide=guide)


def _take_charge(step: Step, guide: Guide) -> Mapping[str, Any]:
    if step.role is Role.GUIDE and guide.pk not in {each.pk for each in guides_for(step.match.need.region)}:
        message = _("This guide does not cover the community.")
        raise Invalid("guide_unknown_here", message, fields={"guide": [message]})
    if not may_refer(guide, step.match.need):
        message = _("The organization of this guide has recorded no legal basis for referring to employment.")
        raise Invalid("guide_may_not_refer", message, fields={"guide": [message]})
    step.match.guide = guide
    return {"guide": guide}


def name_people(
    *,
    match_id: int,
    actor: User,
    users: Iterable[User],
    overlap_reason: str = "",
    on_behalf_of: str = "",
    now: datetime | None = None,
) -> Match:
    """State by name who comes; the rest of the party's people stays unnamed.

    ``overlap_reason``: a guide's, for who is named now and is elsewhere at overlapping hours. Who was allowed that
    before keeps it; it holds for nobody who is named later.

    Raises:
        Invalid("person_not_in_party" | "too_many_people"), Conflict("person_busy"),
        NotAllowed("role_may_not"): also where anybody but a guide gives a reason to overlap.
    """
    people = list(users)
    ids = sorted(user.pk for user in people)
    data = {"user_ids": ids, "overlap_reason": overlap_reason[:200]}
    return apply_move(
        match_id=match_id, move="name_people", actor=actor, now=now, role=Role.GUIDE if overlap_reason else None,
        words=Words(on_behalf_of=on_behalf_of, data=data), more_people=ids,
        work=lambda step: _replace_people(step, people),
    )  # fmt: skip


def _replace_people(step: Step, people: list[User]) -> Mapping[str, Any]:
    party = step.match.volunteer
    known = {party.representative_id, *party.memberships.values_list("user_id", flat=True)}
    if not people or any(user.pk not in known for user in people):
        message = _("Only members of the party can be named.")
        raise Invalid("person_not_in_party", message, fields={"people": [message]})
    if len(people) > step.match.people:
        message = _("More people are named than places are asked for.")
        raise Invalid("too_many_people", message, fields={"people": [message]})
    MatchPerson.objects.filter(match=step.match).exclude(user__in=people).delete()
    MatchPerson.objects.bulk_create(
        (MatchPerson(match=step.match, user=user) for user in people), ignore_conflicts=True
    )
    return excuse_overlaps(step)


def excuse_overlaps(step: Step) -> Mapping[str, Any]:
    """Allow those who are named now, and are elsewhere at overlapping hours, what the guide's reason is about."""
    reason = overlap_reason(step)
    if not reason:
        return {}
    busy = busy_people(step.match, named_people(step.match.pk))
    MatchPerson.objects.filter(match=step.match, user_id__in=busy).update(may_overlap=True)
    return {"overlap_reason": reason}


def escalate_review(*, match_id: int, now: datetime) -> Match:
    """Five working days passed without a decision: the organization's next guide takes over."""
    return apply_move(
        match_id=match_id, move="escalate", actor=User.objects.system(), now=now, work=_next_guide
    )


def _next_guide(step: Step) -> Mapping[str, Any]:
    guides = reviewers_for(step.match.need)
    pks = [guide.pk for guide in guides]
    here = pks.index(step.match.guide_id) if step.match.guide_id in pks else -1
    if guides:
        step.match.guide = guides[(here + 1) % len(guides)]
    return {"guide": step.match.guide, "nudged_at": step.now, "due_at": step.match.lapse_at}
