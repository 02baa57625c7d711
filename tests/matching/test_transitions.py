"""The table of moves, walked from end to end: what may become of one match, and of five on two places."""

from __future__ import annotations

from dataclasses import replace

import pytest

from matching.enums import DISCLOSED, ENDED, HOLDING, LIVE, MatchState, Role
from matching.services import guards
from matching.transitions import MOVES, TABLE, Audience, moves_from
from tests.matching import table_model as model
from tests.matching.table_laws import LAWS, Law
from tests.matching.table_model import PLACES, Walk


@pytest.fixture(scope="module")
def walked() -> Walk:
    return model.walk(MOVES, people=(1, PLACES))


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS.keys())
def test_rows_obey(law: Law) -> None:
    assert list(law(MOVES)) == []


def test_no_step_of_the_whole_walk_is_wrong(walked: Walk) -> None:
    assert len(walked.lives) > 1000
    assert sum(1 for _step in walked.all_steps) > 10_000
    assert {sentence for step in walked.all_steps for sentence in model.complaints(step)} == set()


def test_every_state_is_reached_and_every_row_is_used(walked: Walk) -> None:
    assert {life.state for life in walked.lives} == {None, *MatchState}
    assert {step.move.name for step in walked.all_steps} == set(TABLE)


def test_silence_ends_every_live_match(walked: Walk) -> None:
    assert [life for life, steps in walked.lives.items() if model.stays_for_ever(life, steps)] == []


def test_states_that_hold_hold_the_whole_party_and_no_other_state_holds(walked: Walk) -> None:
    held = {(life.state in HOLDING, life.people, life.held) for life in walked.lives}
    assert held == {(True, 1, 1), (True, 2, 2), (False, 1, 0), (False, 2, 0)}


def test_contacts_are_disclosed_only_after_two_yeses(walked: Walk) -> None:
    disclosed = [life for life in walked.lives if life.state in DISCLOSED]
    assert len(disclosed) > 10
    assert {(life.party, life.region) for life in disclosed} == {("yes", "yes")}


@pytest.mark.parametrize("missing", ["consents", "party_promise", "region_promise"])
def test_promise_waits_for_each_of_its_facts(walked: Walk, missing: str) -> None:
    complete = {life for life in walked.lives if life.state == MatchState.ASKING and model.ready(life)}
    lacking = {life._replace(**{missing: False}) for life in complete}

    agreeing = {step.before for step in walked.all_steps if step.move.name == "agree"}

    assert len(complete) == len(lacking) > 5
    assert complete <= agreeing
    assert lacking & agreeing == set()


def test_each_side_and_the_guide_can_leave_whatever_they_were_asked(walked: Walk) -> None:
    for life, steps in walked.lives.items():
        if life.state in HOLDING:
            leaving = {step.role for step in steps if step.life.state in ENDED}
            assert leaving >= {Role.PARTY, Role.REGION, Role.GUIDE}, life


def test_five_matches_never_hold_more_than_two_places_and_silence_frees_them(walked: Walk) -> None:
    together = model.crowd(walked)

    assert len(together.seen) > 3000
    assert together.most_held == PLACES
    assert together.stuck == []


def test_five_matches_overbook_when_approval_does_not_count_again(walked: Walk) -> None:
    together = model.crowd(walked, counts_again=False)

    assert together.most_held > PLACES


def test_checks_of_the_walk_are_those_of_the_house() -> None:
    assert set(model.GUARDS) == set(guards.GUARDS)
    assert {move.guard for move in MOVES} - {""} == set(guards.GUARDS)


def test_moves_from_offers_what_state_and_role_allow() -> None:
    offered = {
        (state, role): {move.name for move in moves_from(state, role)}
        for state in MatchState
        for role in Role
    }

    assert offered[MatchState.PROPOSED, Role.SYSTEM] == {"escalate", "approve", "lapse", "assign"}
    assert offered[MatchState.AGREED, Role.PARTY] == {"name_people", "cancel"}
    assert offered[MatchState.PROPOSED, Role.REGION] == {"withdraw", "redate", "drop_date", "move_date"}
    assert all(not names for (state, _role), names in offered.items() if state not in LIVE)


def test_move_without_target_leads_to_where_it_came_from() -> None:
    assert {TABLE["snooze"].leads_to(state) for state in MatchState} == set(MatchState)
    assert TABLE["untick"].leads_to(MatchState.CONFIRMED) == MatchState.AGREED


def test_a_table_cannot_be_changed_in_passing() -> None:
    with pytest.raises(AttributeError):
        TABLE["agree"].guard = ""  # type: ignore[misc]
    assert replace(TABLE["agree"], guard="").guard != TABLE["agree"].guard
    assert {audience for move in MOVES for _kind, audience in move.tells} == set(Audience)
