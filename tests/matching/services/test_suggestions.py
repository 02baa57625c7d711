"""What a run over a party keeps for it: the engine's own numbers, whole, and replaced whole."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.errors import NotAllowed
from accounts.models import Availability, Outbox, User, Volunteer
from matching.engine import assess, build_needs, build_snapshot
from matching.models import Look, Match, MatchRun, Suggestion
from matching.services.rescoring import look_again
from matching.services.run_plan import Plan
from matching.services.suggestions import KEPT, LOOSENABLE, Fitting, seen_by_party, store_fitting
from matching.services.weights import current_weights, ensure_weights
from matching.snapshots import party_scope, read_inputs
from regions.models import Need, Region
from tests.builders import make_need, make_offer, make_party
from tests.matching.running import looked_at, matched
from tests.support.outbox import drain_outbox

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def weights(db: None) -> None:
    ensure_weights()


def judged_by_engine(party: Volunteer) -> tuple[list[tuple[int, int]], str, int]:
    """Needs with their score, best first, the one rule that alone keeps most away, and how many: asked pair by pair."""
    inputs = read_inputs(scope=party_scope(party), weights=current_weights(), now=timezone.now())
    snapshot = build_snapshot(
        vocabulary=inputs.vocabulary, horizon=inputs.horizon, participants=inputs.participants
    )
    needs = build_needs(snapshot=snapshot, needs=inputs.needs)
    best, alone = [], Counter()
    for need in inputs.needs:
        found = assess(
            snapshot=snapshot, needs=needs, need_id=need.id, participant_id=party.pk, minutes=inputs.minutes, weights=inputs.weights
        )  # fmt: skip
        if found.score:
            best.append((found.score.score_micro, need.id))
        elif len(found.reasons) == 1 and found.reasons[0] in LOOSENABLE:
            alone[str(found.reasons[0])] += 1
    rule, count = alone.most_common(1)[0] if alone else ("", 0)
    return [(need, score) for score, need in sorted(best, reverse=True)], rule, count


def kept(party: Volunteer) -> list[tuple[int, int]]:
    rows = Suggestion.objects.filter(look__party=party).order_by("place")
    return list(rows.values_list("need_id", "score_micro"))


@pytest.fixture
def various(saga: Region) -> list[Need]:
    """Needs that fit well, less well, and not at all."""
    return [
        make_need(saga, offers=[make_offer(saga)]),
        make_need(saga, work=(("grass_hand", 1), ("farm_rice", 2))),
        make_need(saga, work=(("sea_gear", 1),)),
        make_need(saga),
    ]


def test_kept_are_the_engines_own_numbers(various: list[Need], hana_party: Volunteer, riders) -> None:
    for party in (hana_party, riders):
        best, rule, count = judged_by_engine(party)
        look = looked_at(party)
        assert len(best) >= 2
        assert kept(party) == best
        assert (look.compared, look.keeps_away, look.would_bring) == (len(various), rule, count)
        for row in look.suggestions.all():
            assert row.reasons


def test_run_over_a_party_keeps_what_fits_beside_what_it_proposes(
    various: list[Need], hana_party: Volunteer, yuki_party: Volunteer, mori: User
) -> None:
    best, _rule, _count = judged_by_engine(hana_party)
    run = matched(hana_party)
    look = Look.objects.get()
    assert (look.party, look.run, kept(hana_party)) == (hana_party, run, best)
    assert Match.objects.filter(run=run).exists()


def test_runs_over_needs_and_everything_keep_nothing(mowing: Need, hana_party: Volunteer, mori: User) -> None:
    matched(mowing)
    matched()
    assert not Look.objects.exists()


def test_second_look_replaces_the_first_whole(various: list[Need], hana_party: Volunteer, mori: User) -> None:
    first = looked_at(hana_party)
    Availability.objects.filter(volunteer=hana_party).update(
        weekdays=0b1
    )  # Mondays; the needs are on Sundays
    second = looked_at(hana_party)
    assert (first.pk, kept(hana_party), second.keeps_away) == (second.pk, [], "no_common_date")
    assert second.would_bring == 3


def test_most_are_kept_and_no_more(saga: Region, hana_party: Volunteer) -> None:
    for _number in range(KEPT + 1):
        make_need(saga)
    looked_at(hana_party)
    assert len(kept(hana_party)) == KEPT


def test_need_or_party_deleted_meanwhile_is_passed_over(
    various: list[Need], hana_party: Volunteer, mori: User
) -> None:
    look = looked_at(hana_party)
    told = Fitting(
        party=hana_party.pk,
        fits=[],
        compared=1,
        keeps_away="",
        would_bring=0,
    )
    gone = Fitting(party=10**9, fits=[], compared=1, keeps_away="", would_bring=0)
    assert store_fitting(look.run, gone, now=timezone.now()) is None
    assert store_fitting(look.run, told, now=timezone.now()) == look
    assert kept(hana_party) == []


def test_plan_survives_the_way_through_the_run(
    various: list[Need], hana_party: Volunteer, mori: User
) -> None:
    """Also a plan that an older release has stored."""
    run = look_again(hana_party)
    assert run is not None
    plan = Plan(
        proposals=[],
        found=[],
        shortlists=[],
        fitting=Fitting(party=1, fits=[], compared=2, keeps_away="load", would_bring=2),
        later=[],
        pairs_feasible=0,
        report={},
    )
    stored = json.loads(json.dumps(plan.as_json()))
    assert Plan.from_json(stored) == plan
    del stored["fitting"], stored["later"]
    assert Plan.from_json(stored).fitting is None


def test_party_paused_before_its_run_is_compared_with_nothing(
    various: list[Need], hana_party: Volunteer, mori: User
) -> None:
    run = look_again(hana_party)
    assert run is not None
    Volunteer.objects.filter(pk=hana_party.pk).update(is_active=False)
    drain_outbox()
    assert (Look.objects.get().compared, kept(hana_party)) == (0, [])


def test_only_the_party_itself_and_administrators_look(
    mowing: Need, hana: User, hana_party: Volunteer, yuki: User, mori: User, admin: User
) -> None:
    looked_at(hana_party)
    now = timezone.now()
    assert seen_by_party(actor=hana, party=hana_party, now=now) == Look.objects.get()
    assert seen_by_party(actor=admin, party=hana_party, now=now) is not None
    for stranger in (yuki, mori):
        with pytest.raises(NotAllowed):
            seen_by_party(actor=stranger, party=hana_party, now=now)


def test_paused_party_is_owed_no_look(mowing: Need, hana: User) -> None:
    party = make_party(hana, is_active=False)
    assert seen_by_party(actor=hana, party=party, now=timezone.now()) is None
    looked = looked_at(make_party(hana))
    Look.objects.filter(pk=looked.pk).update(looked_at=timezone.now() - timedelta(days=3))
    Volunteer.objects.filter(pk=looked.party_id).update(is_active=False)
    looked.party.refresh_from_db()
    assert seen_by_party(actor=hana, party=looked.party, now=timezone.now()) == looked
    assert not Outbox.objects.filter(topic="matching.rescore").exists()
    assert MatchRun.objects.count() == 1
