"""The life of a match as a whole: each state, who moves it, what is held and on record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.errors import Conflict, Invalid, NotAllowed
from accounts.models import AuditEntry, Outbox, User, Volunteer
from matching.enums import AnswerValue, EndReason, MatchState, MeetingOutcome, Origin, Role
from matching.models import Answer, Hold, Match, MatchEvent, Relation
from matching.services.answers import answer_match
from matching.services.endings import cancel_match, decline_match, redate_match, withdraw_match
from matching.services.invariants import check_invariants
from matching.services.proposals import apply_for_need, invite_party
from matching.services.review import approve_match, put_next_in_line, reject_match, undo_approval
from matching.services.standby import ask_next_in_line
from regions.enums import ConsentMatter
from regions.models import Need, Region, RequiredConsent
from tests.builders import make_need, make_offer, make_party, make_slot
from tests.matching import saga as story

pytestmark = pytest.mark.django_db


def held(match: Match) -> int:
    return Hold.objects.filter(match=match, released_at__isnull=True).count()


def moves_of(match: Match) -> list[str]:
    return list(MatchEvent.objects.filter(match=match).order_by("seq").values_list("move", flat=True))


def test_proposal_for_a_new_group_is_for_first_visit_max_people(mowing: Need, riders: Volunteer) -> None:
    match = story.propose(mowing, riders)

    assert (match.people, match.state, match.is_first_visit) == (5, MatchState.PROPOSED, True)
    assert held(match) == 0


def test_approval_holds_places_asks_both_and_tells_after_ten_seconds(
    mowing: Need, riders: Volunteer, mori: User
) -> None:
    match = story.asked(story.propose(mowing, riders), guide=mori)

    assert match.state == MatchState.ASKING
    assert held(match) == 5
    assert list(
        Answer.objects.filter(match=match, is_open=True).order_by("side").values_list("side", flat=True)
    ) == [
        "party",
        "region",
    ]
    owed = Outbox.objects.filter(key__startswith=f"match:{match.public_id}:2:", topic="accounts.notify")
    assert {row.payload["kind"] for row in owed} == {"match_asked"}
    assert all(row.next_at >= match.approved_at + timedelta(seconds=10) for row in owed)
    assert (
        AuditEntry.objects.filter(action="match.approve", target_id=match.public_id, actor=mori).count() == 1
    )


def test_approval_by_an_outsider_is_refused_and_changes_nothing(
    mowing: Need, riders: Volunteer, yuki: User, mori: User
) -> None:
    match = story.propose(mowing, riders)

    with pytest.raises(NotAllowed, match="role_may_not"):
        approve_match(match_id=match.pk, actor=yuki)

    assert (story.state_of(match), held(match), moves_of(match)) == (MatchState.PROPOSED, 0, ["propose"])


def test_approval_twice_is_a_conflict(mowing: Need, riders: Volunteer, mori: User) -> None:
    match = story.asked(story.propose(mowing, riders), guide=mori)

    with pytest.raises(Conflict, match="match_not_proposed"):
        approve_match(match_id=match.pk, actor=mori)

    assert held(match) == 5


def test_undo_within_ten_seconds_takes_everything_back(mowing: Need, riders: Volunteer, mori: User) -> None:
    now = timezone.now()
    match = story.asked(story.propose(mowing, riders), guide=mori, now=now)

    undone = undo_approval(match_id=match.pk, actor=mori, now=now + timedelta(seconds=9))

    assert (undone.state, held(match), Answer.objects.filter(match=match).count()) == (
        MatchState.PROPOSED,
        0,
        0,
    )
    owed = Outbox.objects.filter(key__startswith=f"match:{match.public_id}:2:", topic="accounts.notify")
    assert owed.count() > 0
    assert all(row.cancelled_at is not None for row in owed)


def test_undo_after_ten_seconds_is_too_late(mowing: Need, riders: Volunteer, mori: User) -> None:
    now = timezone.now()
    match = story.asked(story.propose(mowing, riders), guide=mori, now=now)

    with pytest.raises(Conflict, match="undo_too_late"):
        undo_approval(match_id=match.pk, actor=mori, now=now + timedelta(seconds=11))

    assert held(match) == 5


def test_first_time_pair_may_not_say_yes_before_meeting(mowing: Need, riders: Volunteer, mori: User) -> None:
    match = story.asked(story.propose(mowing, riders), guide=mori)

    with pytest.raises(Conflict, match="first_meeting_needed"):
        answer_match(match_id=match.pk, actor=riders.representative, value=AnswerValue.YES)


def test_pair_with_a_relation_may_agree_without_meeting(mowing: Need, riders: Volunteer, mori: User) -> None:
    Relation.objects.create(volunteer=riders, region=mowing.region, promised=1, kept=1, days=1)
    match = story.asked(story.propose(mowing, riders, people=30), guide=mori)
    story.both_confirm_promise(match)

    done = story.both_answer(match, AnswerValue.YES)

    assert (done.state, held(match)) == (MatchState.AGREED, 30)


def test_whole_life_from_proposal_to_thanks(mowing: Need, riders: Volunteer, mori: User) -> None:
    match = story.completed(mowing, riders, guide=mori)

    assert match.state == MatchState.COMPLETED
    assert held(match) == 0
    relation = Relation.objects.get(volunteer=riders, region=mowing.region)
    assert (relation.promised, relation.kept, relation.days, relation.people_days) == (1, 1, 1, 5)
    assert moves_of(match)[:6] == ["propose", "approve", "answer", "answer", "open_meeting", "record_meeting"]
    assert moves_of(match)[-2:] == ["attest", "complete"]
    assert check_invariants(now=timezone.now()) == []


def test_agreement_waits_for_required_consents(mowing: Need, riders: Volunteer, mori: User) -> None:
    RequiredConsent.objects.create(region=mowing.region, by="役員会", matter=ConsentMatter.NEW_PARTY)
    match = story.asked(story.propose(mowing, riders), guide=mori)
    story.both_answer(match, AnswerValue.MEET)
    story.met(match, guide=mori)
    story.both_confirm_promise(match)
    story.both_answer(match, AnswerValue.YES)
    before = story.state_of(match)

    story.all_consents(match, by=story.speaker_of(match))

    assert (before, story.state_of(match)) == (MatchState.MEETING, MatchState.AGREED)


def test_agreement_waits_for_the_offers_permission_but_a_trial_does_not(
    mowing: Need, riders: Volunteer, hana_party: Volunteer, mori: User
) -> None:
    mowing.offers.set([make_offer(mowing.region, permission="informal")])
    states = []
    for party, outcome in ((riders, MeetingOutcome.PROCEED), (hana_party, MeetingOutcome.TRIAL)):
        match = story.asked(story.propose(mowing, party), guide=mori)
        story.both_answer(match, AnswerValue.MEET)
        story.met(match, guide=mori, outcome=outcome)
        story.both_confirm_promise(match)
        story.both_answer(match, AnswerValue.YES)
        states.append(story.state_of(match))

    assert states == [MatchState.MEETING, MatchState.AGREED]


def test_application_counts_as_the_participants_answer(mowing: Need, riders: Volunteer, mori: User) -> None:
    match = apply_for_need(
        actor=riders.representative, need=mowing, volunteer=riders, slots=mowing.slots.all(), people=4
    )

    asked = story.asked(match, guide=mori)

    answers = dict(Answer.objects.filter(match=asked).values_list("side", "value"))
    assert answers == {"party": AnswerValue.MEET, "region": ""}
    assert match.origin == Origin.PARTY


def test_invitation_counts_as_the_communitys_answer(
    mowing: Need, riders: Volunteer, ume: User, mori: User
) -> None:
    match = invite_party(actor=ume, need=mowing, volunteer=riders, slots=mowing.slots.all())

    story.asked(match, guide=mori)

    assert dict(Answer.objects.filter(match=match).values_list("side", "value")) == {
        "party": "",
        "region": "meet",
    }


def test_decline_releases_places_and_keeps_the_reason_from_the_other_side(
    mowing: Need, riders: Volunteer, mori: User
) -> None:
    match = story.asked(story.propose(mowing, riders), guide=mori)

    ended = decline_match(
        match_id=match.pk, actor=riders.representative, reason=EndReason.DATES, note="子どもの行事があるため"
    )

    assert (ended.state, held(match), ended.end_reason) == (MatchState.DECLINED, 0, EndReason.DATES)
    told = Outbox.objects.filter(topic="accounts.notify", payload__kind="match_ended")
    assert told.count() >= 1
    assert all(
        "子どもの行事" not in str(row.payload) and "dates" not in str(row.payload["context"].values())
        for row in told
    )


def test_decline_without_a_reason_is_refused(mowing: Need, riders: Volunteer, mori: User) -> None:
    match = story.asked(story.propose(mowing, riders), guide=mori)

    with pytest.raises(Invalid, match="reason_unknown"):
        decline_match(match_id=match.pk, actor=riders.representative, reason=EndReason.NO_ANSWER)

    assert held(match) == 5


def test_rejected_worker_proposal_tells_nobody_who_did_not_know(
    mowing: Need, riders: Volunteer, mori: User
) -> None:
    match = story.propose(mowing, riders)

    reject_match(match_id=match.pk, actor=mori, reason=EndReason.NOT_SUITABLE, note="経験が足りない")

    assert not Outbox.objects.filter(topic="accounts.notify", payload__kind="match_ended").exists()


def test_redating_ends_this_match_and_links_a_new_one(mowing: Need, riders: Volunteer, mori: User) -> None:
    other = make_slot(mowing, start_at=mowing.slots.get().start_at + timedelta(days=7))
    match = story.asked(story.propose(mowing, riders), guide=mori)
    answer_match(match_id=match.pk, actor=riders.representative, value=AnswerValue.MEET)

    new = redate_match(match_id=match.pk, actor=story.speaker_of(match), slots=[other])

    match.refresh_from_db()
    assert (match.state, match.end_reason, held(match)) == (MatchState.WITHDRAWN, EndReason.REDATED, 0)
    assert (new.state, new.redated_from, new.origin, new.answers.count()) == (
        MatchState.PROPOSED,
        match,
        Origin.REGION,
        0,
    )
    assert list(new.slots.all()) == [other]


def test_withdrawal_before_and_cancellation_after_the_promise(
    mowing: Need, riders: Volunteer, hana_party: Volunteer, mori: User
) -> None:
    early = story.asked(story.propose(mowing, hana_party), guide=mori)
    late = story.agreed(mowing, riders, guide=mori)

    withdraw_match(match_id=early.pk, actor=hana_party.representative, reason=EndReason.CHANGED_PLANS)
    cancelled = cancel_match(match_id=late.pk, actor=riders.representative, reason=EndReason.CANNOT_COME)

    assert (story.state_of(early), cancelled.state) == (MatchState.WITHDRAWN, MatchState.CANCELLED)
    assert Hold.objects.filter(released_at__isnull=True).count() == 0
    broken = Relation.objects.get(volunteer=riders, region=mowing.region)
    assert (broken.promised, broken.kept) == (1, 0)


def test_guide_enters_an_answer_on_behalf_of_a_side(mowing: Need, riders: Volunteer, mori: User) -> None:
    match = story.asked(story.propose(mowing, riders), guide=mori)

    answer_match(
        match_id=match.pk,
        actor=mori,
        value=AnswerValue.MEET,
        side="region",
        on_behalf_of="自治会長（電話で）",
    )

    event = MatchEvent.objects.filter(match=match, move="answer").get()
    assert (event.actor, event.role, event.on_behalf_of) == (mori, Role.GUIDE, "自治会長（電話で）")
    assert Answer.objects.get(match=match, side="region").on_behalf_of == "自治会長（電話で）"


def test_entry_for_a_side_without_naming_for_whom_is_refused(
    mowing: Need, riders: Volunteer, mori: User
) -> None:
    match = story.asked(story.propose(mowing, riders), guide=mori)

    with pytest.raises(Invalid, match="on_behalf_needed"):
        answer_match(match_id=match.pk, actor=mori, value=AnswerValue.MEET, side="region")


def test_same_person_at_overlapping_hours_is_refused_and_back_to_back_is_not(
    mowing: Need, hana_party: Volunteer, mori: User
) -> None:
    slot = mowing.slots.get()
    overlapping = make_need_at(mowing, slot.start_at + timedelta(hours=2))
    following = make_need_at(mowing, slot.end_at)
    story.asked(story.propose(mowing, hana_party), guide=mori)

    with pytest.raises(Conflict, match="person_busy"):
        story.asked(story.propose(overlapping, hana_party), guide=mori)
    after = story.asked(story.propose(following, hana_party), guide=mori)

    assert after.state == MatchState.ASKING
    assert check_invariants(now=timezone.now()) == []


def test_guide_may_override_an_overlap_with_a_reason(mowing: Need, hana_party: Volunteer, mori: User) -> None:
    overlapping = make_need_at(mowing, mowing.slots.get().start_at + timedelta(hours=2))
    story.asked(story.propose(mowing, hana_party), guide=mori)
    second = story.propose(overlapping, hana_party)

    done = approve_match(match_id=second.pk, actor=mori, overlap_reason="午前は途中で抜ける約束")

    assert (done.state, done.overlap_reason) == (MatchState.ASKING, "午前は途中で抜ける約束")
    assert check_invariants(now=timezone.now()) == []


def test_group_below_its_minimum_is_never_proposed(mowing: Need, riders: Volunteer, mori: User) -> None:
    slot = mowing.slots.get()
    slot.places = 6
    slot.save(update_fields=["places"])
    story.asked(story.propose(mowing, make_party(size=4, min_people=3)), guide=mori)

    with pytest.raises(Conflict, match="places_short"):
        story.propose(mowing, riders)


def test_application_for_a_full_date_waits_and_is_asked_when_a_place_comes_free(
    saga: Region, hana: User, hana_party: Volunteer, mori: User
) -> None:
    need = make_need(saga, places=1)
    first = story.asked(story.propose(need, make_party()), guide=mori)
    with pytest.raises(Conflict, match="places_short"):
        story.propose(need, hana_party)  # the worker proposes nothing that cannot be
    match = apply_for_need(actor=hana, need=need, volunteer=hana_party, slots=[need.slots.get()])
    assert (match.state, match.people, match.holds.count()) == (MatchState.PROPOSED, 1, 0)
    with pytest.raises(Conflict, match="places_taken"):
        approve_match(match_id=match.pk, actor=mori)
    put_next_in_line(match_id=match.pk, actor=mori)
    decline_match(match_id=first.pk, actor=first.volunteer.representative, reason=EndReason.DATES)
    (asked,) = ask_next_in_line(need_id=need.pk, now=timezone.now())
    assert asked == match
    assert check_invariants(now=timezone.now()) == []


def make_need_at(need: Need, start_at: object) -> Need:
    from tests.builders import make_need

    return make_need(need.region, slots=[{"start_at": start_at}])
