"""The word of the day: a date takes place, or is put off as its plan for rain says, for all its matches at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.errors import Conflict, Invalid, NotAllowed
from accounts.models import AuditEntry, Notification, Outbox, User, Volunteer
from accounts.services.dates import format_date
from matching.enums import EndReason, MatchState, Origin
from matching.models import Hold, Match
from matching.services.day import Came, attest_attendance
from matching.services.invariants import check_invariants
from matching.services.proposals import create_match
from matching.services.rain import postpone_slot, say_slot_goes_ahead
from matching.services.slots import cancel_slot
from regions.enums import SlotRuleKind
from regions.models import Need, Slot, SlotRule
from regions.services.slots import expand_rules
from tests.builders import make_need, make_party, make_slot
from tests.matching import saga as story
from tests.support.outbox import drain_outbox

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
WEEK = timedelta(days=7)


@pytest.fixture
def slot(mowing: Need) -> Slot:
    """The need's date, with a plan for rain."""
    mowing.slots.update(rain="次の日曜")
    return mowing.slots.get()


def told(kind: str) -> set[int]:
    rows = Outbox.objects.filter(topic="accounts.notify", payload__kind=kind)
    return set(rows.values_list("payload__user_id", flat=True))


def assert_holds() -> None:
    assert check_invariants(now=timezone.now()) == []


# It takes place.
def test_going_ahead_is_told_to_both_sides_and_the_guide_of_every_promise(
    mowing: Need, slot: Slot, riders: Volunteer, hana_party: Volunteer, mori: User, ume: User, kenji: User
) -> None:
    story.agreed(mowing, riders, guide=mori, people=5)
    story.confirmed(mowing, hana_party, guide=mori)
    asked = story.asked(story.propose(mowing, make_party()), guide=mori)
    done = say_slot_goes_ahead(slot=slot, actor=kenji, on_behalf_of="佐賀市")
    assert Slot.objects.get(pk=slot.pk).going_ahead_at == done.going_ahead_at is not None
    assert told("date_goes_ahead") == {
        riders.representative_id,
        hana_party.representative_id,
        ume.pk,
        mori.pk,
    }
    assert asked.volunteer.representative_id not in told("date_goes_ahead")
    entry = AuditEntry.objects.get(action="slot.go_ahead")
    assert (entry.actor, entry.on_behalf_of) == (kenji, "佐賀市")


def test_going_ahead_is_said_once(
    mowing: Need, slot: Slot, hana_party: Volunteer, mori: User, ume: User
) -> None:
    story.agreed(mowing, hana_party, guide=mori)
    say_slot_goes_ahead(slot=slot, actor=ume)
    before = Outbox.objects.count()
    with pytest.raises(Conflict, match="slot_goes_ahead"):
        say_slot_goes_ahead(slot=slot, actor=ume)
    assert Outbox.objects.count() == before


def test_what_is_called_off_or_begun_does_not_go_ahead(mowing: Need, slot: Slot, ume: User) -> None:
    with pytest.raises(Conflict, match="slot_begun"):
        say_slot_goes_ahead(slot=slot, actor=ume, now=slot.start_at)
    cancel_slot(slot=slot, actor=ume, reason=EndReason.WEATHER)
    with pytest.raises(Conflict, match="slot_cancelled"):
        say_slot_goes_ahead(slot=slot, actor=ume)
    with pytest.raises(Conflict, match="slot_cancelled"):
        postpone_slot(slot=slot, actor=ume, start_at=slot.start_at + WEEK)


@pytest.mark.parametrize("who", ["yuki", "hana"])
def test_outsider_says_nothing(slot: Slot, who: str, request: pytest.FixtureRequest) -> None:
    user = request.getfixturevalue(who)
    with pytest.raises(NotAllowed, match="role_may_not"):
        say_slot_goes_ahead(slot=slot, actor=user)
    with pytest.raises(NotAllowed, match="role_may_not"):
        postpone_slot(slot=slot, actor=user, start_at=slot.start_at + WEEK)
    assert not AuditEntry.objects.filter(action__startswith="slot.").exists()


