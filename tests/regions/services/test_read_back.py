"""The community's consent as it is taken on the telephone: the text is read back, agreed to, and kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from accounts.errors import Conflict, Invalid, NotAllowed
from accounts.models import AuditEntry, User
from regions.enums import NeedStage, Publicity, ReadBackHow
from regions.models import Need, Offer, Region
from regions.selectors.needs import with_details
from regions.services.read_back import record_read_back
from regions.services.reading import digest_of, text_to_read
from regions.services.stages import pause_need
from tests.builders import at_tokyo, make_hazard, make_need, sunday_ahead

pytestmark = pytest.mark.django_db
PHONE = ReadBackHow.PHONE


@pytest.fixture
def draft(saga: Region, trails: Offer, ume: User) -> Need:
    need = make_need(
        saga, stage=NeedStage.CONSULTING, opened_at=None, title="道ぞいの草刈り", offers=[trails], places=5,
        local_hands=8, on_site_lead="区長", toilet="公民館", prepared=["燃料"], bring=["軍手"], posted_by=ume,
    )  # fmt: skip
    need.hazards.set([make_hazard("heat")])
    need.slots.update(rain="次の日曜")
    return need


def as_it_stands(need: Need) -> Need:
    return with_details(Need.objects.all()).get(pk=need.pk)


def agree(*, need: Need, heard: str | None = None, **said: Any) -> Need:
    """As recorded by who has read the text that stands there now."""
    return record_read_back(need=need, heard=heard or digest_of(as_it_stands(need)), **said)


def actions(need: Need) -> list[str]:
    rows = AuditEntry.objects.filter(target_id=need.public_id).order_by("pk")
    return list(rows.values_list("action", flat=True))


def test_text_holds_everything_that_was_said(draft: Need) -> None:
    text = "\n".join(text_to_read(draft))
    for said in (
        "手刈り", "午前8時から正午まで", "次の日曜", "1回に5人", "地元からは8人", "1組5人まで", "熱中症", "燃料", "軍手",
        "公民館", "区長が現地に", "共有林の山道を自転車で走る", "無償", "地区の名前は出ません",
    ):  # fmt: skip
        assert said in text, said


def test_text_without_date_and_offer_says_that_both_are_open(saga: Region) -> None:
    need = make_need(saga, stage=NeedStage.CONSULTING, opened_at=None, slots=[], title="まだ相談")
    text = "\n".join(text_to_read(need))
    assert "日にちはまだ決まっていません" in text
    assert "お返しは、まだ決まっていません" in text
    assert "1回に" not in text


def test_text_names_four_dates_and_counts_the_rest(saga: Region) -> None:
    days = [at_tokyo(sunday_ahead(60 + 7 * week), 8) for week in range(6)]
    slots = [{"start_at": day, "end_at": day + timedelta(hours=4)} for day in days]
    text = text_to_read(make_need(saga, slots=slots))
    assert text[0].count("午前8時") == 4
    assert text[1] == "ほかに2回あります。"


def test_reading_back_takes_a_consultation_to_the_public(draft: Need, kenji: User) -> None:
    need = agree(actor=kenji, need=draft, agreed_by="区長さん", how=PHONE, opens=True)
    assert need.stage == NeedStage.OPEN
    assert actions(draft) == ["need.read_back", "need.hearing", "need.consented", "need.open"]
    entry = AuditEntry.objects.get(action="need.read_back")
    assert (entry.actor, entry.on_behalf_of) == (kenji, "榎木谷")
    assert entry.details["agreed_by"] == "区長さん"
    assert entry.details["how"] == "phone"
    assert entry.details["read"] == text_to_read(draft)
    assert "区長さん" in AuditEntry.objects.get(action="need.consented").details["note"]


def test_consent_alone_is_not_public(draft: Need, ume: User) -> None:
    how = ReadBackHow.SELF
    need = agree(actor=ume, need=draft, agreed_by="自治会長", how=how, opens=False)
    assert (need.stage, need.opened_at) == (NeedStage.CONSENTED, None)
    assert AuditEntry.objects.get(action="need.read_back").on_behalf_of == ""


def test_what_lacks_something_is_not_opened_and_nothing_is_recorded(draft: Need, kenji: User) -> None:
    draft.on_site_lead = ""
    draft.save(update_fields=["on_site_lead"])
    with pytest.raises(Invalid, match="on_site_lead_missing"):
        agree(actor=kenji, need=draft, agreed_by="区長", how=PHONE, opens=True)
    assert Need.objects.get(pk=draft.pk).stage == NeedStage.CONSULTING
    assert actions(draft) == []


@pytest.mark.parametrize(("said", "code"), [(" ", "text_missing"), ("長" * 121, "text_too_long")])
def test_who_agreed_has_a_name(draft: Need, kenji: User, said: str, code: str) -> None:
    with pytest.raises(Invalid, match=code):
        agree(actor=kenji, need=draft, agreed_by=said, how=PHONE, opens=False)
    assert actions(draft) == []


@pytest.mark.parametrize("who", ["yuki", "hana"])
def test_outsider_records_no_consent(draft: Need, who: str, request: pytest.FixtureRequest) -> None:
    with pytest.raises(NotAllowed, match="not_your_community"):
        agree(actor=request.getfixturevalue(who), need=draft, agreed_by="区長", how=PHONE, opens=False)
    assert actions(draft) == []


@pytest.mark.parametrize("stage", [NeedStage.OPEN, NeedStage.CLOSED])
def test_open_and_closed_needs_have_nothing_to_agree_to(saga: Region, kenji: User, stage: NeedStage) -> None:
    need = make_need(saga, stage=stage)
    with pytest.raises(Conflict, match="need_stage"):
        agree(actor=kenji, need=need, agreed_by="区長", how=PHONE, opens=True)


def test_reading_back_twice_is_refused_the_second_time(draft: Need, kenji: User) -> None:
    agree(actor=kenji, need=draft, agreed_by="区長", how=PHONE, opens=True)
    with pytest.raises(Conflict, match="need_stage"):
        agree(actor=kenji, need=draft, agreed_by="区長", how=PHONE, opens=True)
    assert actions(draft).count("need.open") == 1


def test_paused_need_is_read_back_and_opened_again(mowing: Need, kenji: User) -> None:
    paused = pause_need(actor=kenji, need=mowing)
    need = agree(actor=kenji, need=paused, agreed_by="区長", how=PHONE, opens=True)
    assert need.stage == NeedStage.OPEN
    assert actions(mowing) == ["need.pause", "need.read_back", "need.open"]


def reworded(need: Need) -> None:
    Need.objects.filter(pk=need.pk).update(local_hands=3)


def moved(need: Need) -> None:
    need.slots.update(start_at=F("start_at") + timedelta(days=7), end_at=F("end_at") + timedelta(days=7))


def promised_otherwise(need: Need) -> None:
    need.offers.update(title="温泉の入浴券")


def told_otherwise(need: Need) -> None:
    Need.objects.filter(pk=need.pk).update(story="子どもにもできます。", min_age=12)


def made_public(need: Need) -> None:
    Region.objects.filter(pk=need.region_id).update(publicity=Publicity.FULL)


@pytest.mark.parametrize("change", [reworded, moved, promised_otherwise, told_otherwise, made_public])
def test_consent_to_another_text_than_the_one_that_stands_there_is_refused(
    draft: Need, kenji: User, change: Callable[[Need], None]
) -> None:
    heard = digest_of(as_it_stands(draft))
    change(draft)
    with pytest.raises(Conflict, match="text_changed"):
        agree(actor=kenji, need=draft, agreed_by="区長", how=PHONE, opens=True, heard=heard)
    assert Need.objects.get(pk=draft.pk).stage == NeedStage.CONSULTING
    assert actions(draft) == []
    agree(actor=kenji, need=draft, agreed_by="区長", how=PHONE, opens=True)
    assert actions(draft)[0] == "need.read_back"
