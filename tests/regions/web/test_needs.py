"""Taking a need down, revising it, giving it dates; and that outsiders do nothing of all that."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, User
from regions.enums import Compensation, NeedStage, SlotRuleKind
from regions.models import Need, Offer, Region
from regions.services.occurrences import JAPAN
from tests.builders import (
    at_tokyo,
    make_hazard,
    make_offer,
    make_qualification,
    make_region,
    make_work_kind,
    sunday_ahead,
)
from tests.regions.forms import sent, shown

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


# Taking it down.
def test_everything_that_is_said_is_kept_as_a_consultation(
    client: Client, saga: Region, trails: Offer, kenji: User
) -> None:
    make_work_kind("grass_hand")
    make_hazard("heat")
    make_qualification("first_aid")
    answer = sent(
        client, kenji, "need-new", saga, caller="区長さん（電話）", work=["grass_hand"], story="腰まである。", title="道ぞいの草刈り",
        nth="2", weekday="sun", months=["6", "9"], start="08:00", end="11:30", rain="next", places="5",
        local_hands="8", hazards=["heat"], prepared="燃料、お茶", bring="軍手,長靴", toilet="公民館", parking="6台",
        last_mile="送迎車", on_site_lead="区長", offers=[trails.public_id], recommended_qualifications=["first_aid"],
        beginner_ok="on", min_age="16", then="keep",
    )  # fmt: skip
    need = Need.objects.get()
    assert answer.status_code == 302
    assert answer.url == reverse("place-need", args=[saga.public_id, need.public_id])
    assert (need.stage, need.posted_by, need.posted_for) == (NeedStage.CONSULTING, kenji, "区長さん（電話）")
    assert (need.title, need.local_hands, need.min_age) == ("道ぞいの草刈り", 8, 16)
    assert (need.prepared, need.bring) == (["燃料", "お茶"], ["軍手", "長靴"])
    assert (need.beginner_ok, need.group_ok, need.compensation) == (True, False, Compensation.NONE)
    rule = need.slot_rules.get()
    assert (rule.kind, rule.places, rule.rain) == (SlotRuleKind.NTH_WEEKDAY, 5, "一週間あとに延期")
    assert rule.parameters == {"nth": 2, "weekday": "sun", "months": [6, 9], "start": "08:00", "end": "11:30"}
    assert {slot.start_at.astimezone(JAPAN).month for slot in need.slots.all()} == {6, 9}
    assert [offer.pk for offer in need.offers.all()] == [trails.pk]
    assert need.qualifications.get().level == "recommended"
    assert [hazard.code for hazard in need.hazards.all()] == ["heat"]


def test_one_word_is_enough_for_a_draft(client: Client, saga: Region, ume: User) -> None:
    sent(
        client,
        ume,
        "need-new",
        saga,
        story="道ばたの草がもう腰まである。八人で三日はきついと区長が言っている。",
    )
    need = Need.objects.get()
    assert need.title == "道ばたの草がもう腰まである。八人で三日はきついと区長が言っ…"
    assert (need.stage, need.posted_for, need.slots.count()) == (NeedStage.CONSULTING, "", 0)


def test_kind_of_work_alone_becomes_the_title(client: Client, saga: Region, ume: User) -> None:
    make_work_kind("grass_hand")
    sent(client, ume, "need-new", saga, work=["grass_hand"])
    assert Need.objects.get().title == "手刈り・草取り・草集め"


def test_nothing_said_is_asked_for_in_words(client: Client, saga: Region, ume: User) -> None:
    answer = sent(client, ume, "need-new", saga)
    assert answer.status_code == 422
    assert "活動の種類か、ひとことだけでも" in answer.content.decode()
    assert not Need.objects.exists()


@pytest.mark.parametrize(
    ("said", "lacks"),
    [
        ({"nth": "2"}, "月"),
        ({"nth": "day", "start": "08:00", "end": "12:00", "places": "3"}, "日にち"),
        ({"nth": "2", "months": ["6"], "weekday": "sun", "start": "12:00", "end": "08:00", "places": "3"}, "何時まで"),
        ({"nth": "2", "months": ["6"], "weekday": "sun", "start": "08:00", "end": "12:00"}, "来てほしい人数"),
    ],
)  # fmt: skip
def test_half_a_date_is_told_with_its_question_and_nothing_is_lost(
    client: Client, saga: Region, ume: User, said: dict[str, object], lacks: str
) -> None:
    answer = sent(client, ume, "need-new", saga, story="草刈り", **said)
    assert answer.status_code == 422
    assert any(lacks in error for error in answer.context["form"].non_field_errors())
    assert "草刈り" in answer.content.decode()
    assert not Need.objects.exists()


def test_one_day_and_months_from_afar_are_dates_too(client: Client, saga: Region, ume: User) -> None:
    on = sunday_ahead(40)
    day = {"nth": "day", "on": on.isoformat(), "start": "09:00", "end": "12:00", "places": "3"}
    sent(client, ume, "need-new", saga, story="祭りの手伝い", **day)
    afar = {"nth": "afar", "months": [str(on.month)], "places": "2"}
    sent(client, ume, "need-new", saga, story="ちらし作り", mode="on_site", **afar)
    first, second = Need.objects.order_by("pk")
    assert (first.slots.get().start_at, first.slot_rules.count()) == (at_tokyo(on, 9), 0)
    assert (second.mode, second.slot_rules.get().kind) == ("remote", SlotRuleKind.REMOTE_WINDOW)


def test_representative_is_not_asked_who_is_speaking(
    client: Client, saga: Region, ume: User, kenji: User
) -> None:
    for user, is_asked in ((ume, False), (kenji, True)):
        client.force_login(user)
        form = client.get(reverse("need-new", args=[saga.public_id])).context["form"]
        assert ("caller" in form.fields) is is_asked


def test_offer_of_another_community_cannot_be_chosen(client: Client, saga: Region, ume: User) -> None:
    other = make_offer(make_region())
    answer = sent(client, ume, "need-new", saga, story="草刈り", offers=[other.public_id])
    assert answer.status_code == 422
    assert not Need.objects.exists()


# Revising.
def test_revising_changes_what_was_said_and_keeps_weights(client: Client, draft: Need, kenji: User) -> None:
    make_work_kind("waterway")
    draft.local_hands = 4
    draft.save(update_fields=["local_hands"])
    form = shown(client, kenji, "need-revise", draft).context["form"]
    assert form["work"].value() == ["grass_hand"]
    answer = sent(
        client, kenji, "need-revise", draft, title="冬の溝掃除", work=["grass_hand", "waterway"], on_site_lead="区長",
        local_hands="6",
    )  # fmt: skip
    draft.refresh_from_db()
    assert answer.status_code == 302
    assert (draft.title, draft.local_hands) == ("冬の溝掃除", 6)
    assert dict(draft.work.values_list("work_kind__code", "weight")) == {"grass_hand": 3, "waterway": 1}
    assert AuditEntry.objects.get(action="need.update").on_behalf_of == "榎木谷"


def test_offer_that_rests_stays_tied_when_the_need_is_revised(
    client: Client, draft: Need, kenji: User
) -> None:
    offer = make_offer(draft.region)
    draft.offers.add(offer)
    Offer.objects.filter(pk=offer.pk).update(is_active=False)
    client.force_login(kenji)
    address = reverse("need-revise", args=[draft.region.public_id, draft.public_id])
    form = client.get(address).context["form"]
    assert offer.public_id in [value for value, _label in form.fields["offers"].choices]
    assert offer.public_id in form["offers"].value()


def test_fifth_week_of_a_rule_has_its_word(client: Client, draft: Need, kenji: User) -> None:
    rule = {"nth": 5, "weekday": "sun", "months": [5], "start": "08:00", "end": "12:00"}
    draft.slot_rules.create(kind="nth_weekday", places=3, parameters=rule)
    client.force_login(kenji)
    page = client.get(reverse("place-need", args=[draft.region.public_id, draft.public_id]))
    assert "第5" in page.content.decode()


def test_open_need_keeps_who_is_in_charge(client: Client, mowing: Need, ume: User) -> None:
    answer = sent(client, ume, "need-revise", mowing, title="草刈り", work=["grass_hand"], on_site_lead="")
    assert answer.status_code == 422
    assert "現地責任者" in answer.content.decode()
    assert Need.objects.get(pk=mowing.pk).on_site_lead == "区役の世話役"


def test_qualification_is_a_condition_or_a_help(client: Client, draft: Need, ume: User) -> None:
    make_qualification("first_aid")
    both = {"required_qualifications": ["first_aid"], "recommended_qualifications": ["first_aid"]}
    answer = sent(client, ume, "need-revise", draft, title="草刈り", **both)
    assert answer.status_code == 422
    assert "recommended_qualifications" in answer.context["form"].errors


def test_closed_need_is_not_revised(client: Client, last_year: Need, ume: User) -> None:
    answer = sent(client, ume, "need-revise", last_year, title="別の名", work=["grass_hand"])
    assert answer.status_code == 422
    assert Need.objects.get(pk=last_year.pk).title == "去年の草刈り"


def test_what_is_chosen_is_never_folded_away(client: Client, draft: Need, ume: User) -> None:
    make_work_kind("festival")
    form = shown(client, ume, "need-revise", draft).context["form"]
    assert form.has_chosen_rest is False
    sent(client, ume, "need-revise", draft, title="祭り", work=["festival"])
    page = shown(client, ume, "need-revise", draft)
    assert page.context["form"].has_chosen_rest is True
    assert "<details open><summary>ほかの活動" in page.content.decode()


# Dates.
def test_dates_are_added_by_rule_and_by_day(client: Client, draft: Need, ume: User) -> None:
    before = draft.slots.count()
    rule = {"nth": "-1", "weekday": "sat", "months": ["7"], "start": "08:00", "end": "12:00", "places": "4"}
    assert sent(client, ume, "need-dates", draft, **rule).status_code == 302
    day = {
        "nth": "day",
        "on": sunday_ahead(30).isoformat(),
        "start": "08:00",
        "end": "12:00",
        "places": "2",
        "rain": "off",
    }
    assert sent(client, ume, "need-dates", draft, **day).status_code == 302
    assert draft.slot_rules.get().parameters["nth"] == -1
    assert draft.slots.get(start_at=at_tokyo(sunday_ahead(30), 8)).rain == "中止"
    assert draft.slots.count() > before + 1
    assert "7月の最終土曜" in shown(client, ume, "place-need", draft).content.decode()
    assert sent(client, ume, "need-dates", draft, **day).status_code == 422  # twice
    assert sent(client, ume, "need-dates", draft).status_code == 422  # nothing said


# Who, and what it costs.
PAGES = ["need-new", "need-revise", "need-dates", "need-read", "need-again", "need-act"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("who", ["hana", "yuki"])
def test_outsider_changes_nothing(
    client: Client, draft: Need, page: str, who: str, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(who)
    target = draft.region if page == "need-new" else draft
    act = {"act": "close"} if page == "need-act" else {}
    assert sent(client, user, page, target, title="x", story="x", agrees="on", **act).status_code == 404
    assert [need.stage for need in Need.objects.all()] == [NeedStage.CONSULTING]


def test_need_is_found_under_its_own_community_only(client: Client, draft: Need, kenji: User) -> None:
    other = make_region(name="古湯")
    client.force_login(kenji)
    assert client.get(reverse("place-need", args=[other.public_id, draft.public_id])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_page_of_a_need_takes_a_fixed_number_of_queries(
    client: Client, draft: Need, kenji: User, count: int, django_assert_num_queries
) -> None:
    for number in range(count):
        start = at_tokyo(sunday_ahead(30 + 7 * number), 8)
        draft.slots.create(start_at=start, end_at=start + timedelta(hours=4), places=3)
        AuditEntry.objects.create(
            actor=kenji, action="need.update", target_type="regions.need", target_id=draft.public_id
        )
    client.force_login(kenji)
    pages = {"place-need": 19, "need-read": 18, "need-revise": 19}
    for page, queries in pages.items():
        with django_assert_num_queries(queries):
            assert (
                client.get(reverse(page, args=[draft.region.public_id, draft.public_id])).status_code == 200
            )