# It is put off.
def test_date_is_put_off_for_all_and_answers_and_promises_stand(
    mowing: Need, slot: Slot, riders: Volunteer, hana_party: Volunteer, mori: User, ume: User
) -> None:  # fmt: skip
    promised = story.agreed(mowing, riders, guide=mori, people=5)
    asked = story.asked(story.propose(mowing, hana_party), guide=mori)
    proposed = story.propose(mowing, make_party())
    due = Match.objects.get(pk=promised.pk).due_at
    later = slot.start_at + WEEK
    say_slot_goes_ahead(slot=slot, actor=ume)

    moved = postpone_slot(slot=slot, actor=ume, start_at=later)

    moved.refresh_from_db()
    assert (moved.start_at, moved.end_at - moved.start_at) == (later, timedelta(hours=4))
    assert (moved.moved_from_at, moved.going_ahead_at) == (slot.start_at, None)
    states = [Match.objects.get(pk=match.pk).state for match in (promised, asked, proposed)]
    assert states == [MatchState.AGREED, MatchState.ASKING, MatchState.PROPOSED]
    assert Hold.objects.filter(slot=slot, released_at=None).count() == 6
    assert Match.objects.get(pk=promised.pk).due_at == due + WEEK
    event = promised.events.latest("seq")
    assert (event.move, event.data["from"], event.data["to"]) == (
        "move_date",
        slot.start_at.isoformat(),
        later.isoformat(),
    )
    assert told("date_moved") == {riders.representative_id, hana_party.representative_id, mori.pk}
    assert proposed.volunteer.representative_id not in told("date_moved")  # nobody told it of the proposal
    assert AuditEntry.objects.get(action="slot.postpone").details["to"] == later.isoformat()
    assert Outbox.objects.filter(topic="matching.rescore", payload__need=mowing.pk).exists()
    assert_holds()


def test_who_is_promised_elsewhere_at_the_new_time_is_let_go(
    mowing: Need, slot: Slot, hana_party: Volunteer, mori: User, ume: User
) -> None:
    hana_party.live_limit = 5
    hana_party.save(update_fields=["live_limit"])
    elsewhere = make_need(mowing.region, slots=[{"start_at": slot.start_at + WEEK}])
    other = story.agreed(elsewhere, hana_party, guide=mori)
    here = story.agreed(mowing, hana_party, guide=mori)
    postpone_slot(slot=slot, actor=ume, start_at=slot.start_at + WEEK)
    here.refresh_from_db()
    other.refresh_from_db()
    assert (here.state, here.end_reason) == (MatchState.CANCELLED, EndReason.WEATHER)
    assert other.state == MatchState.AGREED
    assert Hold.objects.filter(slot=slot, released_at=None).count() == 0
    assert_holds()


def test_who_is_busy_then_keeps_the_other_dates(
    mowing: Need, slot: Slot, hana_party: Volunteer, mori: User, ume: User
) -> None:
    hana_party.live_limit = 5
    hana_party.save(update_fields=["live_limit"])
    third = make_slot(mowing, start_at=slot.start_at + 3 * WEEK)
    elsewhere = make_need(mowing.region, slots=[{"start_at": slot.start_at + WEEK}])
    story.agreed(elsewhere, hana_party, guide=mori)
    here = story.propose(mowing, hana_party)
    here.slots.add(third)
    here = story.asked(here, guide=mori)
    postpone_slot(slot=slot, actor=ume, start_at=slot.start_at + WEEK)
    here.refresh_from_db()
    assert (here.state, [each.pk for each in here.slots.all()]) == (MatchState.ASKING, [third.pk])
    assert_holds()


def test_places_that_the_busy_leave_are_owed_to_the_next_in_line(
    mowing: Need, slot: Slot, hana_party: Volunteer, mori: User, ume: User
) -> None:
    third = make_slot(mowing, start_at=slot.start_at + 3 * WEEK)
    elsewhere = make_need(mowing.region, slots=[{"start_at": slot.start_at + 2 * WEEK}])
    story.agreed(elsewhere, hana_party, guide=mori)
    here = story.propose(mowing, hana_party)
    here.slots.add(third)
    story.asked(here, guide=mori)
    owed = Outbox.objects.filter(topic="matching.next_in_line")
    postpone_slot(slot=slot, actor=ume, start_at=slot.start_at + WEEK)
    assert not owed.exists(), "nobody lost it"
    slot.refresh_from_db()
    postpone_slot(slot=slot, actor=ume, start_at=slot.start_at + WEEK)
    assert [row.payload for row in owed] == [{"need": mowing.pk}]


def test_letter_names_the_date_it_is_about(
    mowing: Need, slot: Slot, hana: User, hana_party: Volunteer, mori: User, ume: User
) -> None:
    second, third = (
        make_slot(mowing, start_at=slot.start_at + count * WEEK, rain="翌週") for count in (2, 4)
    )
    match = create_match(
        actor=User.objects.system(), origin=Origin.WORKER, need=mowing, volunteer=hana_party, slots=[slot, second, third]
    )  # fmt: skip
    story.asked(match, guide=mori)
    postpone_slot(slot=second, actor=ume, start_at=second.start_at + WEEK)
    cancel_slot(slot=third, actor=ume, reason=EndReason.WEATHER)

    drain_outbox(now=timezone.now() + timedelta(minutes=1))
    told_of = dict(Notification.objects.filter(user=hana).values_list("kind", "context__date"))
    assert told_of["date_moved"] == format_date(second.start_at + WEEK, "ja")
    assert told_of["date_called_off"] == format_date(third.start_at, "ja")


