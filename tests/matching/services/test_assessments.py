"""A match made by hand is scored as a run would, and says which hard rules it breaks; it is refused for none of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Volunteer
from matching.enums import EndReason
from matching.models import Match
from matching.services.endings import redate_match
from matching.services.proposals import apply_for_need, invite_party, suggest_match
from matching.services.review import reject_match
from regions.enums import NeedMode
from regions.models import Need
from tests.builders import FUKUOKA, make_need, make_offer, make_party, make_slot
from tests.matching.running import matched, recomputed_score
from tests.support.api import API, as_user

pytestmark = pytest.mark.django_db
BY_RUN_ALONE = {"phase", "bonus", "bonuses", "compared", "reasons", "all_reasons"}
BY_RUN_ALONE |= {"rank_for_need", "rank_for_participant", "need_passed", "party_passed"}


def facts(match: Match) -> dict[str, object]:
    """The explanation without what only a comparison with others gives."""
    return {key: value for key, value in match.explanation.items() if key not in BY_RUN_ALONE}


@pytest.mark.parametrize("act", [suggest_match, apply_for_need, invite_party])
def test_pair_that_fits_is_explained_as_by_a_run(mowing: Need, hana_party, ume, mori, act) -> None:
    matched()
    by_run = Match.objects.get()
    Match.objects.update(state="lapsed", end_reason="not_reviewed", ended_at=timezone.now(), lapse_at=None)
    actor = {suggest_match: mori, apply_for_need: hana_party.representative, invite_party: ume}[act]
    match = act(actor=actor, need=mowing, volunteer=hana_party, slots=mowing.slots.all())
    match.refresh_from_db()
    assert facts(match) == facts(by_run)
    assert match.explanation["all_reasons"] == ["work_fits", "wish_fits", "near"]
    assert match.score_micro == by_run.score_micro == recomputed_score(match.explanation) > 0
    assert (match.explanation["phase"], match.explanation["compared"], match.explanation["failed"]) == (
        "hand",
        1,
        [],
    )
    assert (match.run, match.rank_for_need, match.rank_for_party) == (None, None, None)


def test_every_failed_rule_is_named_and_refuses_nothing(saga, trails, mori) -> None:
    need = make_need(saga, offers=[trails], qualifications=("brushcutter",), beginner_ok=False)
    party = make_party(
        home=FUKUOKA, wishes=(("onsen", 3),), abilities=("design_web",), travel_limit_minutes=1
    )
    match = suggest_match(actor=mori, need=need, volunteer=party, slots=need.slots.all())
    assert set(match.explanation["failed"]) >= {
        "no_work_fit",
        "no_wish_fit",
        "qualification",
        "travel_too_far",
    }
    assert match.score_micro == recomputed_score(match.explanation) == 0
    assert {"work_fits", "wish_fits"}.isdisjoint(match.explanation["all_reasons"])
    assert match.explanation["caveat"] not in {"work_partly", "wish_partly"}


def test_pair_that_fits_but_for_one_rule_keeps_its_score(mowing: Need, hana_party: Volunteer, mori) -> None:
    fitting = suggest_match(actor=mori, need=mowing, volunteer=hana_party, slots=mowing.slots.all())
    score = fitting.score_micro
    reject_match(match_id=fitting.pk, actor=mori, reason=EndReason.DATES)
    again = suggest_match(actor=mori, need=mowing, volunteer=hana_party, slots=mowing.slots.all())
    assert (again.explanation["failed"], again.score_micro) == (["already_matched"], score)
    assert recomputed_score(again.explanation) == score > 0


@pytest.mark.parametrize(
    "bare",
    [{}, {"offers": []}, {"mode": NeedMode.REMOTE, "slots": [{"is_remote": True}]}, {"work": ()}],
    ids=["plain", "no offers", "from afar", "no work stated"],
)
def test_bare_need_and_silent_party_are_assessed_too(saga, mori, bare: dict) -> None:
    need = make_need(saga, **bare)
    party = make_party(abilities=(), wishes=())
    match = suggest_match(actor=mori, need=need, volunteer=party, slots=need.slots.all())
    assert recomputed_score(match.explanation) == match.score_micro


def test_dates_near_and_far_beyond_what_the_engine_sees(saga, trails, hana_party, mori) -> None:
    now = timezone.now()
    need = make_need(saga, offers=[trails], slots=[{"start_at": now + timedelta(days=3)}])
    far = make_slot(need, start_at=now + timedelta(days=700))
    near = suggest_match(actor=mori, need=need, volunteer=hana_party, slots=[need.slots.order_by("pk")[0]])
    assert near.explanation["failed"] == ["too_soon"]
    other = suggest_match(actor=mori, need=need, volunteer=make_party(), slots=[far])
    assert other.explanation["failed"] == []
    assert [slot["id"] for slot in other.explanation["slots"]] == [far.public_id]


def test_full_date_beside_the_chosen_one_does_not_matter(saga, trails, riders, hana_party, mori) -> None:
    need = make_need(saga, offers=[trails], places=5)
    second = make_slot(need, start_at=timezone.now() + timedelta(days=90), places=3)
    match = suggest_match(actor=mori, need=need, volunteer=hana_party, slots=[second])
    assert match.explanation["failed"] == []


def test_guide_reads_the_failed_rules_and_the_sides_do_not(mowing: Need, hana, hana_party, ume, mori) -> None:
    hana_party.wishes.all().delete()
    hana_party.wishes.create(
        asset_kind=make_offer(mowing.region, assets=(("onsen", 3),)).assets.get().asset_kind
    )
    match = apply_for_need(actor=hana, need=mowing, volunteer=hana_party, slots=mowing.slots.all())
    address = f"{API}matches/{match.public_id}/"
    seen = as_user(mori).get(address).json()
    assert seen["review"]["explanation"]["failed"] == ["no_wish_fit"]
    own = as_user(hana).get(address)
    assert own.json()["review"] is None
    assert "no_wish_fit" not in own.content.decode()
    assert "wish_fits" not in own.content.decode()


def test_other_dates_keep_the_explanation(mowing: Need, hana_party: Volunteer, mori) -> None:
    match = suggest_match(actor=mori, need=mowing, volunteer=hana_party, slots=mowing.slots.all())
    later = make_slot(mowing, start_at=timezone.now() + timedelta(days=100))
    new = redate_match(match_id=match.pk, actor=mori, slots=[later])
    assert (new.explanation, new.score_micro) == (match.explanation, match.score_micro)


def test_assessment_reads_no_more_in_a_full_house(mowing: Need, hana_party: Volunteer, mori) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as queries, transaction.atomic():
            suggest_match(actor=mori, need=mowing, volunteer=hana_party, slots=mowing.slots.all())
            transaction.set_rollback(True)
        return len(queries)

    alone = statements()
    for _ in range(5):
        make_need(mowing.region)
        make_party()
    assert statements() == alone
