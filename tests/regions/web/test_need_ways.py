"""The way of a need: reading it back, «the same as last year», a pause and an end."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, User
from regions.enums import NeedStage
from regions.models import Need, Region
from tests.builders import (
    make_need,
)
from tests.regions.forms import sent, shown

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def read(client: Client, user: User, need: Need, **answers: object):
    """The text is shown, read and agreed to."""
    shown_digest = shown(client, user, "need-read", need).context["form"].initial["heard"]
    return sent(client, user, "need-read", need, **({"heard": shown_digest} | answers))


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


@pytest.mark.parametrize("lacks", ["dates", "lead", "both"])
def test_what_is_missing_leads_to_where_it_is_filled_in(
    client: Client, draft: Need, ume: User, lacks: str
) -> None:
    if lacks != "lead":
        draft.slots.all().delete()
    if lacks != "dates":
        Need.objects.filter(pk=draft.pk).update(on_site_lead="")
    text = shown(client, ume, "need-read", draft).content.decode()
    notice = text.split("notice--care")[1].split("</div>")[0]
    where = [draft.region.public_id, draft.public_id]
    found = {name for name in ("need-dates", "need-revise") if reverse(name, args=where) in notice}
    wanted = {"dates": {"need-dates"}, "lead": {"need-revise"}, "both": {"need-dates", "need-revise"}}
    assert found == wanted[lacks]


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