def test_rule_does_not_bring_the_old_date_back(mowing: Need, ume: User) -> None:
    parameters = {"nth": 2, "weekday": "sun", "months": list(range(1, 13)), "start": "08:00", "end": "12:00"}
    SlotRule.objects.create(
        need=mowing, kind=SlotRuleKind.NTH_WEEKDAY, parameters=parameters, places=5, rain="次の日曜"
    )
    first = expand_rules(actor=ume, need=mowing)[0]
    old = first.start_at
    postpone_slot(slot=first, actor=ume, start_at=old + WEEK)
    assert expand_rules(actor=ume, need=mowing) == []
    assert mowing.slots.get(start_at=old).cancelled_at is not None


def test_without_a_plan_for_rain_nothing_is_put_off(mowing: Need, ume: User) -> None:
    slot = mowing.slots.get()
    with pytest.raises(Conflict, match="no_rain_plan"):
        postpone_slot(slot=slot, actor=ume, start_at=slot.start_at + WEEK)
    assert Slot.objects.get(pk=slot.pk).moved_from_at is None


@pytest.mark.parametrize(
    ("later", "code"),
    [
        (timedelta(0), "not_later"),
        (-timedelta(days=1), "not_later"),
        (timedelta(days=63), "too_late"),
        (-timedelta(days=100), "start_in_past"),
    ],
)
def test_new_time_lies_later_and_not_too_late(slot: Slot, ume: User, later: timedelta, code: str) -> None:
    with pytest.raises(Invalid, match=code):
        postpone_slot(slot=slot, actor=ume, start_at=slot.start_at + later)
    assert Slot.objects.count() == 1


def test_date_is_not_put_onto_another_one_of_the_need(mowing: Need, slot: Slot, ume: User) -> None:
    make_slot(mowing, start_at=slot.start_at + WEEK)
    for start_at in (slot.start_at + WEEK, slot.start_at + WEEK + timedelta(hours=2)):
        with pytest.raises(Conflict, match="slot_twice"):
            postpone_slot(slot=slot, actor=ume, start_at=start_at)


def test_what_is_over_or_on_record_is_not_put_off(
    mowing: Need, slot: Slot, hana_party: Volunteer, mori: User, ume: User
) -> None:
    match = story.confirmed(mowing, hana_party, guide=mori)
    after: datetime = slot.end_at + timedelta(hours=1)
    with pytest.raises(Conflict, match="slot_over"):
        postpone_slot(slot=slot, actor=ume, start_at=after + WEEK, now=after)
    came = Came(people=1, minutes=240, return_given=True)
    attest_attendance(match_id=match.pk, actor=mori, slot=slot, came=came, now=after)
    with pytest.raises(Conflict, match="slot_attested"):
        postpone_slot(slot=slot, actor=ume, start_at=after + WEEK, now=slot.end_at - timedelta(minutes=1))


def test_put_off_date_may_be_put_off_again_and_said_to_take_place(slot: Slot, ume: User) -> None:
    moved = postpone_slot(slot=slot, actor=ume, start_at=slot.start_at + WEEK)
    moved = postpone_slot(slot=moved, actor=ume, start_at=slot.start_at + 2 * WEEK)
    assert say_slot_goes_ahead(slot=moved, actor=ume).going_ahead_at is not None
    off = Slot.objects.exclude(cancelled_at=None).order_by("start_at").values_list("start_at", flat=True)
    assert list(off) == [slot.start_at, slot.start_at + WEEK]


@pytest.mark.parametrize("plan", ["中止", "小雨なら行う", "called off"])
def test_plan_that_names_no_other_day_puts_nothing_off(
    mowing: Need, slot: Slot, ume: User, plan: str
) -> None:
    Slot.objects.filter(pk=slot.pk).update(rain=plan)
    with pytest.raises(Conflict) as refusal:
        postpone_slot(slot=slot, actor=ume, start_at=slot.start_at + timedelta(days=7))
    assert refusal.value.code == "no_rain_plan"
    assert Slot.objects.get(pk=slot.pk).start_at == slot.start_at


def test_date_at_the_end_of_time_is_refused_in_words(slot: Slot, ume: User) -> None:
    with pytest.raises(Invalid) as refusal:
        postpone_slot(slot=slot, actor=ume, start_at=datetime.max.replace(tzinfo=UTC))
    assert refusal.value.code == "too_late"


def test_date_that_was_to_go_ahead_and_is_called_off_does_not_go_ahead(slot: Slot, ume: User) -> None:
    say_slot_goes_ahead(slot=slot, actor=ume)
    cancel_slot(slot=slot, actor=ume, reason=EndReason.WEATHER)
    assert Slot.objects.get(pk=slot.pk).going_ahead_at is None
