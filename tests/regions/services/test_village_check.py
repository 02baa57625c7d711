"""The village check: what a place lacks and has becomes drafts, and nothing becomes public."""

from __future__ import annotations

import pytest

from accounts.errors import Invalid, NotAllowed
from accounts.models import AuditEntry, User
from regions.enums import NeedStage
from regions.models import Need, Offer, Region
from regions.services.village_check import Finding, record_village_check
from tests.builders import make_asset_kind, make_need, make_work_kind

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def words() -> None:
    make_work_kind("festival")
    make_work_kind("farm")
    make_asset_kind("food")


def test_findings_become_drafts_in_both_directions(saga: Region, kenji: User) -> None:
    lacks = [Finding(code="festival", words="みこしのかつぎ手がいない"), Finding(code="farm")]
    drafts = record_village_check(
        actor=kenji, region=saga, lacks=lacks, has=[Finding(code="food", words="だご汁")]
    )
    assert [need.title for need in drafts.needs] == ["みこしのかつぎ手がいない", "田畑の手伝い"]
    assert {(need.stage, need.posted_for) for need in Need.objects.all()} == {("consulting", "榎木谷")}
    offer = Offer.objects.get()
    assert (offer.title, offer.is_active, offer.assets.get().asset_kind.code) == ("だご汁", False, "food")
    entry = AuditEntry.objects.get(action="region.village_check")
    assert (entry.actor, entry.on_behalf_of, entry.details) == (kenji, "榎木谷", {"needs": 2, "offers": 1})


def test_sheet_sent_twice_makes_nothing_twice(saga: Region, ume: User) -> None:
    found = {"lacks": [Finding(code="farm")], "has": [Finding(code="food")]}
    record_village_check(actor=ume, region=saga, **found)
    drafts = record_village_check(actor=ume, region=saga, **found)
    assert (drafts.needs, drafts.offers) == ([], [])
    assert (Need.objects.count(), Offer.objects.count()) == (1, 1)


def test_what_was_closed_may_be_found_again(saga: Region, ume: User) -> None:
    make_need(saga, stage=NeedStage.CLOSED, title="田畑の手伝い")
    drafts = record_village_check(actor=ume, region=saga, lacks=[Finding(code="farm")], has=[])
    assert len(drafts.needs) == 1


def test_empty_sheet_and_unknown_words_are_refused_whole(saga: Region, ume: User) -> None:
    with pytest.raises(Invalid, match="nothing_found"):
        record_village_check(actor=ume, region=saga, lacks=[], has=[])
    with pytest.raises(Invalid, match="assetkind_unknown"):
        record_village_check(
            actor=ume, region=saga, lacks=[Finding(code="farm")], has=[Finding(code="nothing")]
        )
    assert not Need.objects.exists()


def test_outsider_checks_nothing(saga: Region, hana: User) -> None:
    with pytest.raises(NotAllowed, match="not_your_community"):
        record_village_check(actor=hana, region=saga, lacks=[Finding(code="farm")], has=[])
    assert not Need.objects.exists()
