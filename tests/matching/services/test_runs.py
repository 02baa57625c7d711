"""A run from the request to the proposals: who may ask, what is written, what it never does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.errors import Conflict, NotAllowed
from accounts.models import AuditEntry, Guide, Outbox, Volunteer
from matching.engine import Weights
from matching.enums import EndReason, MatchState, Origin, RunState
from matching.models import Match, MatchRun, NeedDiagnosis, Relation, RunShard, WeightSet
from matching.services.endings import decline_match
from matching.services.invariants import check_invariants
from matching.services.review import reject_match
from matching.services.run_proposals import write_proposals
from matching.services.runs import open_run, plan_only, request_run
from matching.services.weights import activate_weights, add_weights
from regions.enums import NeedStage
from regions.models import Need
from tests.cast import make_need, make_offer, make_party, make_region
from tests.matching import saga as story
from tests.matching.running import looked_at, matched, pairs, recomputed_score
from tests.support.outbox import drain_outbox

pytestmark = pytest.mark.django_db


# Asking for a run.
def test_request_writes_a_queued_run_and_owes_its_start(admin) -> None:
    run = request_run(actor=admin)
    assert (run.state, run.scope, run.requested_by, run.weights.version) == (RunState.QUEUED, "all", admin, 1)
    owed = Outbox.objects.get(topic="matching.start_run")
    assert (owed.payload, owed.is_open) == ({"run": run.pk}, True)
    assert AuditEntry.objects.get(action="run.request").actor == admin


def test_second_request_returns_the_open_run(admin, mowing: Need) -> None:
    first, other = request_run(actor=admin), request_run(actor=admin, target=mowing)
    assert request_run(actor=admin) == first
    assert request_run(actor=admin, target=mowing) == other
    assert (MatchRun.objects.count(), Outbox.objects.count()) == (2, 2)
    assert AuditEntry.objects.filter(action="run.request").count() == 2
    drain_outbox()
    assert request_run(actor=admin) != first


@pytest.mark.parametrize("name", ["mori", "ume", "hana", "kenji"])
def test_only_administrators_match_everything(request, saga, name: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        request_run(actor=request.getfixturevalue(name))
    assert refused.value.code == "may_not_match"
    assert not MatchRun.objects.exists()


@pytest.mark.parametrize("name", ["admin", "mori", "ume", "kenji"])
def test_who_may_change_a_need_may_have_it_matched(request, mowing: Need, name: str) -> None:
    run = request_run(actor=request.getfixturevalue(name), target=mowing)
    assert run.scope == f"need:{mowing.public_id}"


@pytest.mark.parametrize("name", ["harada", "hana", "yuki"])
def test_participants_do_not_match_needs(request, mowing: Need, riders, name: str) -> None:
    with pytest.raises(NotAllowed):
        request_run(actor=request.getfixturevalue(name), target=mowing)


def test_party_is_matched_for_its_representative_alone(riders: Volunteer, harada, hana, mori) -> None:
    assert request_run(actor=harada, target=riders).scope == f"party:{riders.public_id}"
    for stranger in (hana, mori):
        with pytest.raises(NotAllowed):
            request_run(actor=stranger, target=riders)


def test_closed_need_is_not_matched(admin, mowing: Need) -> None:
    Need.objects.update(stage=NeedStage.CLOSED)
    with pytest.raises(Conflict) as refused:
        request_run(actor=admin, target=mowing)
    assert refused.value.code == "need_not_matched"


# What a run writes.
def test_run_proposes_the_exchange_with_its_reasons(mowing: Need, riders: Volunteer, yuki, mori) -> None:
    run = matched()
    match = Match.objects.get()
    assert (match.need, match.volunteer, match.run) == (mowing, riders, run)
    assert (match.state, match.origin, match.people) == (MatchState.PROPOSED, Origin.WORKER, 5)
    assert (match.guide, match.is_first_visit, list(match.slots.all())) == (
        mori.guide,
        True,
        list(mowing.slots.all()),
    )
    assert (match.rank_for_need, match.rank_for_party) == (1, 1)
    why = match.explanation
    assert recomputed_score(why) == why["score_micro"] == match.score_micro
    assert why["work"] == [
        {"wanted": "grass_hand", "weight": 1, "held": "grass_hand", "credit": 4, "people": 30},
        {"wanted": "grass_brushcutter", "weight": 3, "held": "grass_brushcutter", "credit": 4, "people": 30},
    ]
    assert [(wish["wanted"], wish["held"]) for wish in why["wishes"]] == [
        ("trail_mtb", "trail_mtb"),
        ("friends", None),
    ]
    assert why["reasons"] == ["work_fits", "wish_fits", "first_person"]
    assert (why["caveat"], why["compared"], why["phase"]) == ("people_limited", 2, "group")
    assert (why["bonus"], [bonus["code"] for bonus in why["bonuses"]]) == (
        400_000,
        ["first_person", "first_in_region"],
    )
    slot = mowing.slots.get()
    assert why["slots"][0]["id"] == slot.public_id
    assert why["slots"][0]["start_at"].endswith("T08:00:00+09:00")


def test_explanation_names_no_internal_id(mowing: Need, riders: Volunteer, mori) -> None:
    matched()
    why = Match.objects.get().explanation
    assert {
        "f_num",
        "f_den",
        "g_num",
        "g_den",
        "mutual_micro",
        "comfort_micro",
        "travel_minutes",
    } < why.keys()
    assert {"limit_minutes", "relation_micro", "kept_micro", "wait_micro", "score_micro"} < why.keys()
    assert all(isinstance(slot["id"], str) for slot in why["slots"])


def test_run_says_what_it_did(mowing: Need, riders: Volunteer, hana_party, mori) -> None:
    run = matched()
    assert (run.state, run.needs_count, run.parties_count, run.pairs_feasible, run.proposals_count) == (
        RunState.DONE, 1, 2, 2, 2,
    )  # fmt: skip
    assert len(run.inputs_digest) == 64
    assert run.worker
    assert run.worker_pid
    assert run.started_at <= run.finished_at
    assert run.lease_until is None
    assert run.error == ""
    report = run.report
    assert (report["needs_served"], report["blocking_pairs"]) == (1, 0)
    assert 0 <= report["gap_micro"] == report["bound_micro"] - report["objective_micro"]
    assert (report["by_group"], report["by_flow"], report["skipped"], report["planned"]) == (1, 1, {}, 2)
    assert (report["left_in_peace"], report["stepped_back"]) == (0, 0)
    assert report["objective_micro"] == sum(
        match.score_micro + match.explanation["bonus"] for match in Match.objects.all()
    )
    shard = RunShard.objects.get()
    assert (shard.done_at is not None, bytes(shard.result)) == (True, b"")
    assert check_invariants(now=timezone.now()) == []


def test_run_in_an_empty_house_is_done() -> None:
    run = matched()
    assert (run.state, run.proposals_count, run.report["needs_total"]) == (RunState.DONE, 0, 0)


@pytest.mark.parametrize("missing", ["wish", "offer"])
def test_without_the_exchange_there_is_no_proposal(saga, mori, missing: str) -> None:
    offers = [make_offer(saga, assets=(("onsen" if missing == "offer" else "trail_mtb", 3),))]
    make_need(saga, offers=offers)
    make_party(wishes=(("house" if missing == "wish" else "trail_mtb", 3),))
    matched()
    assert pairs() == set()


def test_nobody_is_said_to_have_kept_a_word_never_given(mowing: Need, riders, hana_party, mori) -> None:
    Relation.objects.create(volunteer=riders, region=mowing.region, promised=9, kept=9, days=9)
    mowing.slots.update(places=31)
    matched()
    reasons = {match.volunteer: match.explanation["all_reasons"] for match in Match.objects.all()}
    assert "word_kept" in reasons[riders]
    assert "word_kept" not in reasons[hana_party]
    assert all(match.explanation["kept_micro"] > 0 for match in Match.objects.all())


def test_party_that_knows_the_community_comes_first_with_all_its_people(mowing: Need, riders, mori) -> None:
    Relation.objects.create(volunteer=riders, region=mowing.region, promised=1, kept=1, days=1)
    matched()
    match = Match.objects.get()
    assert (match.people, match.is_first_visit, match.explanation["phase"]) == (30, False, "relation")
    assert match.explanation["reasons"][0] == "known_here"


# What a run never does.
def test_second_run_proposes_nothing_twice(mowing: Need, riders, hana_party, mori) -> None:
    first = matched()
    second, alone, mine = matched(), matched(mowing), matched(riders)
    assert first.proposals_count == 2
    assert [run.proposals_count for run in (second, alone, mine)] == [0, 0, 0]
    assert [run.state for run in (second, alone, mine)] == [RunState.DONE] * 3


def test_small_run_keeps_to_the_limit_of_a_need(mowing: Need, mori) -> None:
    for _ in range(5):
        make_party()
    matched()
    late = [make_party(wishes=(("trail_mtb", 3),)) for _ in range(2)]
    for target in (*late, mowing, None):
        assert matched(target).proposals_count == 0
    assert Match.objects.filter(state=MatchState.PROPOSED).count() == 5
    reject_match(match_id=Match.objects.all()[0].pk, actor=mori, reason=EndReason.DATES)
    assert matched(mowing).proposals_count == 1


def test_runs_keep_to_what_the_guides_can_read(saga, trails, mori, sato) -> None:
    Guide.objects.filter(user=mori).update(weekly_capacity=3)
    Guide.objects.filter(user=sato).update(weekly_capacity=1)
    needs = [make_need(saga, offers=[trails]) for _ in range(3)]
    parties = [make_party() for _ in range(7)]
    for target in (needs[0], parties[6], needs[1], None):
        matched(target)
    waiting = {guide.user: guide.matches.count() for guide in Guide.objects.all()}
    assert waiting == {mori: 3, sato: 1}


def test_two_plans_from_the_same_numbers_are_counted_again(saga, trails, mori) -> None:
    """Both runs have planned when nothing was written yet; the guide's desk is filled once."""
    from matching.services import run_merge, run_prepared, run_proposals, run_steps
    from matching.snapshots import read_inputs

    Guide.objects.update(weekly_capacity=1)
    needs = [make_need(saga, offers=[trails]) for _ in range(2)]
    for _ in range(2):
        make_party()
    now = timezone.now()
    runs = [open_run(actor=mori, target=need) for need in needs]
    plans = [
        run_merge.plan_of(
            prepared := run_steps.prepare(read_inputs(scope=run.scope, weights=Weights(), now=now)),
            [run_steps.score(prepared, run_prepared.cut(prepared, whole=True)[0])],
            diagnosed=True,
        )
        for run in runs
    ]
    assert [len(plan.proposals) for plan in plans] == [1, 1]
    skipped = [
        run_proposals.write_proposals(run, plan.proposals, now=now)
        for run, plan in zip(runs, plans, strict=True)
    ]
    assert [dict(each) for each in skipped] == [{}, {"guide_full": 1}]
    assert Match.objects.count() == 1


