"""Dates with promises on them: places changed, a date called off, a need closed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.errors import Conflict, Invalid, NotAllowed
from accounts.models import AuditEntry, Outbox, User, Volunteer
from matching.enums import EndReason, MatchState
from matching.models import Hold, Match, MatchEvent, Relation
from matching.services.day import Came, attest_attendance, complete_match
from matching.services.endings import decline_match
from matching.services.invariants import check_invariants
from matching.services.slots import cancel_slot, close_need, set_slot_places
from regions.enums import NeedStage
from regions.models import Need, Slot
from tests.builders import make_need, make_party, make_slot
from tests.matching import saga as story

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def numbers(slot: Slot) -> list[int]:
    return sorted(Hold.objects.filter(slot=slot, released_at=None).values_list("place", flat=True))


def ended(match: Match) -> tuple[str, str]:
    match.refresh_from_db()
    return match.state, match.end_reason


def assert_holds() -> None:
    assert check_invariants(now=timezone.now()) == []


# Places.
def test_places_are_not_lowered_below_those_held(mowing: Need, mori: User, ume: User) -> None:
    slot = mowing.slots.get()
    story.asked(story.propose(mowing, make_party(size=5)), guide=mori)

    with pytest.raises(Conflict, match="places_held"):
        set_slot_places(slot=slot, actor=ume, places=4)
    set_slot_places(slot=slot, actor=ume, places=5)

    assert (Slot.objects.get(pk=slot.pk).places, numbers(slot)) == (5, [1, 2, 3, 4, 5])


def test_held_places_with_high_numbers_move_to_free_low_ones(mowing: Need, mori: User, ume: User) -> None:
    slot = mowing.slots.get()
    first, second, third = (
        story.asked(story.propose(mowing, make_party(size=2)), guide=mori) for _number in range(3)
    )
    decline_match(match_id=first.pk, actor=mori, reason=EndReason.DATES)

    set_slot_places(slot=slot, actor=ume, places=4)

    assert numbers(slot) == [1, 2, 3, 4]
    assert [Hold.objects.filter(match=m, released_at=None).count() for m in (second, third)] == [2, 2]
    assert_holds()


def test_more_places_let_more_people_come(mowing: Need, mori: User, ume: User) -> None:
    need = make_need(mowing.region, places=1)
    slot = need.slots.get()
    waiting = story.propose(need, make_party())
    story.asked(story.propose(need, make_party()), guide=mori)

    set_slot_places(slot=slot, actor=ume, places=2)

    assert story.asked(waiting, guide=mori).state == MatchState.ASKING


def test_places_are_changed_by_who_may_and_to_something_sensible(mowing: Need, yuki: User, ume: User) -> None:
    slot = mowing.slots.get()

    with pytest.raises(NotAllowed, match="role_may_not"):
        set_slot_places(slot=slot, actor=yuki, places=5)
    with pytest.raises(Invalid, match="places_not_positive"):
        set_slot_places(slot=slot, actor=ume, places=0)
    for places in (1001, 32_768):
        with pytest.raises(Invalid, match="places_wrong"):
            set_slot_places(slot=slot, actor=ume, places=places)

    assert Slot.objects.get(pk=slot.pk).places == 30
    assert not AuditEntry.objects.filter(action="slot.set_places").exists()


# A date is called off.
def test_date_called_off_ends_what_was_for_it_alone(
    mowing: Need, riders: Volunteer, hana_party: Volunteer, mori: User, ume: User
) -> None:  # fmt: skip
    slot = mowing.slots.get()
    proposed = story.propose(mowing, make_party())
    asked = story.asked(story.propose(mowing, hana_party), guide=mori)
    promised = story.agreed(mowing, riders, guide=mori)

    cancel_slot(slot=slot, actor=ume, reason=EndReason.WEATHER, note="台風")

    assert [ended(match) for match in (proposed, asked, promised)] == [
        ("withdrawn", "need_closed"),
        ("withdrawn", "need_closed"),
        ("cancelled", "weather"),
    ]
    assert numbers(slot) == []
    told = Outbox.objects.filter(payload__kind="match_ended").values_list("payload__user_id", flat=True)
    assert set(told) == {hana_party.representative_id, riders.representative_id, mori.pk}
    assert_holds()


def test_match_with_another_date_keeps_that_and_all_who_knew_are_told(
    mowing: Need, hana_party: Volunteer, mori: User, ume: User
) -> None:
    slot = mowing.slots.get()
    later = make_slot(mowing, start_at=slot.start_at + timedelta(days=7))
    match, unknown = story.propose(mowing, hana_party), story.propose(mowing, make_party())
    match.slots.add(later)
    unknown.slots.add(later)
    story.asked(match, guide=mori)

    cancel_slot(slot=slot, actor=ume, reason=EndReason.WEATHER)

    assert (story.state_of(match), numbers(slot), numbers(later)) == (MatchState.ASKING, [], [1])
    assert list(match.slots.all()) == list(unknown.slots.all()) == [later]
    told = Outbox.objects.filter(payload__kind="date_called_off").values_list("payload__user_id", flat=True)
    assert sorted(told) == sorted([hana_party.representative_id, mori.pk, mori.pk])
    event = MatchEvent.objects.filter(match=match).latest("seq")
    assert (event.move, event.actor, event.data["slot"]) == ("drop_date", ume, slot.public_id)
    assert_holds()


def test_promise_is_prepared_until_the_date_that_is_left(
    mowing: Need, hana_party: Volunteer, mori: User, ume: User
) -> None:
    slot = mowing.slots.get()
    later = make_slot(mowing, start_at=slot.start_at + timedelta(days=30))
    match = story.agreed(mowing, hana_party, guide=mori)
    match.slots.add(later)
    Hold.objects.create(match=match, slot=later, place=1)

    cancel_slot(slot=slot, actor=ume, reason=EndReason.WEATHER)

    match.refresh_from_db()
    assert match.due_at == later.start_at - timedelta(days=10)
    assert match.lapse_at == later.start_at - timedelta(days=1)


def test_date_called_off_long_after_it_was_to_be_leaves_a_day_for_the_records(
    mowing: Need, hana_party: Volunteer, mori: User, ume: User
) -> None:
    slot = mowing.slots.get()
    later = make_slot(mowing, start_at=slot.start_at + timedelta(days=7))
    match = story.confirmed(mowing, hana_party, guide=mori)
    match.slots.add(later)
    Hold.objects.create(match=match, slot=later, place=1)
    now = later.end_at + timedelta(days=29)

    cancel_slot(slot=later, actor=ume, reason=EndReason.WEATHER, now=now)

    match.refresh_from_db()
    assert (match.state, match.lapse_at) == (MatchState.CONFIRMED, now + timedelta(days=1))


def test_date_is_called_off_once(mowing: Need, ume: User) -> None:
    slot = mowing.slots.get()
    cancel_slot(slot=slot, actor=ume, reason=EndReason.WEATHER)

    with pytest.raises(Conflict, match="slot_cancelled"):
        cancel_slot(slot=slot, actor=ume, reason=EndReason.WEATHER)

    assert AuditEntry.objects.filter(action="slot.cancel").count() == 1


def confirmed_for_two_dates(need: Need, party: Volunteer, guide: User) -> tuple[Match, Slot, Slot]:
    """Ready; somebody came on the first of two dates."""
    first = need.slots.get()
    later = make_slot(need, start_at=first.start_at + timedelta(days=7))
    match = story.confirmed(need, party, guide=guide)
    match.slots.add(later)
    Hold.objects.create(match=match, slot=later, place=1)
    came = Came(people=1, minutes=200, return_given=True)
    attest_attendance(match_id=match.pk, actor=guide, slot=first, came=came, now=first.end_at)
    return match, first, later


def test_date_that_took_place_cannot_be_called_off(
    mowing: Need, hana_party: Volunteer, mori: User, ume: User
) -> None:
    match, first, _later = confirmed_for_two_dates(mowing, hana_party, mori)

    with pytest.raises(Conflict, match="slot_attested"):
        cancel_slot(slot=first, actor=ume, reason=EndReason.OTHER, now=first.end_at + timedelta(days=1))

    assert (ended(match), numbers(first)) == (("confirmed", ""), [1])
    assert Slot.objects.get(pk=first.pk).cancelled_at is None


def test_match_whose_other_dates_are_on_record_is_left_to_its_completion(
    mowing: Need, hana_party: Volunteer, mori: User, ume: User
) -> None:
    match, first, later = confirmed_for_two_dates(mowing, hana_party, mori)
    at = first.end_at + timedelta(days=1)

    cancel_slot(slot=later, actor=ume, reason=EndReason.WEATHER, now=at)
    before = ended(match)
    complete_match(match_id=match.pk, actor=mori, now=at)

    assert (before, ended(match)) == (("confirmed", ""), ("completed", ""))
    assert Relation.objects.get(volunteer=hana_party, region=mowing.region).kept == 1


def test_date_is_called_off_for_a_reason_that_dates_have(mowing: Need, ume: User) -> None:
    for reason in (EndReason.NO_SHOW, EndReason.NO_RECORD, EndReason.REDATED):
        with pytest.raises(Invalid, match="reason_unknown"):
            cancel_slot(slot=mowing.slots.get(), actor=ume, reason=reason)

    assert mowing.slots.get().cancelled_at is None


# On whose behalf.
def test_entries_about_dates_and_needs_name_for_whom_in_every_match(
    mowing: Need, hana_party: Volunteer, riders: Volunteer, mori: User, kenji: User
) -> None:
    later = make_slot(mowing, start_at=mowing.slots.get().start_at + timedelta(days=7), places=20)
    one, two = story.propose(mowing, hana_party), story.propose(mowing, riders)
    two.slots.add(later)
    ume_says = {"actor": kenji, "on_behalf_of": "梅さん（電話）"}

    set_slot_places(slot=later, places=21, **ume_says)
    cancel_slot(slot=mowing.slots.order_by("start_at")[0], reason=EndReason.WEATHER, **ume_says)
    close_need(need=mowing, **ume_says)

    assert [each.events.latest("seq").on_behalf_of for each in (one, two)] == ["梅さん（電話）"] * 2
    assert two.events.get(move="drop_date").on_behalf_of == "梅さん（電話）"
    entered = AuditEntry.objects.filter(action__in=["slot.set_places", "slot.cancel"])
    assert set(entered.values_list("on_behalf_of", flat=True)) == {"梅さん（電話）"}


def test_outsider_calls_nothing_off(mowing: Need, hana_party: Volunteer, mori: User, yuki: User) -> None:
    match = story.asked(story.propose(mowing, hana_party), guide=mori)

    with pytest.raises(NotAllowed):
        cancel_slot(slot=mowing.slots.get(), actor=yuki, reason=EndReason.WEATHER)
    with pytest.raises(NotAllowed):
        close_need(need=mowing, actor=yuki)

    assert (story.state_of(match), Slot.objects.get(need=mowing).cancelled_at) == (MatchState.ASKING, None)


def test_unknown_reason_changes_nothing(mowing: Need, riders: Volunteer, mori: User, ume: User) -> None:
    match = story.agreed(mowing, riders, guide=mori)

    with pytest.raises(Invalid, match="reason_unknown"):
        cancel_slot(slot=mowing.slots.get(), actor=ume, reason=EndReason.REDATED)

    assert (story.state_of(match), Slot.objects.get(need=mowing).cancelled_at) == (MatchState.AGREED, None)


# The need closes.
def test_closing_withdraws_what_is_not_promised_and_lets_promises_stand(
    mowing: Need, riders: Volunteer, hana_party: Volunteer, mori: User, ume: User
) -> None:  # fmt: skip
    proposed = story.propose(mowing, make_party())
    asked = story.asked(story.propose(mowing, hana_party), guide=mori)
    promised = story.agreed(mowing, riders, guide=mori)

    closed = close_need(need=mowing, actor=ume)

    assert closed.stage == NeedStage.CLOSED
    assert [ended(match) for match in (proposed, asked, promised)] == [
        ("withdrawn", "need_closed"),
        ("withdrawn", "need_closed"),
        ("agreed", ""),
    ]
    assert len(numbers(mowing.slots.get())) == promised.people
    assert_holds()


@pytest.mark.parametrize("act", ["close", "call off"])
def test_administrator_may_take_down_a_need_with_open_proposals(
    mowing: Need, hana_party: Volunteer, mori: User, admin: User, act: str
) -> None:
    match = story.asked(story.propose(mowing, hana_party), guide=mori)

    if act == "close":
        close_need(need=mowing, actor=admin)
    else:
        cancel_slot(slot=mowing.slots.get(), actor=admin, reason=EndReason.SAFETY)

    assert ended(match) == ("withdrawn", "need_closed")
    assert_holds()
