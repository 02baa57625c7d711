"""Who was compared is kept for each need by the runs that compare everybody, and replaced whole."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User, Volunteer
from accounts.services.erasure import erase_account
from accounts.services.parties import pause_party
from accounts.services.personal_data import export_my_data
from matching.engine import assess, build_needs, build_snapshot
from matching.models import Candidate, Match, MatchRun
from matching.services.candidates import KEPT, Compared, Shortlist, store_shortlists
from matching.services.run_plan import Plan, dry_run, prepare
from matching.services.slots import close_need
from matching.services.weights import current_weights, ensure_weights
from matching.snapshots import need_scope, read_inputs
from regions.enums import NeedMode
from regions.models import Need, Region
from tests.builders import make_need, make_offer, make_party
from tests.matching.running import matched

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def kept(need: Need) -> list[tuple[int, int]]:
    """Who is kept for a need with the score, by place."""
    rows = need.candidates.order_by("place")
    assert [row.place for row in rows] == list(range(1, len(rows) + 1))
    return [(row.volunteer_id, row.score_micro) for row in rows]


def judged_alone(need: Need) -> list[tuple[int, int]]:
    """Everybody who passes with the score, best first: asked of the engine pair by pair."""
    inputs = read_inputs(scope=need_scope(need), weights=current_weights(), now=timezone.now())
    snapshot = build_snapshot(
        vocabulary=inputs.vocabulary, horizon=inputs.horizon, participants=inputs.participants
    )
    needs, found = build_needs(snapshot=snapshot, needs=inputs.needs), []
    for party in inputs.participants:
        judged = assess(
            snapshot=snapshot, needs=needs, need_id=need.pk, participant_id=party.id, minutes=inputs.minutes, weights=inputs.weights
        )  # fmt: skip
        if judged.score:
            found.append((-judged.score.score_micro, party.public_id, party.id))
    return [(party, -score) for score, _public_id, party in sorted(found)]


def one(party: int, **changed: int) -> Compared:
    numbers = {
        "score_micro": 5,
        "work_micro": 5,
        "wish_micro": 5,
        "mutual_micro": 5,
        "comfort_micro": 5,
        "ties_micro": 0,
    }
    return Compared(party=party, travel_minutes=60, **(numbers | changed))


def a_run() -> MatchRun:
    return MatchRun.objects.create(scope="x", requested_by=User.objects.system(), weights=ensure_weights())


@pytest.fixture
def many(saga: Region, mori: User) -> Need:
    """A need for which ten fit better and worse, and one not at all; three may be proposed."""
    need = make_need(saga, offers=[make_offer(saga)], work=(("grass_hand", 2), ("waterway", 1)), places=3)
    for number in range(KEPT + 2):
        wishes = (("trail_mtb", 3), ("onsen", 1 + number % 3))
        make_party(abilities=("grass_hand", "waterway") if number % 2 else ("grass_hand",), wishes=wishes)
    make_party(abilities=("design_web",))
    return need


def test_best_eight_are_kept_with_the_engines_own_numbers(many: Need) -> None:
    best = judged_alone(many)
    run = matched()
    assert len(best) == KEPT + 2
    assert kept(many) == best[:KEPT]
    row = Candidate.objects.get(place=KEPT)
    assert (row.run, row.at) == (run, run.finished_at)
    first = Candidate.objects.get(place=1)
    assert (first.work_micro, first.wish_micro) == (1_000_000, 750_000)
    assert first.mutual_micro == 2 * 4 * 3 * 1_000_000 // (4 * 4 + 3 * 4)
    assert 0 < first.comfort_micro <= first.mutual_micro
    assert first.score_micro == first.comfort_micro + first.ties_micro  # nobody has waited yet
    assert first.travel_minutes is not None


def test_run_over_one_need_replaces_its_list_alone(many: Need, saga: Region) -> None:
    other = make_need(saga, offers=[make_offer(saga)])
    matched()
    before = {need.pk: list(need.candidates.order_by("pk").values()) for need in (many, other)}
    assert before[other.pk]
    again = matched(many)
    assert {row.run for row in many.candidates.all()} == {again}
    assert list(other.candidates.order_by("pk").values()) == before[other.pk]
    proposed = set(Match.objects.filter(need=many).values_list("volunteer_id", flat=True))
    assert proposed
    assert proposed.isdisjoint(party for party, _score in kept(many))


def test_run_over_one_party_keeps_nobody(many: Need) -> None:
    matched(Volunteer.objects.earliest("pk"))
    assert not Candidate.objects.exists()


def test_nobody_who_fits_leaves_an_empty_list(many: Need) -> None:
    matched()
    Volunteer.objects.update(travel_limit_minutes=1)
    matched(many)
    assert kept(many) == []


def test_of_a_need_that_is_closed_nobody_is_kept(many: Need, saga: Region, mori: User) -> None:
    open_need = make_need(saga, offers=[make_offer(saga)])
    matched()
    assert kept(many)
    close_need(need=many, actor=mori, now=timezone.now())
    matched(open_need)
    assert kept(many) == []
    assert kept(open_need)


def test_need_or_party_gone_meanwhile_is_passed_over(many: Need, hana: User, hana_party: Volunteer) -> None:
    pause_party(actor=hana, party=hana_party)
    party = make_party()
    best = [one(2**40), one(hana_party.pk), one(party.pk)]
    lists = [Shortlist(need=2**40, best=[one(party.pk)]), Shortlist(need=many.pk, best=best)]
    assert store_shortlists(a_run(), lists, now=timezone.now()) == 1
    assert kept(many) == [(party.pk, 5)]


def test_help_from_afar_has_no_way(saga: Region, mori: User) -> None:
    months = {"end_at": timezone.now() + timedelta(days=90), "is_remote": True}
    need = make_need(
        saga, offers=[make_offer(saga)], mode=NeedMode.REMOTE, work=(("design_web", 3),), slots=[months]
    )
    make_party(abilities=("design_web",), remote_ok=True)
    matched()
    assert need.candidates.get().travel_minutes is None


def test_plan_survives_its_way_through_the_run(many: Need) -> None:
    inputs = read_inputs(scope=need_scope(many), weights=current_weights(), now=timezone.now())
    plan = dry_run(prepare(inputs))
    assert [len(row.best) for row in plan.shortlists] == [KEPT]
    assert Plan.from_json(json.loads(json.dumps(plan.as_json()))) == plan
    stored = plan.as_json()
    del stored["shortlists"]  # a run that an earlier version has planned
    assert Plan.from_json(stored).shortlists == []


@pytest.mark.slow
def test_who_leaves_is_forgotten_and_takes_no_comparison_along(
    many: Need, hana: User, hana_party: Volunteer
) -> None:
    matched()
    run = a_run()
    store_shortlists(
        run, [Shortlist(need=many.pk, best=[one(hana_party.pk, score_micro=424242)])], now=timezone.now()
    )
    assert "424242" not in json.dumps(export_my_data(actor=hana), default=str)
    erase_account(actor=hana, confirmation=hana.email)
    assert not Candidate.objects.filter(volunteer=hana_party).exists()
