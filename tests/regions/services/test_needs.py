"""Posting a need and keeping its words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.errors import Conflict, Invalid, NotAllowed
from accounts.models import AuditEntry, Outbox
from regions.enums import Compensation, NeedMode, NeedStage
from regions.models import Need, Slot
from regions.services.inputs import RequirementInput, SlotInput, SlotRuleInput, WorkInput
from regions.services.needs import post_need, update_need
from regions.services.stages import advance_need, open_need
from tests.cast import (
    at_tokyo,
    make_hazard,
    make_need,
    make_offer,
    make_qualification,
    make_region,
    make_slot,
    make_work_kind,
    sunday_ahead,
)

pytestmark = pytest.mark.django_db


def a_slot(**changes) -> SlotInput:
    start = at_tokyo(sunday_ahead(), 8)
    values = {"start_at": start, "end_at": start + timedelta(hours=4), "places": 30}
    return SlotInput(**(values | changes))


RULE = {"nth": 2, "weekday": "sun", "months": list(range(1, 13)), "start": "08:00", "end": "12:00"}


@pytest.fixture
def words(db) -> dict:
    make_work_kind("grass_brushcutter")
    make_qualification("brushcutter")
    make_hazard("heat")
    return dict(
        title="夏の草刈り",
        story="夏は二週間で元に戻ります。",
        work=[WorkInput(code="grass_brushcutter", weight=3)],
        compensation=Compensation.NONE,
        on_site_lead="区役の世話役",
        local_hands=10,
        hazards=["heat"],
        qualifications=[RequirementInput(code="brushcutter", level="recommended", note="当日の朝に教えます")],
        bring=["長靴"],
        min_age=15,
        slots=[a_slot()],
    )


def test_need_is_stored_as_a_consultation_with_all_it_says(saga, ume, trails, words):
    need = post_need(actor=ume, region=saga, offers=[trails.public_id], **words)
    need.refresh_from_db()
    assert (need.title, need.stage, need.local_hands, need.bring) == (
        "夏の草刈り",
        NeedStage.CONSULTING,
        10,
        ["長靴"],
    )
    assert (need.posted_by, need.posted_for) == (ume, "")
    assert list(need.work.values_list("work_kind__code", "weight")) == [("grass_brushcutter", 3)]
    assert list(need.qualifications.values_list("qualification__code", "level")) == [
        ("brushcutter", "recommended")
    ]
    assert [hazard.code for hazard in need.hazards.all()] == ["heat"]
    assert list(need.offers.all()) == [trails]
    assert [(slot.places, slot.start_at) for slot in need.slots.all()] == [(30, at_tokyo(sunday_ahead(), 8))]


def told() -> set[tuple[str, int]]:
    rows = Outbox.objects.filter(topic="accounts.notify")
    return {(row.payload["kind"], row.payload["user_id"]) for row in rows}


def test_consultation_is_on_record_and_not_matched_yet(saga, ume, words):
    need = post_need(actor=ume, region=saga, **words)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target_id, entry.on_behalf_of) == ("need.post", need.public_id, "")
    assert not Outbox.objects.filter(topic="matching.rescore").exists()


def test_community_with_a_guide_gets_a_receipt_whoever_entered_it(saga, kenji, mori, admin, words):
    post_need(actor=kenji, region=saga, **words)
    assert told() == {("need_received", saga.representatives.get().user_id)}


def test_community_without_a_guide_and_administrators_are_told_once(saga, ume, kenji, admin, words):
    need = post_need(actor=kenji, region=saga, **words)
    expected = {("need_uncovered", ume.pk), ("need_uncovered", kenji.pk), ("need_uncovered_admin", admin.pk)}
    assert told() == expected
    advance_need(actor=kenji, need=need, to=NeedStage.HEARING)
    advance_need(actor=kenji, need=need, to=NeedStage.CONSENTED, note="区長から電話")
    open_need(actor=kenji, need=need)
    assert told() == expected
    assert Outbox.objects.filter(topic="accounts.notify").count() == 3


def test_officer_posts_for_the_community_and_that_is_visible(saga, kenji, words):
    assert post_need(actor=kenji, region=saga, **words).posted_for == "榎木谷"
    named = post_need(actor=kenji, region=saga, on_behalf_of="自治会長（電話）", **words)
    assert named.posted_for == "自治会長（電話）"
    entry = AuditEntry.objects.get(target_id=named.public_id)
    assert (entry.actor, entry.on_behalf_of) == (kenji, "自治会長（電話）")


def test_guide_and_administrator_may_post(saga, mori, admin, words):
    for actor in (mori, admin):
        assert post_need(actor=actor, region=saga, **words).posted_by == actor


def test_stranger_posts_nothing(saga, yuki, harada, words):
    for actor in (yuki, harada):
        with pytest.raises(NotAllowed):
            post_need(actor=actor, region=saga, **words)
    assert not Need.objects.exists()


def test_representative_of_another_community_posts_nothing(ume, saga, words):
    with pytest.raises(NotAllowed):
        post_need(actor=ume, region=make_region(), **words)


def test_rule_is_written_out_for_four_hundred_days(saga, ume, words):
    need = post_need(
        actor=ume, region=saga, **(words | {"slots": []}), slot_rules=[_rule(places=12, rain="翌週")]
    )
    slots = list(need.slots.order_by("start_at"))
    assert 12 <= len(slots) <= 14
    assert {(slot.places, slot.rain, slot.rule) for slot in slots} == {(12, "翌週", need.slot_rules.get())}
    assert all(slot.start_at > timezone.now() for slot in slots)


def _rule(**changes) -> SlotRuleInput:
    return SlotRuleInput(**({"kind": "nth_weekday", "places": 10, "parameters": RULE} | changes))


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"title": ""}, "text_missing", "title"),
        ({"title": "x" * 121}, "text_too_long", "title"),
        ({"story": "x" * 1_000_000}, "text_too_long", "story"),
        ({"mode": "telepathy"}, "choice_unknown", "mode"),
        ({"compensation": "gold"}, "choice_unknown", "compensation"),
        ({"local_hands": 0}, "local_hands_missing", "local_hands"),
        ({"local_hands": -1}, "number_wrong", "local_hands"),
        ({"min_age": 101}, "number_wrong", "min_age"),
        ({"children_ok": "no"}, "value_wrong", "children_ok"),
        ({"bring": ["x" * 81]}, "words_wrong", "bring"),
        ({"bring": ["x"] * 31}, "words_wrong", "bring"),
        ({"bring": [1]}, "words_wrong", "bring"),
        ({"work": [WorkInput(code="juggling")]}, "workkind_unknown", "work"),
        ({"work": [WorkInput(code="grass_brushcutter", weight=0)]}, "number_wrong", "work"),
        ({"work": [WorkInput(code="grass_brushcutter")] * 2}, "workkind_twice", "work"),
        ({"hazards": ["dragons"]}, "hazard_unknown", "hazards"),
        (
            {"qualifications": [RequirementInput(code="pilot", level="recommended")]},
            "qualification_unknown",
            "qualifications",
        ),
        (
            {"qualifications": [RequirementInput(code="brushcutter", level="nice")]},
            "choice_unknown",
            "qualifications",
        ),
        (
            {"qualifications": [RequirementInput(code="brushcutter", level="recommended", people=0)]},
            "number_wrong",
            "qualifications",
        ),
        ({"offers": ["nosuchoffer1"]}, "offer_unknown", "offers"),
        ({"slots": [a_slot(places=0)]}, "places_wrong", "slots"),
        ({"slots": [a_slot(places=1001)]}, "places_wrong", "slots"),
        ({"slots": [a_slot(end_at=a_slot().start_at)]}, "end_before_start", "slots"),
        ({"slots": [a_slot(start_at=timezone.now() - HOUR)]}, "start_in_past", "slots"),
        ({"slots": [a_slot(end_at=a_slot().start_at + timedelta(days=90))]}, "slot_too_long", "slots"),
        ({"slots": [a_slot(is_remote=True)]}, "remote_not_wanted", "slots"),
        ({"slots": [a_slot(start_at=a_slot().start_at.replace(tzinfo=None))]}, "time_without_zone", "slots"),
        ({"slots": [a_slot(rain="x" * 121)]}, "text_too_long", "slots"),
        ({"slots": [a_slot(), a_slot(places=3)]}, "slot_twice", "slots"),
        ({"slots": [a_slot()] * 61}, "too_many", "slots"),
        ({"slot_rules": [_rule(places=0)]}, "places_wrong", "slot_rules"),
        ({"slot_rules": [_rule(kind="whenever")]}, "choice_unknown", "slot_rules"),
        ({"slot_rules": [_rule(parameters=RULE | {"end": "07:00"})]}, "rule_wrong", "slot_rules"),
        ({"slot_rules": [_rule(kind="remote_window")]}, "remote_not_wanted", "slot_rules"),
        ({"slot_rules": [_rule()] * 13}, "too_many", "slot_rules"),
        ({"mode": NeedMode.REMOTE}, "on_site_not_wanted", "slots"),
    ],
)
def test_wrong_value_is_named_by_field_and_nothing_is_written(
    saga, ume, words, changes, code, field
):  # fixtures are named, not counted
    with pytest.raises(Invalid) as caught:
        post_need(actor=ume, region=saga, **(words | changes))
    assert caught.value.code == code
    assert field in caught.value.fields
    assert not Need.objects.exists()
    assert not Slot.objects.exists()
    assert not AuditEntry.objects.exists()


def test_offer_of_another_community_or_withdrawn_cannot_be_tied(saga, ume, words):
    for offer in (make_offer(make_region()), make_offer(saga, is_active=False)):
        with pytest.raises(Invalid) as caught:
            post_need(actor=ume, region=saga, offers=[offer.public_id], **words)
        assert caught.value.code == "offer_unknown"


def test_help_from_afar_needs_no_hands_of_the_place(saga, ume, words):
    start = a_slot().start_at
    remote = SlotInput(start_at=start, end_at=start + timedelta(days=30), places=4, is_remote=True)
    changes = {"mode": NeedMode.REMOTE, "local_hands": 0, "slots": [remote]}
    need = post_need(actor=ume, region=saga, **(words | changes))
    assert need.slots.get().is_remote


def test_update_replaces_named_lists_and_keeps_the_rest(mowing, ume):
    make_work_kind("waterway")
    update_need(actor=ume, need=mowing, story="新しい文", work=[WorkInput(code="waterway")])
    mowing.refresh_from_db()
    assert (mowing.story, mowing.title) == ("新しい文", "夏と秋の草刈り")
    assert list(mowing.work.values_list("work_kind__code", flat=True)) == ["waterway"]
    assert mowing.offers.count() == 1
    assert mowing.slots.count() == 1


def test_update_of_an_open_need_owes_a_look(mowing, kenji):
    before = mowing.changed_at
    updated = update_need(actor=kenji, need=mowing, min_age=12)
    assert updated.changed_at > before
    owed = Outbox.objects.get()
    assert owed.topic == "matching.rescore"
    assert owed.payload == {"need": mowing.pk}
    assert owed.key == f"rescore:need:{mowing.public_id}:{updated.changed_at.isoformat()}"
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.on_behalf_of, entry.details) == (
        "need.update",
        "榎木谷",
        {"fields": ["min_age"]},
    )


def test_update_of_a_consultation_owes_nothing(mowing, ume):
    Need.objects.filter(pk=mowing.pk).update(stage=NeedStage.CONSULTING)
    update_need(actor=ume, need=mowing, min_age=12)
    assert not Outbox.objects.exists()


def test_stranger_updates_nothing(mowing, yuki):
    with pytest.raises(NotAllowed):
        update_need(actor=yuki, need=mowing, title="乗っ取り")
    mowing.refresh_from_db()
    assert mowing.title == "夏と秋の草刈り"


def test_closed_need_is_not_updated(mowing, ume):
    Need.objects.filter(pk=mowing.pk).update(stage=NeedStage.CLOSED)
    with pytest.raises(Conflict) as caught:
        update_need(actor=ume, need=mowing, title="もう一度")
    assert caught.value.code == "need_closed"


@pytest.mark.parametrize(
    ("changes", "code"), [({"work": []}, "work_missing"), ({"on_site_lead": " "}, "on_site_lead_missing")]
)
def test_open_need_stays_fit_to_be_open(mowing, ume, changes, code):
    with pytest.raises(Invalid) as caught:
        update_need(actor=ume, need=mowing, **changes)
    assert caught.value.code == code
    assert mowing.work.count() == 2
    assert not Outbox.objects.exists()


def test_open_need_from_afar_needs_nobody_on_site_until_people_come(saga, ume):
    need = make_need(saga, mode=NeedMode.REMOTE, slots=[{"is_remote": True}])
    assert update_need(actor=ume, need=need, on_site_lead="").on_site_lead == ""
    with pytest.raises(Invalid) as caught:
        update_need(actor=ume, need=need, mode=NeedMode.BOTH)
    assert caught.value.code == "on_site_lead_missing"
    changed = update_need(actor=ume, need=need, mode=NeedMode.BOTH, on_site_lead="世話役")
    assert (changed.mode, changed.on_site_lead) == (NeedMode.BOTH, "世話役")


def test_mode_does_not_exclude_dates_still_to_come(mowing, ume):
    with pytest.raises(Conflict) as caught:
        update_need(actor=ume, need=mowing, mode=NeedMode.REMOTE)
    assert caught.value.code == "dates_elsewhere"
    mowing.slots.update(cancelled_at=timezone.now())
    assert update_need(actor=ume, need=mowing, mode=NeedMode.REMOTE).mode == NeedMode.REMOTE
    make_slot(mowing, is_remote=True)
    with pytest.raises(Conflict):
        update_need(actor=ume, need=mowing, mode=NeedMode.ON_SITE)
