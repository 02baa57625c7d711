"""Dates are added and written out by rule, each once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from accounts.errors import Conflict, Invalid, NotAllowed
from accounts.models import AuditEntry, Outbox, User
from regions.enums import NeedMode, NeedStage
from regions.models import Need, Slot, SlotRule
from regions.selectors.needs import coming_slots
from regions.services.inputs import SlotInput, SlotRuleInput
from regions.services.slots import RULES_MAX, add_rule, add_slot, expand_all, expand_rules, write_slot_places
from regions.tasks import sweep_slots
from tests.cast import at_tokyo, make_need, make_region, sunday_ahead

pytestmark = pytest.mark.django_db
EVERY_SUNDAY = {
    "from": "01-01",
    "until": "12-31",
    "weekdays": ["sun"],
    "start": "09:00",
    "end": "11:00",
}


def a_slot(**changes) -> SlotInput:
    start = at_tokyo(sunday_ahead(90), 8)
    return SlotInput(**({"start_at": start, "end_at": start + timedelta(hours=4), "places": 12} | changes))


@pytest.fixture
def ruled(mowing) -> Need:
    SlotRule.objects.create(need=mowing, kind="date_window", parameters=EVERY_SUNDAY, places=6, rain="中止")
    return mowing


def test_date_is_added_to_an_open_need_and_looked_at(mowing, ume):
    slot = add_slot(actor=ume, need=mowing, slot=a_slot())
    slot.refresh_from_db()
    assert (slot.need, slot.places, slot.start_at) == (mowing, 12, a_slot().start_at)
    assert Outbox.objects.get().payload == {"need": mowing.pk}
    assert AuditEntry.objects.get().details["slot"] == slot.public_id


def from_afar(now: datetime, **changes) -> SlotInput:
    values = {"start_at": now - timedelta(days=20), "end_at": now + timedelta(days=9), "is_remote": True}
    return a_slot(**(values | changes))


def test_help_from_afar_that_runs_is_added_until_a_day_before_its_end(saga, ume):
    now, need = timezone.now(), make_need(saga, mode=NeedMode.REMOTE, slots=[])
    with pytest.raises(Invalid) as caught:
        add_slot(actor=ume, need=need, slot=from_afar(now, end_at=now + timedelta(hours=23)))
    assert caught.value.code == "end_too_soon"
    running = add_slot(actor=ume, need=need, slot=from_afar(now))
    late = from_afar(now, start_at=now - timedelta(days=3), end_at=now + timedelta(hours=25))
    last = add_slot(actor=ume, need=need, slot=late)
    assert list(coming_slots()) == [running, last]


def test_rule_from_afar_gives_the_running_month_once(saga, ume):
    today, need = timezone.localdate(), make_need(saga, mode=NeedMode.REMOTE, slots=[])
    rule = SlotRuleInput(kind="remote_window", places=3, parameters={"months": [today.month]})
    add_rule(actor=ume, need=need, rule=rule)
    first = need.slots.order_by("start_at")[0]
    ends_on = (today.replace(day=1) + timedelta(days=31)).replace(day=1)
    has_room = at_tokyo(ends_on, 0) - timezone.now() > timedelta(hours=24)
    assert (timezone.localdate(first.start_at) == today.replace(day=1)) is has_room
    assert expand_rules(actor=ume, need=need) == []


def test_same_date_twice_is_refused(mowing, ume):
    add_slot(actor=ume, need=mowing, slot=a_slot())
    with pytest.raises(Conflict) as caught:
        add_slot(actor=ume, need=mowing, slot=a_slot(places=3))
    assert caught.value.code == "slot_twice"
    assert mowing.slots.count() == 2


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"places": 0}, "places_wrong"),
        ({"places": True}, "places_wrong"),
        ({"end_at": at_tokyo(sunday_ahead(80), 8)}, "end_before_start"),
        ({"start_at": timezone.now() - timedelta(minutes=1)}, "start_in_past"),
        ({"is_remote": True}, "remote_not_wanted"),
        ({"nights": -1}, "number_wrong"),
    ],
)
def test_wrong_date_is_refused(mowing, ume, changes, code):
    with pytest.raises(Invalid) as caught:
        add_slot(actor=ume, need=mowing, slot=a_slot(**changes))
    assert caught.value.code == code
    assert mowing.slots.count() == 1


def test_strangers_and_closed_needs_get_no_dates(mowing, ume, yuki):
    with pytest.raises(NotAllowed):
        add_slot(actor=yuki, need=mowing, slot=a_slot())
    Need.objects.filter(pk=mowing.pk).update(stage=NeedStage.CLOSED)
    with pytest.raises(Conflict) as caught:
        add_slot(actor=ume, need=mowing, slot=a_slot())
    assert caught.value.code == "need_closed"
    assert mowing.slots.count() == 1


def test_rule_is_added_with_its_dates(mowing, kenji):
    rule = SlotRuleInput(kind="date_window", parameters=EVERY_SUNDAY, places=6)
    made = add_rule(actor=kenji, need=mowing, rule=rule)
    assert made.slots.count() in {57, 58}
    assert Outbox.objects.count() == 1
    assert AuditEntry.objects.get().action == "need.add_rule"


def test_rule_is_refused_to_strangers_when_wrong_and_when_too_many(mowing, ume, yuki):
    good = SlotRuleInput(kind="date_window", parameters=EVERY_SUNDAY, places=6)
    with pytest.raises(NotAllowed):
        add_rule(actor=yuki, need=mowing, rule=good)
    with pytest.raises(Invalid) as caught:
        add_rule(actor=ume, need=mowing, rule=SlotRuleInput(kind="date_window", places=6))
    assert caught.value.code == "rule_wrong"
    for _ in range(RULES_MAX):
        SlotRule.objects.create(need=mowing, kind="fixed", places=1)
    with pytest.raises(Conflict) as conflict:
        add_rule(actor=ume, need=mowing, rule=good)
    assert conflict.value.code == "rules_full"


def test_expanding_twice_writes_each_date_once(ruled):
    worker = User.objects.system()
    first = expand_rules(actor=worker, need=ruled)
    assert len(first) in {57, 58}
    assert {(slot.places, slot.rain) for slot in first} == {(6, "中止")}
    assert expand_rules(actor=worker, need=ruled) == []
    assert Outbox.objects.count() == 1
    assert AuditEntry.objects.count() == 1


def test_expanding_brings_back_no_date_that_was_called_off(ruled):
    worker = User.objects.system()
    slot = expand_rules(actor=worker, need=ruled)[0]
    Slot.objects.filter(pk=slot.pk).update(cancelled_at=timezone.now())
    assert expand_rules(actor=worker, need=ruled) == []
    assert Slot.objects.filter(start_at=slot.start_at).count() == 1


def test_next_month_adds_only_its_new_dates(ruled):
    worker = User.objects.system()
    today = timezone.localdate()
    near = expand_rules(actor=worker, need=ruled, from_on=today, horizon_days=27)
    far = expand_rules(actor=worker, need=ruled, from_on=today, horizon_days=55)
    assert len(near) in {3, 4}
    assert len(far) == 4
    assert not {slot.start_at for slot in near} & {slot.start_at for slot in far}


def test_past_from_day_writes_no_past_date(ruled, admin):
    made = expand_rules(actor=admin, need=ruled, from_on=timezone.localdate() - timedelta(days=60))
    assert made
    assert all(slot.start_at > timezone.now() for slot in made)


def test_closed_need_and_strangers_expand_nothing(ruled, yuki, admin):
    with pytest.raises(NotAllowed):
        expand_rules(actor=yuki, need=ruled)
    Need.objects.filter(pk=ruled.pk).update(stage=NeedStage.CLOSED)
    assert expand_rules(actor=admin, need=ruled) == []
    assert ruled.slots.count() == 1


def test_places_are_written_and_looked_at(mowing):
    slot = write_slot_places(slot=mowing.slots.get(), places=5)
    slot.refresh_from_db()
    assert slot.places == 5
    assert Outbox.objects.get().payload == {"need": mowing.pk}


def test_sweep_expands_each_need_with_rules_once(ruled):
    closed = make_need(make_region(), stage=NeedStage.CLOSED, slots=[])
    hearing = make_need(make_region(), stage=NeedStage.HEARING, slots=[])
    for need in (closed, hearing):
        SlotRule.objects.create(need=need, kind="date_window", parameters=EVERY_SUNDAY, places=6)
        SlotRule.objects.create(need=need, kind="remote_window", parameters={"months": [1]}, places=6)
    assert sweep_slots() in range(57 + 58, 58 + 60 + 1)
    assert expand_all(actor=User.objects.system()) == 0
    assert not closed.slots.exists()
    assert hearing.slots.filter(is_remote=True).exists()


def test_nobody_but_the_worker_sweeps(ruled, yuki):
    with pytest.raises(NotAllowed):
        expand_all(actor=yuki)
    assert ruled.slots.count() == 1
