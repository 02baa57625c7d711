"""Oracles: each takes a result and the world it came from, and fails if the result is not right.

They are functions so that the tests of the guards can hand them results of broken variants and see them fail.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise

from matching.engine import HARD_RULES, Allocation, Merged, Phase, recompute
from tests.engine import reference
from tests.engine.world import World


def expected_pairs(world: World) -> dict[tuple[str, str], reference.Pair]:
    """The reference's judgement by (need public id, party public id)."""
    return {
        (need.public_id, party.public_id): reference.pair(world, party, need)
        for need in world.needs
        for party in world.participants
    }


def lists_of(world: World, merged: Merged) -> dict[str, list[tuple[str, int]]]:
    """Merged top lists as public ids and scores, by need."""
    publics = sorted(party.public_id for party in world.participants)
    names = sorted(need.public_id for need in world.needs)
    return {
        name: [(publics[r], int(s)) for r, s in zip(ranks, scores, strict=True) if s >= 0]
        for name, ranks, scores in zip(names, merged.need_ranks, merged.need_scores, strict=True)
    }


def party_lists_of(world: World, merged: Merged) -> dict[str, list[tuple[str, int]]]:
    """Merged lists of each party's best needs."""
    publics = sorted(party.public_id for party in world.participants)
    names = sorted(need.public_id for need in world.needs)
    return {
        public: [(names[n], int(s)) for n, s in zip(numbers, scores, strict=True) if s >= 0]
        for public, numbers, scores in zip(publics, merged.party_needs, merged.party_scores, strict=True)
    }


def check_scan(world: World, merged: Merged) -> None:
    """Ids, order and scores equal those of the reference."""
    pairs = expected_pairs(world)
    keep = world.weights.top_k + world.weights.slack
    by_need, by_party = defaultdict(list), defaultdict(list)
    for (need, party), judged in pairs.items():
        if judged.passes:
            by_need[need].append((party, judged.score))
            by_party[party].append((need, judged.score))
    for need, found in lists_of(world, merged).items():
        assert found == sorted(by_need[need], key=lambda e: (-e[1], e[0]))[:keep]
    for party, found in party_lists_of(world, merged).items():
        assert found == sorted(by_party[party], key=lambda e: (-e[1], e[0]))[: world.weights.top_l]
    check_counts(world, merged, pairs)


def check_counts(world: World, merged: Merged, pairs: dict[tuple[str, str], reference.Pair]) -> None:
    """Reason counts equal those of the reference."""
    for number, name in enumerate(sorted(need.public_id for need in world.needs)):
        failed, only, passed = Counter(), Counter(), 0
        for party in world.participants:
            judged = pairs[name, party.public_id]
            passed += judged.passes
            if not judged.passes:
                causes = reference.barriers(judged)
                assert causes[0], "a pair that fails has a reason"
                failed.update(causes[0])
                only.update(causes[1])
        assert int(merged.passed[number]) == passed
        assert [int(count) for count in merged.failed[number]] == [failed[code] for code in HARD_RULES]
        assert [int(count) for count in merged.only[number]] == [only[code] for code in HARD_RULES]


def check_allocation(world: World, allocation: Allocation) -> None:
    """Places, loads, guides, proposals per need, hard rules, overlaps, people, scores."""
    needs = {need.id: need for need in world.needs}
    parties = {party.id: party for party in world.participants}
    places: Counter[int] = Counter()
    assert len({p.participant_id for p in allocation.proposals}) == len(allocation.proposals)
    for proposal in allocation.proposals:
        need, party = needs[proposal.need_id], parties[proposal.participant_id]
        judged = reference.pair(world, party, need)
        check_proposal(world, proposal, judged, known=need.region in party.known_regions)
        promised = need.region in party.known_regions | party.agreed_regions
        assert (proposal.phase is Phase.RELATION) <= promised
        assert not reference.rests(world, party, need)
        score = proposal.score.score_micro
        assert proposal.behind_micro == score - reference.worth(world, party, need, score)
        assert party.min_people <= proposal.people
        for slot_id in proposal.slot_ids:
            places[slot_id] += proposal.people
    slots = {slot.id: slot for need in world.needs for slot in need.slots}
    assert all(taken <= slots[slot_id].places_free for slot_id, taken in places.items())
    check_capacities(world, allocation)
    check_people(world, allocation)


def check_people(world: World, allocation: Allocation) -> None:
    """Nobody is at two places at once."""
    people = {party.id: party.people for party in world.participants}
    slots = {slot.id: slot for need in world.needs for slot in need.slots}
    hours: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for proposal in allocation.proposals:
        dated = [slots[s] for s in proposal.slot_ids if not (slots[s].remote or slots[s].on_call)]
        for person in people[proposal.participant_id]:
            hours[person] += [(slot.start_minute, slot.end_minute) for slot in dated]
    for taken in hours.values():
        assert all(end <= start for (_, end), (start, _) in pairwise(sorted(taken)))


def check_proposal(world: World, proposal, judged: reference.Pair, *, known: bool) -> None:
    """One proposal against the reference's judgement of its pair."""
    slots = {slot.id: slot for need in world.needs for slot in need.slots}
    assert judged.passes
    assert 1 <= len(proposal.slot_ids) <= (world.weights.slots_max if known else 1)
    assert all(proposal.people <= judged.people.get(slot_id, 0) for slot_id in proposal.slot_ids)
    dated = [slots[s] for s in proposal.slot_ids if not (slots[s].remote or slots[s].on_call)]
    ordered = sorted(dated, key=lambda slot: slot.start_minute)
    assert all(a.end_minute <= b.start_minute for a, b in pairwise(ordered))
    assert recompute(proposal.score) == proposal.score.score_micro
    assert proposal.score.score_micro in {judged.slot_scores.get(slot_id) for slot_id in proposal.slot_ids}


def check_capacities(world: World, allocation: Allocation) -> None:
    """Proposals per need and per guide."""
    needs = {need.id: need for need in world.needs}
    per_need = Counter(proposal.need_id for proposal in allocation.proposals)
    per_guide = Counter(needs[proposal.need_id].guide for proposal in allocation.proposals)
    for need_id, made in per_need.items():
        stated = needs[need_id].proposals_max
        most = world.weights.proposals_max_default if stated is None else stated
        assert made + needs[need_id].live_proposals <= most
    for guide, made in per_guide.items():
        assert made <= world.guide_capacity.get(guide, world.weights.guide_capacity_default)
