"""The facts of an emergency card: who keeps them, which of two count, and what the database refuses."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from accounts.errors import Invalid, NotAllowed
from accounts.models import AuditEntry, User
from regions.models import EmergencyCard, Need, Region
from regions.selectors.emergency import FACTS, facts_for, need_card, region_card
from regions.services.emergency import keep_need_card, keep_region_card

pytestmark = pytest.mark.django_db
WHOLE = {
    "rescue_address": "佐賀市富士町榎木谷12 公民館前", "hospital": "富士大和温泉病院", "hospital_phone": "0952-00-0000",
    "hospital_minutes": 25, "aed_place": "公民館の玄関", "signal": "patchy", "signal_place": "鳥居の前", "stop_wbgt": 31,
    "thunder_rule": "音が聞こえたらやめる", "flood_rule": "用水が濁ったらやめる",
}  # fmt: skip


def test_every_fact_is_one_of_a_group_and_a_column() -> None:
    assert set(FACTS) == set(WHOLE)
    assert len(FACTS) == len(set(FACTS))


@pytest.mark.parametrize("role", ["ume", "kenji", "mori", "admin"])
def test_those_who_act_or_guide_for_a_community_keep_its_card(
    request, saga: Region, mori: User, role: str
) -> None:
    actor = request.getfixturevalue(role)
    keep_region_card(actor=actor, region=saga, **WHOLE)
    card = EmergencyCard.objects.get(region=saga)
    assert {name: getattr(card, name) for name in WHOLE} == WHOLE
    entry = AuditEntry.objects.get(action="region.keep_emergency_card")
    assert (entry.actor, entry.details) == (actor, {"fields": sorted(WHOLE)})
    assert entry.on_behalf_of == ("" if role == "ume" else "榎木谷")


@pytest.mark.parametrize("role", ["hana", "yuki"])
def test_others_neither_read_nor_keep_it(request, mowing: Need, role: str) -> None:
    actor = request.getfixturevalue(role)
    for act in (
        lambda: keep_region_card(actor=actor, region=mowing.region, aed_place="どこか"),
        lambda: keep_need_card(actor=actor, need=mowing, aed_place="どこか"),
        lambda: region_card(actor, mowing.region),
        lambda: need_card(actor, mowing),
    ):
        with pytest.raises(NotAllowed) as refusal:
            act()
        assert refusal.value.code == "not_your_community"
    assert not EmergencyCard.objects.exists()


def test_kept_twice_what_is_not_named_stays_and_what_is_emptied_goes(saga: Region, ume: User) -> None:
    keep_region_card(actor=ume, region=saga, **WHOLE)
    keep_region_card(actor=ume, region=saga, aed_place="", stop_wbgt=None, signal="good")
    card = EmergencyCard.objects.get()
    assert (card.aed_place, card.stop_wbgt, card.signal, card.hospital) == (
        "",
        None,
        "good",
        WHOLE["hospital"],
    )


def test_need_has_its_own_facts_and_the_communitys_for_the_rest(mowing: Need, ume: User) -> None:
    keep_region_card(actor=ume, region=mowing.region, **WHOLE)
    keep_need_card(actor=ume, need=mowing, rescue_address="林道の終点", hospital="山の診療所")
    facts = facts_for(mowing)
    assert (facts["rescue_address"], facts["aed_place"]) == ("林道の終点", "公民館の玄関")
    own = (facts["hospital"], facts["hospital_phone"], facts["hospital_minutes"])
    assert own == ("山の診療所", "", None)  # never the telephone of another hospital


def test_facts_of_a_place_without_a_card_are_empty_and_cost_one_query(
    mowing: Need, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        facts = facts_for(mowing)
    assert set(facts.values()) == {"", None}


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"stop_wbgt": 20}, "number_wrong"),
        ({"stop_wbgt": 36}, "number_wrong"),
        ({"hospital_minutes": 601}, "number_wrong"),
        ({"signal": "maybe"}, "choice_unknown"),
        ({"aed_place": "あ" * 201}, "text_too_long"),
    ],
)
def test_what_makes_no_sense_is_refused_by_field(saga: Region, ume: User, wrong: dict, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        keep_region_card(actor=ume, region=saga, **wrong)
    assert (refusal.value.code, list(refusal.value.fields)) == (code, list(wrong))
    assert not EmergencyCard.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{}, {"need": 1, "region": 1}, {"region": 1, "stop_wbgt": 50}, {"region": 1, "signal": "x"}]
)
def test_database_refuses_a_card_of_no_place_of_two_and_without_sense(mowing: Need, wrong: dict) -> None:
    places = {"need": mowing, "region": mowing.region}
    row = {name: places.get(name, value) for name, value in wrong.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        EmergencyCard.objects.create(**row)
