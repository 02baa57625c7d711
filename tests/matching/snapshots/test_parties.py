"""The city side on its way into the engine: nothing invented, nothing lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.enums import AbilityLevel, PartyKind
from accounts.models import Ability, Absence, Availability, HeldQualification, User, Volunteer
from matching.engine import AvailabilityRule, ParticipantRow, Transport
from matching.enums import EndReason, MatchState, Side
from matching.models import Block, Match, Relation
from matching.services.endings import decline_match, redate_match, withdraw_match
from matching.services.proposals import apply_for_need, invite_party, suggest_match
from matching.services.review import reject_match
from matching.snapshots.parties import kept_micro
from regions.enums import NeedMode
from regions.models import Need
from tests.cast import (
    make_asset_kind,
    make_need,
    make_party,
    make_qualification,
    make_region,
    make_slot,
    make_work_kind,
)
from tests.matching import saga as story
from tests.matching.looking import look, minutes, party_row

pytestmark = pytest.mark.django_db


def test_party_becomes_a_row_with_all_its_facts() -> None:
    party = make_party(
        size=4, min_people=2, abilities=(), wishes=(("trail_mtb", 3), ("onsen", 1)), has_minors=True,
        youngest_age=11, travel_limit_minutes=90, day_trip_limit_minutes=60, load_limit=2, live_limit=5,
        transport="public", remote_ok=True,
    )  # fmt: skip
    Ability.objects.create(volunteer=party, work_kind=make_work_kind("waterway"), level="willing", people=3)
    held = make_qualification("brushcutter")
    today = timezone.localdate()
    HeldQualification.objects.create(
        volunteer=party, qualification=held, people=2, expires_on=today + timedelta(9)
    )
    Absence.objects.create(volunteer=party, from_on=today - timedelta(3), until_on=today + timedelta(1))
    party.availabilities.update(weekdays=0b1100000, months=0b11, parts=1, from_minute=540, until_minute=None)
    assert party_row(party) == ParticipantRow(
        id=party.pk,
        public_id=party.public_id,
        size=4,
        min_people=2,
        abilities=((make_work_kind("waterway").bit, 3),),
        wishes=tuple(sorted([(make_asset_kind("trail_mtb").bit, 3), (make_asset_kind("onsen").bit, 1)])),
        qualifications=((held.pk, 2, 9),),
        availability=(AvailabilityRule(weekdays=0b1100000, months=0b11, parts=1, from_minute=540),),
        except_days=frozenset({0, 1}),
        zone=0,
        transport=Transport.PUBLIC,
        travel_limit_minutes=90,
        day_trip_limit_minutes=60,
        youngest_age=None,  # a group chooses who comes
        has_minors=False,
        is_group=True,
        load_limit=2,
        kept_micro=500_000,
        remote_ok=True,
        beginner=True,
        newcomer=True,
        remaining_load=5,
        people=frozenset({party.representative_id}),
    )


def test_absence_ends_with_the_horizon() -> None:
    party = make_party()
    today = timezone.localdate()
    Absence.objects.create(volunteer=party, from_on=today + timedelta(398), until_on=today + timedelta(9999))
    assert party_row(party).except_days == frozenset({398, 399})


def test_availability_is_the_union_of_rules_in_one_order() -> None:
    party = make_party()
    Availability.objects.create(volunteer=party, weekdays=1, from_minute=None, until_minute=600)
    Availability.objects.create(volunteer=party, weekdays=1, from_minute=60, until_minute=600)
    assert party_row(party).availability == (
        AvailabilityRule(weekdays=1, until_minute=600),
        AvailabilityRule(weekdays=1, from_minute=60, until_minute=600),
        AvailabilityRule(),
    )


def test_paused_party_is_not_looked_at(hana_party: Volunteer, riders: Volunteer) -> None:
    Volunteer.objects.filter(pk=riders.pk).update(is_active=False)
    assert [row.id for row in look().participants] == [hana_party.pk]


def test_holding_match_makes_its_party_and_its_leader_busy(
    mowing: Need, riders: Volunteer, hana_party: Volunteer, mori
) -> None:
    alone = make_party(riders.representative, name="Harada alone")
    slot = mowing.slots.get()
    proposed = story.propose(mowing, riders)
    assert party_row(riders).busy == ()
    story.asked(proposed, guide=mori)
    assert party_row(riders).busy == (minutes(slot),)
    assert party_row(alone).busy == (minutes(slot),)
    assert party_row(hana_party).busy == ()
    assert slot.start_at - timezone.now() < timedelta(days=80)


def test_help_from_afar_makes_nobody_busy(saga, hana_party: Volunteer, mori) -> None:
    need = make_need(saga, mode=NeedMode.REMOTE, slots=[{"is_remote": True}])
    story.asked(story.propose(need, hana_party), guide=mori)
    assert party_row(hana_party).busy == ()


def test_live_match_uses_load_and_is_not_proposed_again(mowing: Need, riders: Volunteer) -> None:
    story.propose(mowing, riders)
    row = party_row(riders)
    assert (row.remaining_load, row.live_need_ids) == (2, frozenset({mowing.pk}))


def test_rejected_pair_is_left_alone_for_a_year(mowing: Need, riders: Volunteer, mori) -> None:
    match = story.propose(mowing, riders)
    reject_match(match_id=match.pk, actor=mori, reason=EndReason.DATES)
    assert party_row(riders).live_need_ids == {mowing.pk}
    assert party_row(riders).remaining_load == 3
    later = look(now=timezone.now() + timedelta(days=366))
    assert party_row(riders, later).live_need_ids == frozenset()


def test_pair_that_nobody_reviewed_may_come_again(mowing: Need, riders: Volunteer) -> None:
    match = story.propose(mowing, riders)
    Match.objects.filter(pk=match.pk).update(
        state=MatchState.LAPSED, end_reason=EndReason.NOT_REVIEWED, ended_at=timezone.now(), lapse_at=None
    )
    assert party_row(riders).live_need_ids == frozenset()
    Match.objects.filter(pk=match.pk).update(end_reason=EndReason.NO_ANSWER)
    assert party_row(riders).live_need_ids == {mowing.pk}


def test_party_that_stepped_back_is_left_alone(mowing: Need, riders: Volunteer, harada, mori) -> None:
    match = story.asked(story.propose(mowing, riders), guide=mori)
    withdraw_match(match_id=match.pk, actor=harada, reason=EndReason.CHANGED_PLANS)
    assert party_row(riders).live_need_ids == {mowing.pk}


@pytest.mark.parametrize(
    ("reason", "again"),
    [(EndReason.DISTANCE, False), (EndReason.NEED_CLOSED, True), (EndReason.REDATED, True)],
)
def test_taken_back_is_a_no_unless_the_date_went_away(mowing, riders, reason: EndReason, again: bool) -> None:
    match = story.propose(mowing, riders)
    Match.objects.filter(pk=match.pk).update(
        state=MatchState.WITHDRAWN, end_reason=reason, ended_at=timezone.now(), lapse_at=None
    )
    assert (mowing.pk not in party_row(riders).live_need_ids) is again


def test_relations_say_who_is_known_and_whose_word_was_kept(saga, riders, hana_party, yuki_party) -> None:
    other = make_region()
    Relation.objects.create(volunteer=riders, region=saga, promised=4, kept=4, days=4)
    Relation.objects.create(volunteer=riders, region=other, promised=1, kept=0)
    Relation.objects.create(volunteer=hana_party, region=saga, promised=1, kept=0)
    inputs = look()
    mean = 5 * 1_000_000 // 8  # (4 + 1) of (6 + 2)
    assert party_row(riders, inputs).known_regions == {saga.pk}
    assert party_row(riders, inputs).kept_micro == (4_000_000 + 3 * mean) // 8
    assert party_row(hana_party, inputs).kept_micro == 3 * mean // 4
    assert party_row(yuki_party, inputs).kept_micro == mean
    assert {row.id for row in inputs.participants if row.newcomer} == {yuki_party.pk}


def test_people_are_the_leader_and_the_members_by_name(hana: User, hana_party: Volunteer) -> None:
    group = make_party(size=5, members=[hana])
    assert party_row(group).people == {group.representative_id, hana.pk}
    assert party_row(hana_party).people == {hana.pk}


def test_promise_ties_before_the_first_visit_and_a_question_does_not(mowing: Need, riders, mori) -> None:
    match = story.asked(story.propose(mowing, riders), guide=mori)
    assert (party_row(riders).agreed_regions, party_row(riders).known_regions) == (frozenset(), frozenset())
    for state in (MatchState.AGREED, MatchState.CONFIRMED):
        Match.objects.filter(pk=match.pk).update(state=state)
        assert party_row(riders).agreed_regions == {mowing.region_id}
        assert party_row(riders).known_regions == frozenset()


def test_kept_word_is_shrunk_towards_the_mean() -> None:
    assert kept_micro(kept=1, promised=1, mean_micro=800_000) == 850_000
    assert kept_micro(kept=0, promised=0, mean_micro=800_000) == 800_000
    few, many = (kept_micro(kept=n, promised=n, mean_micro=500_000) for n in (1, 20))
    assert 500_000 < few < many < 1_000_000


def test_block_of_either_side_counts(saga, riders: Volunteer, ume) -> None:
    Block.objects.create(volunteer=riders, region=saga, side=Side.REGION, made_by=ume)
    assert party_row(riders).blocked_regions == {saga.pk}


@pytest.mark.parametrize(("level", "beginner"), [("willing", True), ("able", False)])
def test_beginner_is_who_can_do_nothing_yet(level: str, beginner: bool) -> None:
    party = make_party(abilities=())
    for code, each in (("grass_hand", "willing"), ("waterway", level)):
        Ability.objects.create(volunteer=party, work_kind=make_work_kind(code), level=AbilityLevel(each))
    assert party_row(party).beginner is beginner


def test_household_counts_as_a_group() -> None:
    assert party_row(make_party(kind=PartyKind.HOUSEHOLD, size=3)).is_group


# Whose turn it is.
def turn(party: Volunteer, *, days: int = 0) -> tuple[tuple[int, ...], int | None]:
    """Days since it was asked, days since it came, so many days from now."""
    row = party_row(party, look(now=timezone.now() + timedelta(days=days)))
    return row.asked_days_ago, row.came_days_ago


def test_who_was_never_asked_and_never_came_has_had_no_turn(hana_party: Volunteer) -> None:
    assert turn(hana_party) == ((), None)


def test_proposal_is_a_contact_while_it_waits_and_once_it_was_asked(
    mowing: Need, hana_party: Volunteer, mori
) -> None:
    match = story.propose(mowing, hana_party)
    Match.objects.filter(pk=match.pk).update(created_at=timezone.now() - timedelta(days=9))
    assert turn(hana_party) == ((9,), None)
    story.asked(match, guide=mori)
    assert turn(hana_party) == ((0,), None)
    assert turn(hana_party, days=29) == ((29,), None)
    assert turn(hana_party, days=31) == ((31,), None)


def test_what_was_turned_down_before_it_reached_the_party_is_no_contact(
    mowing: Need, hana_party: Volunteer, mori
) -> None:
    match = story.propose(mowing, hana_party)
    reject_match(match_id=match.pk, actor=mori, reason=EndReason.DATES)
    assert turn(hana_party) == ((), None)


def test_a_no_of_the_party_was_a_contact(mowing: Need, hana_party: Volunteer, hana, mori) -> None:
    match = story.asked(story.propose(mowing, hana_party), guide=mori)
    decline_match(match_id=match.pk, actor=hana, reason=EndReason.DATES)
    assert turn(hana_party) == ((0,), None)


def test_what_a_party_applies_for_is_its_own_affair(mowing: Need, hana_party: Volunteer, hana, mori) -> None:
    match = apply_for_need(actor=hana, need=mowing, volunteer=hana_party, slots=mowing.slots.all())
    story.asked(match, guide=mori)
    assert turn(hana_party) == ((), None)


def test_what_a_guide_suggests_and_a_community_invites_to_are_contacts(
    mowing: Need, saga, hana_party: Volunteer, mori, ume
) -> None:
    suggest_match(actor=mori, need=mowing, volunteer=hana_party, slots=mowing.slots.all())
    other = make_need(saga)
    invite_party(actor=ume, need=other, volunteer=hana_party, slots=other.slots.all())
    assert turn(hana_party)[0] == (0, 0)


@pytest.mark.parametrize("was_asked", [True, False])
def test_other_dates_are_the_same_contact(mowing: Need, hana_party: Volunteer, mori, was_asked: bool) -> None:
    match = story.propose(mowing, hana_party)
    if was_asked:
        story.asked(match, guide=mori)
    later = make_slot(mowing, start_at=mowing.slots.get().start_at + timedelta(days=14))
    redate_match(match_id=match.pk, actor=mori, slots=[later], on_behalf_of="地区")
    assert turn(hana_party)[0] == (0,)


def test_who_is_asked_by_a_community_it_knows_has_had_no_turn_elsewhere(
    mowing: Need, saga, hana_party: Volunteer, mori
) -> None:
    day = timezone.localdate() - timedelta(days=80)
    Relation.objects.create(volunteer=hana_party, region=saga, promised=1, kept=1, days=1, last_on=day)
    story.asked(story.propose(mowing, hana_party), guide=mori)
    assert turn(hana_party) == ((), 80)


def test_who_came_lately_has_had_a_turn(hana_party: Volunteer, saga) -> None:
    today = timezone.localdate()
    for region, days_ago, days in ((saga, 12, 2), (make_region(), 3, 0), (make_region(), 40, 1)):
        Relation.objects.create(
            volunteer=hana_party, region=region, promised=2, kept=1, days=days,
            last_on=today - timedelta(days=days_ago),
        )  # fmt: skip
    assert turn(hana_party) == ((), 12)
