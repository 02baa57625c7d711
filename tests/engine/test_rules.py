"""Each hard rule alone: the pair fits until one thing is wrong, and then that rule is named and counted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from matching.engine import (
    HARD_RULES,
    AvailabilityRule,
    Mode,
    ReasonCode,
    Transport,
    assess,
    build_needs,
    build_snapshot,
    recompute,
    single_changes,
)
from tests.engine.small import allocation_of, need, party, slot, small
from tests.engine.world import DAY, DAYS, VOCABULARY, World, compiled, scan

R = ReasonCode
FITS = small([party(1)], [need(7, slot(70, 6))])


def judged(world: World):
    snapshot, needs = compiled(world)
    return assess(
        snapshot=snapshot,
        needs=needs,
        need_id=7,
        participant_id=1,
        minutes=world.minutes,
        weights=world.weights,
    )


def changed(
    *, party: dict | None = None, need: dict | None = None, slot: dict | None = None, **more
) -> World:
    (someone,), (place,) = FITS.participants, FITS.needs
    slots = tuple(replace(row, **(slot or {})) for row in place.slots)
    return replace(
        FITS,
        participants=(replace(someone, **(party or {})),),
        needs=(replace(place, **{"slots": slots, **(need or {})}),),
        **more,
    )


NO_WAY = np.full((2, 1, 1), -1, dtype=np.int32)
ALONE = {
    R.EMPLOYMENT: changed(need={"employment_blocked": True}),
    R.BLOCKED: changed(party={"blocked_regions": frozenset({7})}),
    R.ALREADY_MATCHED: changed(party={"live_need_ids": frozenset({7})}),
    R.LOAD_FULL: changed(party={"remaining_load": 0}),
    R.GROUP_NOT_ACCEPTED: changed(party={"is_group": True}, need={"group_ok": False}),
    R.BEGINNER_NOT_ACCEPTED: changed(party={"beginner": True}, need={"beginner_ok": False}),
    R.AGE: changed(party={"youngest_age": 19}, need={"min_age": 20}),
    R.MINORS: changed(party={"youngest_age": 13, "has_minors": True}, need={"children_ok": False}),
    R.LOAD: changed(party={"abilities": ((6, 1),), "load_limit": 2}, need={"work": ((6, 1),)}),
    R.NO_WORK_FIT: changed(need={"work": ((7, 3),)}),
    R.OFFER_NOT_PERMITTED: changed(need={"offers": (), "offers_pending": True}),
    R.NO_WISH_FIT: changed(need={"offers": (7,)}),
    R.TOO_SOON: changed(slot={"too_soon": True}),
    R.NO_COMMON_DATE: changed(party={"except_days": frozenset({6})}),
    R.PERSON_BUSY: changed(party={"busy": ((6 * DAY + 600, 6 * DAY + 601),)}),
    R.REMOTE_NOT_WANTED: changed(party={"remote_ok": False}, need={"mode": Mode.REMOTE}),
    R.NO_LOCAL_HANDS: changed(need={"local_hands": 0}),
    R.NO_ROUTE: changed(minutes=NO_WAY),
    R.TRAVEL_TOO_FAR: changed(party={"travel_limit_minutes": 49}),
    R.PLACES_SHORT: changed(slot={"places_free": 0}),
    R.FIRST_VISIT_MAX: changed(party={"size": 6, "min_people": 6}, slot={"places_free": 9}),
    R.QUALIFICATION: changed(need={"hard_qualifications": ((3, 1),)}),
}


def test_every_rule_has_its_case():
    assert set(ALONE) == set(HARD_RULES)


def test_the_pair_fits_until_something_is_wrong():
    found = judged(FITS)
    assert found.reasons == ()
    assert found.slots == ((70, 1),)
    assert found.score.score_micro > 0
    assert found.regardless == found.score


def test_pair_without_dates_has_no_score_and_one_with_a_wrong_date_keeps_what_it_is_worth():
    assert judged(changed(need={"slots": ()})).regardless is None
    busy = judged(ALONE[R.PERSON_BUSY])
    assert (busy.score, busy.regardless) == (None, judged(FITS).score)


@pytest.mark.parametrize("code", ALONE)
def test_one_wrong_thing_fails_one_rule(code):
    world = ALONE[code]
    found = judged(world)
    assert (found.reasons, found.score, found.slots) == ((code,), None, ())
    assert found.regardless.score_micro == recompute(found.regardless)
    merged = scan(world)
    at = HARD_RULES.index(code)
    assert [int(count) for count in merged.failed[0]] == [
        int(place == at) for place in range(len(HARD_RULES))
    ]
    assert merged.failed.tolist() == merged.only.tolist()
    assert allocation_of(world).proposals == ()


PASSES = {
    "beyond its day-trip limit a party stays over": changed(party={"day_trip_limit_minutes": 40}),
    "back to back is no overlap": changed(
        party={"busy": ((6 * DAY, 6 * DAY + 540), (6 * DAY + 720, 7 * DAY))}
    ),
    "a fifth over the limit": changed(party={"travel_limit_minutes": 50}),
    "no limit for remote work": changed(need={"mode": Mode.REMOTE}, party={"travel_limit_minutes": 1}),
    "no local hands for remote work": changed(need={"mode": Mode.REMOTE, "local_hands": 0}),
    "no route for remote work": changed(need={"mode": Mode.REMOTE}, minutes=NO_WAY),
    "minors old enough": changed(
        party={"youngest_age": 16, "has_minors": True}, need={"children_ok": False, "min_age": 15}
    ),
    "a day-trip limit does not bind a stay": changed(
        party={"day_trip_limit_minutes": 10}, need={"offers_stay": True}
    ),
    "first_visit_max does not bind who knows the place": changed(
        party={"size": 6, "min_people": 6, "known_regions": frozenset({7})}, slot={"places_free": 9}
    ),
    "valid to the last day": changed(
        party={"qualifications": ((3, 1, 6),)}, need={"hard_qualifications": ((3, 1),)}
    ),
    "two rows of one qualification add up": changed(
        party={"qualifications": ((3, 1, None), (3, 1, 9))}, need={"hard_qualifications": ((3, 2),)}
    ),
    "nothing stated on either side": changed(
        party={"abilities": (), "wishes": ()}, need={"offers": (), "offers_stated": False}
    ),
    "the quicker way counts": changed(minutes=np.array([[[-1]], [[60]]], dtype=np.int32)),
}


@pytest.mark.parametrize("name", PASSES)
def test_the_rule_lets_through(name):
    found = judged(PASSES[name])
    assert found.reasons == ()
    assert found.score is not None


FAILS = {
    "expired the day before": (
        changed(party={"qualifications": ((3, 1, 5),)}, need={"hard_qualifications": ((3, 1),)}),
        R.QUALIFICATION,
    ),
    "minors of unknown age": (
        changed(party={"has_minors": True}, need={"children_ok": False, "min_age": 15}),
        R.MINORS,
    ),
    "children too young where children may come": (
        changed(party={"has_minors": True, "youngest_age": 9}, need={"min_age": 10}),
        R.AGE,
    ),
    "no car": (
        changed(party={"transport": Transport.CAR}, minutes=np.array([[[-1]], [[60]]], dtype=np.int32)),
        R.NO_ROUTE,
    ),
    "no slot at all": (changed(need={"slots": ()}), R.NO_COMMON_DATE),
    "hours end a minute early": (
        changed(party={"availability": (AvailabilityRule(until_minute=719),)}),
        R.NO_COMMON_DATE,
    ),
    "unstated abilities but too heavy": (
        changed(party={"abilities": (), "load_limit": 2}, need={"work": ((6, 1),)}),
        R.LOAD,
    ),
}


@pytest.mark.parametrize("name", FAILS)
def test_the_rule_stops(name):
    world, code = FAILS[name]
    assert judged(world).reasons == (code,)


def test_two_slots_that_fail_differently_name_what_alone_would_help():
    slots = (slot(70, 6, places=0), slot(71, 7))
    world = small([party(1, except_days=frozenset({7}))], [need(7, *slots)])
    assert judged(world).reasons == (R.NO_COMMON_DATE, R.PLACES_SHORT)


def test_diagnosis_names_the_change_that_brings_most():
    crowd = [party(n, except_days=frozenset({6})) for n in range(1, 5)]
    blocked = [party(n, blocked_regions=frozenset({7})) for n in range(10, 16)]
    far = [party(n, travel_limit_minutes=20, except_days=frozenset({6})) for n in range(20, 22)]
    world = small([*crowd, *blocked, *far, party(30)], [need(7, slot(70, 6))])
    snapshot, needs = compiled(world)
    found = single_changes(
        layers=[snapshot], need=needs.needs[0], minutes=world.minutes, weights=world.weights
    )
    assert (found.compared, found.passed) == (13, 1)
    assert [(rule.code, rule.failed, rule.only) for rule in found.rules] == [
        (R.BLOCKED, 6, 6),
        (R.NO_COMMON_DATE, 6, 4),
        (R.TRAVEL_TOO_FAR, 2, 0),
    ]
    (change,) = found.changes
    assert (change.code, change.brings) == (R.NO_COMMON_DATE, 4)


def test_rows_that_contradict_themselves_are_refused():
    twice = (party(1), replace(party(2), public_id="p1"))
    outside = need(7, slot(70, DAYS))
    snapshot, _ = compiled(FITS)
    with pytest.raises(ValueError, match="unique"):
        build_snapshot(vocabulary=VOCABULARY, horizon=FITS.horizon, participants=twice)
    with pytest.raises(ValueError, match="minimum"):
        build_snapshot(vocabulary=VOCABULARY, horizon=FITS.horizon, participants=[party(1, min_people=2)])
    with pytest.raises(ValueError, match="horizon"):
        build_needs(snapshot=snapshot, needs=[outside])
    with pytest.raises(ValueError, match="unique"):
        build_needs(snapshot=snapshot, needs=[need(7), need(7)])
    with pytest.raises(KeyError):
        assess(
            snapshot=snapshot,
            needs=build_needs(snapshot=snapshot, needs=[]),
            need_id=7,
            participant_id=1,
            minutes=FITS.minutes,
            weights=FITS.weights,
        )