def test_who_was_asked_as_often_as_allowed_is_not_proposed_again(saga, trails, mori, hana_party) -> None:
    for _ in range(Weights().contacts_max):
        match = story.asked(story.propose(make_need(make_region(guide=mori.guide)), hana_party), guide=mori)
        decline_match(match_id=match.pk, actor=hana_party.representative, reason=EndReason.DATES)
    new, home = make_need(saga, offers=[trails]), make_need(known := make_region(guide=mori.guide))
    Relation.objects.create(volunteer=hana_party, region=known, promised=1, kept=1, days=1)
    run = matched()
    assert pairs(run) == {(home, hana_party)}
    assert run.report["left_in_peace"] == 1
    look = looked_at(hana_party)
    assert new.pk in set(look.suggestions.values_list("need", flat=True)), "it is still shown what fits"


def test_who_has_a_promise_is_proposed_there_however_often_it_was_asked(saga, mori, hana_party) -> None:
    promised = make_need(saga, slots=[{"start_at": timezone.now() + timedelta(days=120)}])
    story.agreed(promised, hana_party, guide=mori)
    for _ in range(Weights().contacts_max):
        match = story.asked(story.propose(make_need(make_region(guide=mori.guide)), hana_party), guide=mori)
        decline_match(match_id=match.pk, actor=hana_party.representative, reason=EndReason.DATES)
    other = make_need(saga, slots=[{"start_at": timezone.now() + timedelta(days=90)}])
    run = matched()
    assert pairs(run) == {(other, hana_party)}
    assert run.report["skipped"] == {}


