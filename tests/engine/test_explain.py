"""Explanations: integers that recompute, codes in their order, ready for JSON."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine import Explanation, Phase, Proposal, ReasonCode, Weights, assess, explain, inputs_digest
from tests.engine.small import allocation_of, need, party, slot, small
from tests.engine.world import World, compiled, random_world, shuffled

R = ReasonCode


def explained(world: World) -> list[Explanation]:
    snapshot, needs = compiled(world)
    return [
        explain(snapshot=snapshot, needs=needs, weights=world.weights, proposal=proposal)
        for proposal in allocation_of(world).proposals
    ]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_matched_kinds_add_up_to_the_stored_fractions(seed):
    for one in explained(random_world(seed, generous=True)):
        if one.work_stated:
            assert sum(kind.weight * kind.credit for kind in one.work) == one.score["f_num"]
            assert 4 * sum(kind.weight for kind in one.work) == one.score["f_den"]
        if one.wishes_stated and one.offers_stated:
            assert sum(kind.weight * kind.credit for kind in one.wishes) == one.score["g_num"]
            assert 4 * sum(kind.weight for kind in one.wishes) == one.score["g_den"]
        assert len(one.reasons) <= 3
        assert one.reasons == one.all_reasons[:3]
        assert len(one.slots) >= 1


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_stored_integers_alone_give_the_stored_score(seed):
    """As somebody outside the project would do it, from the JSON."""
    for one in explained(random_world(seed, generous=True)):
        s = json.loads(json.dumps(one.as_dict()))["score"]
        mutual = 2 * s["f_num"] * s["g_num"] * 10**6 // (s["f_num"] * s["g_den"] + s["g_num"] * s["f_den"])
        comfort, limit = mutual, 4 * s["limit_minutes"]
        if limit:
            way = min(s["travel_minutes"], s["limit_minutes"])
            comfort = mutual * (limit - s["comfort_quarters"] * way) // limit
        assert s["score_micro"] == comfort + s["relation_micro"] + s["kept_micro"] + s["wait_micro"]


def by_hand(world: World) -> Explanation:
    """The explanation of the one pair of a world, whatever keeps it apart."""
    snapshot, needs = compiled(world)
    found = assess(
        snapshot=snapshot,
        needs=needs,
        need_id=7,
        participant_id=1,
        minutes=world.minutes,
        weights=world.weights,
    )
    assert found.regardless is not None
    proposal = Proposal(
        need_id=7, participant_id=1, slot_ids=(70,), people=1, score=found.regardless, phase=Phase.HAND, behind_micro=0,
        bonuses=(), rank_for_need=None, rank_for_participant=None, compared=1, need_passed=0, party_passed=0,
    )  # fmt: skip
    return explain(snapshot=snapshot, needs=needs, weights=world.weights, proposal=proposal)


def test_pair_by_hand_is_not_said_to_fit_where_it_does_not():
    apart = small([party(1, wishes=((5, 3),))], [need(7, slot(70, 6), work=((7, 1),))])
    one = by_hand(apart)
    assert {R.WORK_FITS, R.WISH_FITS, R.WORK_PARTLY, R.WISH_PARTLY}.isdisjoint(
        one.all_reasons + one.all_caveats
    )
    nowhere = replace(apart, minutes=np.full((2, 1, 1), -1, dtype=np.int32))
    assert R.NEAR not in by_hand(nowhere).all_reasons
    assert R.NEAR in by_hand(replace(apart, minutes=np.full((2, 1, 1), 9, dtype=np.int32))).all_reasons


def test_explanation_of_a_first_visit():
    riders = party(1, size=30, min_people=4, is_group=True, abilities=((3, 14),), wishes=((2, 3), (5, 2)))
    place = need(
        7, slot(70, 6, places=30), work=((2, 3), (4, 1)), offers=(2, 6), wait_days=90, first_visit_max=5
    )
    (one,) = explained(small([riders], [place]))
    found = one.as_dict()
    assert json.loads(json.dumps(found)) == found
    assert found["work"] == [
        {"wanted": 2, "weight": 3, "held": 3, "credit": 4, "people": 14},
        {"wanted": 4, "weight": 1, "held": None, "credit": 0, "people": 0},
    ]
    assert found["wishes"] == [
        {"wanted": 2, "weight": 3, "held": 2, "credit": 4, "people": 0},
        {"wanted": 5, "weight": 2, "held": 6, "credit": 4, "people": 0},
    ]
    assert found["slots"] == [{"id": 70, "start_minute": 9180, "end_minute": 9360, "remote": 0}]
    assert (found["people"], found["size"], found["phase"]) == (5, 30, "group")
    assert found["bonuses"] == [["first_person", 250_000], ["first_in_region", 150_000]]
    assert found["reasons"] == ["work_fits", "wish_fits", "first_person"]
    assert found["caveat"] == "people_limited"
    assert found["all_caveats"] == ["people_limited", "work_partly"]
    assert (found["compared"], found["need_passed"], found["party_passed"]) == (1, 1, 1)
    assert (found["rank_for_need"], found["rank_for_participant"]) == (1, 1)


def test_unstated_directions_are_neutral_and_said():
    quiet = party(1, abilities=(), wishes=())
    bare = need(7, slot(70, 6), offers=(), offers_stated=False, need_served=2, region_served=2)
    (one,) = explained(small([quiet], [bare]))
    assert (one.score["f_num"], one.score["f_den"]) == (400_000, 1_000_000)
    assert one.score["mutual_micro"] == 400_000
    assert one.reasons == ()
    assert one.all_caveats == (R.WORK_UNSTATED, R.WISH_UNSTATED, R.OFFER_UNSTATED)


def test_travel_over_the_limit_is_the_first_caveat():
    (one,) = explained(
        small([party(1, travel_limit_minutes=55)], [need(7, slot(70, 6), offers_pending=True)])
    )
    assert one.caveat is R.TRAVEL_NEAR_LIMIT
    assert one.all_caveats == (R.TRAVEL_NEAR_LIMIT, R.OFFER_PENDING)


def test_a_way_too_long_for_one_day_is_said_and_costs_most_of_the_comfort():
    (near,) = explained(small([party(1, day_trip_limit_minutes=200)], [need(7, slot(70, 6))]))
    (far,) = explained(small([party(1, day_trip_limit_minutes=30)], [need(7, slot(70, 6))]))
    assert far.caveat is R.STAY_NEEDED
    assert R.STAY_NEEDED not in near.all_caveats
    assert far.score["comfort_micro"] < near.score["comfort_micro"]


def test_a_known_party_hears_of_the_bond_first():
    friend = party(1, known_regions=frozenset({7}), kept_micro=900_000, travel_limit_minutes=200)
    (one,) = explained(small([friend], [need(7, slot(70, 6), wait_days=100)]))
    assert one.reasons == (R.KNOWN_HERE, R.WORK_FITS, R.WISH_FITS)
    assert one.all_reasons[3:] == (R.WAITED_LONG, R.NEAR, R.WORD_KEPT)
    assert one.known


def digest(world: World) -> str:
    return inputs_digest(
        vocabulary=world.vocabulary,
        horizon=world.horizon,
        participants=world.participants,
        needs=world.needs,
        minutes=world.minutes,
        weights=world.weights,
        guide_capacity=world.guide_capacity,
    )


def test_digest_knows_a_changed_input_and_ignores_order():
    world = random_world(4)
    swapped = World(**{**vars(world), "participants": world.participants[::-1], "needs": world.needs[::-1]})
    assert digest(world) == digest(swapped)
    others = [
        {"weights": Weights(wait_max=1)},
        {"minutes": world.minutes + 1},
        {"guide_capacity": {0: 99}},
        {"participants": world.participants[1:]},
        {"needs": world.needs[1:]},
    ]
    seals = {digest(World(**{**vars(world), **change})) for change in others}
    assert len(seals | {digest(world)}) == len(others) + 1
    assert len(digest(shuffled(world, 1))) == 64


def test_digest_is_that_of_plain_values():
    """Sealed without copying, and still the seal that runs under way were given."""
    world = random_world(5)
    seal = hashlib.sha256()
    plain = [asdict(world.vocabulary), asdict(world.horizon), asdict(world.weights)]
    rows = [
        *(asdict(row) for row in sorted(world.participants, key=lambda row: row.public_id)),
        *(asdict(row) for row in sorted(world.needs, key=lambda row: row.public_id)),
    ]
    for value in (plain, sorted(world.guide_capacity.items()), *rows, list(world.minutes.shape)):
        text = json.dumps(value, default=sorted, sort_keys=True, separators=(",", ":"))
        seal.update(text.encode() + b"\n")
    seal.update(world.minutes.astype("<i4").tobytes())
    assert digest(world) == seal.hexdigest()
