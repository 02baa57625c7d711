"""Every entry for a community says on whose behalf it is, unless the community makes it itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.errors import Invalid
from accounts.models import AuditEntry, User
from regions.enums import NeedMode, NeedStage, Publicity
from regions.models import Need, Region
from regions.services.behalf import behalf_of
from regions.services.inputs import QuietInput, RequiredConsentInput, SlotRuleInput
from regions.services.needs import update_need
from regions.services.offices import name_representative
from regions.services.regions import create_region, set_quiet_periods, set_required_consents, update_region
from regions.services.slots import add_rule, add_slot, expand_rules
from regions.services.stages import advance_need
from tests.builders import make_need
from tests.regions.services.test_slots import a_slot

pytestmark = pytest.mark.django_db
Act = Callable[..., Any]
EVIDENCE = "5月3日の寄合で全員賛成"


def _rule(need: Need, **who: Any) -> Any:
    rule = SlotRuleInput(kind="remote_window", places=1, parameters={"months": [1, 6]})
    return add_rule(need=need, rule=rule, **who)


def _expand(need: Need, **who: Any) -> Any:
    need.slot_rules.create(kind="remote_window", places=1, parameters={"months": [1, 6]})
    return expand_rules(need=need, **who)


ACTS: dict[str, Act] = {
    "update": lambda need, **who: update_region(region=need.region, area="谷", **who),
    "quiet": lambda need, **who: set_quiet_periods(
        region=need.region, periods=[QuietInput(label="盆", from_mmdd=813, until_mmdd=816)], **who
    ),
    "consents": lambda need, **who: set_required_consents(
        region=need.region, consents=[RequiredConsentInput(by="役員会", matter="dates")], **who
    ),
    "representative": lambda need, **who: name_representative(
        region=need.region, role=f"会計{who['actor'].pk}", **who
    ),
    "slot": lambda need, **who: add_slot(need=need, slot=a_slot(), **who),
    "rule": _rule,
    "expand": _expand,
    "words": lambda need, **who: update_need(need=need, parking="広場", **who),
    "stage": lambda need, **who: advance_need(need=need, to=NeedStage.HEARING, **who),
}


@pytest.fixture
def need(saga: Region) -> Need:
    return make_need(saga, mode=NeedMode.BOTH, stage=NeedStage.CONSULTING)


@pytest.fixture
def entries(need: Need, kenji: User, mori: User, admin: User, ume: User) -> list[tuple[User, str, str]]:
    """Who enters, for whom as they say, and for whom it is recorded."""
    name = need.region.name
    return [(kenji, "", name), (mori, "", name), (admin, " 副会長 ", "副会長"), (ume, "", "")]


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
def test_officer_guide_and_administrator_enter_it_for_the_community(
    need: Need, entries: list[tuple[User, str, str]], act: Act
) -> None:
    for actor, named, expected in entries:
        Need.objects.filter(pk=need.pk).update(stage=NeedStage.CONSULTING)
        need.slots.all().delete()
        AuditEntry.objects.all().delete()
        act(Need.objects.get(pk=need.pk), actor=actor, on_behalf_of=named)
        assert (AuditEntry.objects.get().actor, AuditEntry.objects.get().on_behalf_of) == (actor, expected)


def test_who_hands_over_still_speaks_for_the_community(saga: Region, ume: User) -> None:
    name_representative(actor=ume, region=saga, role="自治会長", contact_way="電話")
    assert AuditEntry.objects.get().on_behalf_of == ""
    assert behalf_of(User.objects.system(), saga) == ""


def test_publicity_is_changed_only_with_the_communitys_recorded_consent(
    saga: Region, kenji: User, ume: User
) -> None:
    for actor, evidence in ((kenji, ""), (kenji, "  "), (ume, "")):
        with pytest.raises(Invalid) as refusal:
            update_region(actor=actor, region=saga, publicity=Publicity.FULL, publicity_evidence=evidence)
        assert refusal.value.code == "publicity_evidence_missing"
    saga.refresh_from_db()
    assert saga.publicity == Publicity.MUNICIPALITY_ONLY
    assert not AuditEntry.objects.exists()

    update_region(
        actor=kenji,
        region=saga,
        publicity=Publicity.FULL,
        publicity_evidence=EVIDENCE,
        on_behalf_of="自治会長",
    )
    entry = AuditEntry.objects.get()
    assert entry.on_behalf_of == "自治会長"
    assert entry.details == {
        "fields": ["publicity"],
        "publicity": {"from": "municipality_only", "to": "full"},
        "evidence": EVIDENCE,
    }
    with pytest.raises(Invalid) as refusal:
        update_region(
            actor=kenji, region=saga, publicity=Publicity.REGION_NAME, publicity_evidence="長" * 301
        )
    assert refusal.value.code == "text_too_long"


def test_publicity_that_stays_needs_no_consent(saga: Region, kenji: User) -> None:
    update_region(actor=kenji, region=saga, publicity=saga.publicity, area="谷")
    assert AuditEntry.objects.get().details == {"fields": ["area", "publicity"]}


def test_a_new_community_is_public_only_with_its_consent(saga: Region, kenji: User) -> None:
    values = {"municipality": saga.municipality, "name": "杉の里", "publicity": Publicity.REGION_NAME}
    with pytest.raises(Invalid):
        create_region(actor=kenji, **values)
    made = create_region(actor=kenji, publicity_evidence=EVIDENCE, **values)
    entry = AuditEntry.objects.get()
    assert (entry.on_behalf_of, entry.details["publicity"]["to"]) == (made.name, "region_name")
    create_region(actor=kenji, municipality=saga.municipality, name="檜の里")
    assert AuditEntry.objects.order_by("pk")[1].details == {}
