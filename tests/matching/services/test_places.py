"""Held places by number, and people at overlapping hours."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.errors import Conflict
from accounts.models import User, Volunteer
from matching.models import Hold, Match
from matching.services.places import (
    free_places,
    hold_places,
    overbooked_slots,
    overlapping_matches,
    release_places,
)
from matching.services.review import name_people
from regions.models import Need, Slot
from tests.builders import make_need, make_party, make_slot
from tests.matching import saga as story

pytestmark = pytest.mark.django_db


def numbers(slot: Slot) -> list[int]:
    return sorted(Hold.objects.filter(slot=slot, released_at=None).values_list("place", flat=True))


def test_freed_numbers_are_held_again(mowing: Need, mori: User) -> None:
    slot = mowing.slots.get()
    first, second, third = (story.propose(mowing, make_party(size=2)) for _number in range(3))
    now = timezone.now()
    hold_places(first, now=now)
    hold_places(second, now=now)

    assert release_places(first, now=now) == 2
    hold_places(third, now=now)

    assert numbers(slot) == [1, 2, 3, 4]
    assert free_places([slot]) == {slot.pk: 26}
    assert Hold.objects.filter(match=first).exclude(released_at=None).count() == 2


def test_party_too_many_for_one_of_its_dates_holds_in_none(mowing: Need) -> None:
    match = story.propose(mowing, make_party(size=3))
    tight = make_slot(mowing, start_at=mowing.slots.get().start_at + timedelta(days=7), places=2)
    match.slots.add(tight)

    with pytest.raises(Conflict, match="places_taken"):
        hold_places(match, now=timezone.now())

    assert not Hold.objects.exists()


def test_called_off_date_is_not_held(mowing: Need) -> None:
    match = story.propose(mowing, make_party())
    mowing.slots.update(cancelled_at=timezone.now())

    with pytest.raises(Conflict, match="slot_cancelled"):
        hold_places(match, now=timezone.now())


@pytest.mark.parametrize(
    ("later_and_long", "overlaps"),
    [
        ((0, 240), True),
        ((239, 60), True),
        ((240, 60), False),  # back to back
        ((-60, 60), False),
        ((-60, 61), True),
        ((60, 30), True),  # inside
        ((-60, 600), True),  # around
    ],
)
def test_overlap_is_half_open(
    mowing: Need, hana_party: Volunteer, mori: User, later_and_long: tuple[int, int], overlaps: bool
) -> None:
    later, long = later_and_long  # minutes
    begins = mowing.slots.get().start_at + timedelta(minutes=later)
    ends = begins + timedelta(minutes=long)
    other = make_need(mowing.region, slots=[{"start_at": begins, "end_at": ends}])
    story.asked(story.propose(mowing, hana_party), guide=mori)
    match = story.propose(other, hana_party)

    assert overlapping_matches(match, [hana_party.representative_id]).exists() is overlaps


def test_help_from_afar_overlaps_nothing(mowing: Need, hana_party: Volunteer, mori: User) -> None:
    slot = mowing.slots.get()
    window = {
        "start_at": slot.start_at - timedelta(days=9),
        "end_at": slot.end_at + timedelta(days=9),
        "is_remote": True,
    }
    story.asked(story.propose(mowing, hana_party), guide=mori)

    done = story.asked(story.propose(make_need(mowing.region, slots=[window]), hana_party), guide=mori)

    assert done.state == "asking"


def test_proposals_and_endings_keep_nobody_busy(mowing: Need, hana_party: Volunteer, mori: User) -> None:
    same_hours = {"start_at": mowing.slots.get().start_at}
    story.propose(mowing, hana_party)
    ended = story.asked(story.propose(make_need(mowing.region, slots=[same_hours]), hana_party), guide=mori)
    story.both_answer(ended, "meet")
    story.met(ended, guide=mori, outcome="dropped")

    done = story.asked(story.propose(make_need(mowing.region, slots=[same_hours]), hana_party), guide=mori)

    assert done.state == "asking"


def test_member_busy_elsewhere_cannot_be_named_after_the_approval(
    mowing: Need, hana: User, hana_party: Volunteer, mori: User
) -> None:
    party = make_party(size=2, members=[hana])
    other = make_need(mowing.region, slots=[{"start_at": mowing.slots.get().start_at}])
    story.asked(story.propose(mowing, hana_party), guide=mori)
    match = story.asked(story.propose(other, party), guide=mori)

    with pytest.raises(Conflict, match="person_busy"):
        name_people(match_id=match.pk, actor=party.representative, users=[hana])

    assert list(match.named_people.values_list("user_id", flat=True)) == [party.representative_id]


def test_busy_member_named_before_the_approval_stops_it(
    mowing: Need, hana: User, hana_party: Volunteer, mori: User
) -> None:
    party = make_party(size=2, members=[hana])
    other = make_need(mowing.region, slots=[{"start_at": mowing.slots.get().start_at}])
    match = story.propose(other, party)
    name_people(match_id=match.pk, actor=party.representative, users=[hana])
    story.asked(story.propose(mowing, hana_party), guide=mori)

    with pytest.raises(Conflict, match="person_busy"):
        story.asked(match, guide=mori)

    assert Match.objects.get(pk=match.pk).state == "proposed"


def test_overbooked_slots_are_found_by_count_and_by_number(mowing: Need, saga: object) -> None:
    by_number = mowing.slots.get()
    other = make_need(mowing.region, places=1)
    by_count = other.slots.get()
    match = story.propose(mowing, make_party())
    Hold.objects.create(match=match, slot=by_number, place=31)
    Hold.objects.create(match=match, slot=by_count, place=1)
    before = overbooked_slots()
    by_count.places = 1
    Hold.objects.create(match=match, slot=by_count, place=2)

    assert (before, overbooked_slots()) == ([by_number.pk], sorted([by_number.pk, by_count.pk]))