def test_two_plans_for_one_party_are_counted_again(saga, trails, mori, hana_party, admin) -> None:
    weights = add_weights(actor=admin, values={"contacts_max": 1})
    activate_weights(actor=admin, version=weights.version)
    needs = [make_need(saga, offers=[trails]) for _ in range(2)]
    plans = [(open_run(actor=mori, target=need), plan_only(actor=mori, target=need)) for need in needs]
    skipped = [write_proposals(run, plan.proposals, now=timezone.now()) for run, plan in plans]
    assert [dict(each) for each in skipped] == [{}, {"asked_enough": 1}]
    assert pairs() == {(needs[0], hana_party)}


def test_community_without_guides_gets_proposals_for_the_administrators(mowing: Need, riders) -> None:
    matched()
    assert Match.objects.get().guide is None


def test_what_became_impossible_is_counted_and_skipped(mowing: Need, riders, hana_party, mori) -> None:
    """The party paused, and another one was deleted, between the plan and the writing."""
    from matching.services import run_proposals

    run = open_run(actor=mori, target=mowing)
    plan = plan_only(actor=mori, target=mowing)
    assert {row.party for row in plan.proposals} == {riders.pk, hana_party.pk}
    Volunteer.objects.filter(pk=riders.pk).update(is_active=False)
    hana_party.delete()
    skipped = run_proposals.write_proposals(run, plan.proposals, now=timezone.now())
    assert dict(skipped) == {"party_paused": 1, "gone": 1}
    assert not Match.objects.exists()


