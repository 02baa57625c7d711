"""Paid employment, where one of two organizations has recorded the legal basis on which it refers to it."""

from __future__ import annotations

import pytest

from accounts.errors import Conflict, Invalid
from accounts.models import Guide, Volunteer
from matching.enums import MatchState
from matching.models import Match
from matching.services.proposals import apply_for_need, suggest_match
from matching.services.review import approve_match, assign_guide, escalate_review
from regions.enums import Compensation
from regions.models import Need
from tests.builders import SAGA, make_guide, make_need, make_organization, make_party
from tests.matching import saga as story
from tests.matching.looking import look, need_row
from tests.matching.running import matched

pytestmark = pytest.mark.django_db


@pytest.fixture
def licensed(mori) -> list[Guide]:
    """Two guides of an organization that may refer; mori's may not, and has more room."""
    organization = make_organization(
        municipalities=[SAGA], has_employment_basis=True, employment_basis="職業安定法第29条"
    )
    return [make_guide(organization, weekly_capacity=capacity) for capacity in (3, 2)]


@pytest.fixture
def paid(saga, trails) -> Need:
    return make_need(saga, offers=[trails], compensation=Compensation.EMPLOYMENT)


def test_run_gives_employment_to_those_who_may_refer(paid: Need, hana_party, licensed, mori) -> None:
    matched()
    assert Match.objects.get().guide == licensed[0]


def test_desk_of_employment_is_those_who_may_refer(saga, paid: Need, licensed, mori) -> None:
    inputs = look()
    assert inputs.capacity[need_row(paid, inputs).guide] == 5
    other = make_need(saga)
    inputs = look()
    assert inputs.capacity[need_row(other, inputs).guide] == 5 + mori.guide.weekly_capacity


@pytest.mark.usefixtures("licensed")
def test_handmade_match_is_given_to_those_who_may_refer(paid, hana_party, riders, mori) -> None:
    slots = paid.slots.all()
    applied = apply_for_need(actor=hana_party.representative, need=paid, volunteer=hana_party, slots=slots)
    suggested = suggest_match(actor=mori, need=paid, volunteer=riders, slots=slots)
    assert mori.guide not in {applied.guide, suggested.guide}
    assert None not in {applied.guide, suggested.guide}


def test_without_a_basis_nobody_begins_a_match(paid: Need, hana, hana_party: Volunteer, mori) -> None:
    with pytest.raises(Conflict) as refused:
        apply_for_need(actor=hana, need=paid, volunteer=hana_party, slots=paid.slots.all())
    assert (refused.value.code, Match.objects.count()) == ("employment_without_basis", 0)


def test_overdue_review_stays_with_those_who_may_refer(paid: Need, hana_party, licensed, mori) -> None:
    match = story.propose(paid, hana_party)
    first = match.guide
    match = escalate_review(match_id=match.pk, now=match.due_at)
    assert {first, match.guide} == set(licensed)


def test_employment_is_not_handed_to_a_guide_without_a_basis(paid, licensed, mori, admin) -> None:
    match = story.propose(paid, make_party())
    for actor in (mori, admin):
        with pytest.raises(Invalid) as refused:
            assign_guide(match_id=match.pk, actor=actor, guide=mori.guide)
        assert refused.value.code == "guide_may_not_refer"
    assert assign_guide(match_id=match.pk, actor=mori, guide=licensed[1]).guide == licensed[1]


def test_approval_asks_for_the_basis_of_the_guide_in_charge(paid: Need, hana_party, licensed, mori) -> None:
    match = story.propose(paid, hana_party)
    Match.objects.filter(pk=match.pk).update(guide=mori.guide)
    with pytest.raises(Conflict) as refused:
        approve_match(match_id=match.pk, actor=licensed[0].user)
    assert refused.value.code == "employment_without_basis"
    Match.objects.filter(pk=match.pk).update(guide=licensed[1])
    assert approve_match(match_id=match.pk, actor=mori).state == MatchState.ASKING
