"""Taking a need down, revising it, giving it dates, reading it back, «the same as last year», a pause and an end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, User
from regions.enums import Compensation, NeedStage, SlotRuleKind
from regions.models import Need, Offer, Region
from regions.services.occurrences import JAPAN
from tests.builders import (
    at_tokyo,
    make_hazard,
    make_need,
    make_offer,
    make_qualification,
    make_region,
    make_work_kind,
    sunday_ahead,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def sent(client: Client, user: User, page: str, need: Need | Region, **answers: object):
    """A form of a page about a need (or, for a new one, of a community), sent."""
    client.force_login(user)
    where = [need.public_id] if isinstance(need, Region) else [need.region.public_id, need.public_id]
    act = [answers.pop("act")] if "act" in answers else []
    return client.post(reverse(page, args=[*where, *act]), answers)


def read(client: Client, user: User, need: Need, **answers: object):
    """The text is shown, read and agreed to."""
    shown_digest = shown(client, user, "need-read", need).context["form"].initial["heard"]
    return sent(client, user, "need-read", need, **({"heard": shown_digest} | answers))


def shown(client: Client, user: User, page: str, need: Need):
    client.force_login(user)
    return client.get(reverse(page, args=[need.region.public_id, need.public_id]))


@pytest.fixture
def draft(saga: Region) -> Need:
    return make_need(saga, stage=NeedStage.CONSULTING, opened_at=None, title="秋の溝掃除")


@pytest.fixture
def last_year(saga: Region, trails: Offer) -> Need:
    start = at_tokyo(sunday_ahead(-340), 8)
    slots = [{"start_at": start, "end_at": start + timedelta(hours=4), "rain": "次の日曜"}]
    return make_need(saga, stage=NeedStage.CLOSED, title="去年の草刈り", slots=slots, offers=[trails])


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


# Reading back.
def test_officer_reads_back_and_makes_public(client: Client, draft: Need, kenji: User) -> None:
    page = shown(client, kenji, "need-read", draft)
    assert "本人に読み上げて了解" in page.content.decode()
    assert page.context["form"].initial | {"heard": ""} == {
        "how": "phone",
        "agreed_by": "自治会長",
        "heard": "",
    }
    answer = read(client, kenji, draft, agreed_by="自治会長", how="phone", agrees="on", then="open")
    assert answer.status_code == 302
    draft.refresh_from_db()
    assert draft.stage == NeedStage.OPEN
    record = shown(client, kenji, "place-need", draft).content.decode()
    for words in (
        "読み上げて了解を得ました",
        "自治会長 (電話)",
        "健二",
        "（代理で入力：榎木谷）",
        "読み上げた文",
    ):
        assert words in record


def test_without_the_tick_nothing_is_recorded(client: Client, draft: Need, kenji: User) -> None:
    answer = read(client, kenji, draft, agreed_by="自治会長", how="phone", then="open")
    assert (answer.status_code, set(answer.context["form"].errors)) == (422, {"agrees"})
    assert Need.objects.get(pk=draft.pk).stage == NeedStage.CONSULTING
    assert not AuditEntry.objects.exists()


def test_consent_can_be_recorded_before_everything_is_known(client: Client, draft: Need, ume: User) -> None:
    draft.slots.all().delete()
    page = shown(client, ume, "need-read", draft)
    assert page.context["gaps"] == ["これからの日程を、一つ以上入力してください。"]
    said = {"agreed_by": "自治会長", "how": "self", "agrees": "on"}
    assert read(client, ume, draft, then="open", **said).status_code == 422
    assert read(client, ume, draft, then="keep", **said).status_code == 302
    assert Need.objects.get(pk=draft.pk).stage == NeedStage.CONSENTED


def test_text_that_was_changed_since_it_was_shown_is_read_and_ticked_once_more(
    client: Client, draft: Need, kenji: User
) -> None:
    said = {"agreed_by": "区長さん", "how": "phone", "agrees": "on", "then": "keep"}
    heard = shown(client, kenji, "need-read", draft).context["form"].initial["heard"]
    Need.objects.filter(pk=draft.pk).update(local_hands=7)
    for old in (heard, ""):
        answer = sent(client, kenji, "need-read", draft, heard=old, **said)
        text = answer.content.decode()
        assert answer.status_code == 422
        assert "その間に文面が変わりました" in text
        assert "地元からは7人" in text
        assert "区長さん" in text
        assert "checked" not in text.split('name="agrees"')[1].split(">")[0]
        assert not AuditEntry.objects.exists()
    again = text.split('name="heard" value="')[1].split('"')[0]
    assert again not in {heard, ""}
    assert sent(client, kenji, "need-read", draft, heard=again, **said).status_code == 302
    assert "地元からは7人" in "".join(AuditEntry.objects.get(action="need.read_back").details["read"])


@pytest.mark.parametrize("stage", [NeedStage.OPEN, NeedStage.CLOSED])
def test_nothing_is_read_back_of_an_open_or_closed_need(
    client: Client, saga: Region, ume: User, stage: NeedStage
) -> None:
    answer = shown(client, ume, "need-read", make_need(saga, stage=stage))
    assert answer.status_code == 302


# The same as last year.
def test_same_as_last_year_takes_over_all_but_the_dates(client: Client, last_year: Need, kenji: User) -> None:
    page = shown(client, kenji, "need-again", last_year)
    proposed = [code for code, _label in page.context["form"].fields["dates"].choices]
    assert proposed
    assert proposed == page.context["form"].initial["dates"]
    answer = sent(client, kenji, "need-again", last_year, dates=proposed)
    new = Need.objects.exclude(pk=last_year.pk).get()
    assert answer.url == reverse("need-read", args=[new.region.public_id, new.public_id])
    assert (new.title, new.stage) == ("去年の草刈り", NeedStage.CONSULTING)
    assert all(slot.start_at > timezone.now() for slot in new.slots.all())


def test_dates_in_a_quiet_time_are_said_and_not_chosen(
    client: Client, last_year: Need, saga: Region, ume: User
) -> None:
    saga.quiet_periods.create(label="いつも", from_mmdd=101, until_mmdd=1231)
    page = shown(client, ume, "need-again", last_year)
    assert page.context["form"].initial["dates"] == []
    assert "（休みの時期）" in page.content.decode()
    assert sent(client, ume, "need-again", last_year).status_code == 422


def test_need_with_dates_to_come_is_not_last_years(client: Client, mowing: Need, ume: User) -> None:
    assert shown(client, ume, "need-again", mowing).status_code == 404


# Pause and end.
def test_open_need_is_paused_and_opened_again(client: Client, mowing: Need, ume: User) -> None:
    assert sent(client, ume, "need-act", mowing, act="pause").status_code == 302
    assert "休止中" in shown(client, ume, "place-need", mowing).content.decode()
    assert client.get(reverse("need-page", args=[mowing.public_id])).status_code == 404
    said = {"agreed_by": "自治会長", "how": "self", "agrees": "on", "then": "open"}
    read(client, ume, mowing, **said)
    assert client.get(reverse("need-page", args=[mowing.public_id])).status_code == 200


def test_acts_are_refused_in_words_where_the_stage_is_another(
    client: Client, draft: Need, last_year: Need, ume: User
) -> None:
    for need, act in ((draft, "pause"), (last_year, "close"), (last_year, "hear")):
        answer = sent(client, ume, "need-act", need, act=act)
        assert answer.status_code == 422
        assert answer.context["form"].non_field_errors()
    assert sent(client, ume, "need-act", draft, act="nothing").status_code == 404


def test_consultation_is_heard_and_closed(client: Client, draft: Need, kenji: User) -> None:
    sent(client, kenji, "need-act", draft, act="hear")
    assert Need.objects.get(pk=draft.pk).stage == NeedStage.HEARING
    sent(client, kenji, "need-act", draft, act="close")
    assert Need.objects.get(pk=draft.pk).stage == NeedStage.CLOSED


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