def test_whoever_was_promised_elsewhere_meanwhile_is_skipped(mowing: Need, hana, hana_party, mori) -> None:
    from matching.services import run_proposals

    run = open_run(actor=mori, target=mowing)
    plan = plan_only(actor=mori, target=mowing)
    assert [row.party for row in plan.proposals] == [hana_party.pk]
    same_hours = make_need(mowing.region, slots=[{"start_at": mowing.slots.get().start_at}])
    story.asked(story.propose(same_hours, make_party(hana, name="Hana by another name")), guide=mori)
    skipped = run_proposals.write_proposals(run, plan.proposals, now=timezone.now())
    assert dict(skipped) == {"person_busy": 1}
    assert not Match.objects.filter(volunteer=hana_party).exists()


def test_one_run_sends_nobody_to_two_places(mowing: Need, trails, hana, hana_party) -> None:
    make_need(mowing.region, offers=[trails], slots=[{"start_at": mowing.slots.get().start_at}])
    club = make_party(
        size=4, min_people=2, members=[hana], abilities=("grass_hand",), wishes=(("trail_mtb", 3),)
    )
    together = pairs(matched())
    assert len(together) == 1
    club.memberships.filter(user=hana).delete()
    assert {party for _, party in pairs(matched()) | together} == {club, hana_party}


def test_plan_only_writes_nothing(mowing: Need, riders: Volunteer, mori) -> None:
    plan = plan_only(actor=mori, target=mowing)
    assert [(row.need, row.party, row.people) for row in plan.proposals] == [(mowing.pk, riders.pk, 5)]
    written = [Match, MatchRun, WeightSet, NeedDiagnosis, Outbox, AuditEntry]
    assert [model.objects.count() for model in written] == [0] * len(written)


def test_date_within_a_day_is_not_proposed(saga, trails, mori) -> None:
    make_need(saga, offers=[trails], slots=[{"start_at": timezone.now() + timedelta(hours=20)}])
    make_party()
    matched()
    assert pairs() == set()


def test_pair_is_asked_again_only_after_a_completed_day(mowing: Need, riders, mori) -> None:
    story.completed(mowing, riders, guide=mori)
    run = matched()
    assert run.state == RunState.DONE
    assert pairs(run) == {(mowing, riders)}
