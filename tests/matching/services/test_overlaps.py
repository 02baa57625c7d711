"""One person at overlapping hours: what a guide may allow, to whom, and that it stretches to nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.errors import Conflict, NotAllowed
from accounts.models import User, Volunteer
from matching.models import Match, MatchPerson
from matching.services.invariants import check_invariants
from matching.services.review import approve_match, name_people, undo_approval
from regions.models import Need
from tests.builders import make_need, make_party
from tests.matching import saga as story

pytestmark = pytest.mark.django_db

REASON = "午前は途中で抜ける約束"


@pytest.fixture
def pair(hana: User) -> Volunteer:
    """A group of three of which hana is a member."""
    return make_party(size=3, members=[hana])


@pytest.fixture
def elsewhere(mowing: Need, hana_party: Volunteer, mori: User) -> Match:
    """Hana is promised to the mowing."""
    return story.asked(story.propose(mowing, hana_party), guide=mori)


@pytest.fixture
def same_hours(mowing: Need) -> Need:
    return make_need(mowing.region, slots=[{"start_at": mowing.slots.get().start_at + timedelta(hours=1)}])


def excused(match: Match) -> set[int]:
    return set(MatchPerson.objects.filter(match=match, may_overlap=True).values_list("user_id", flat=True))


@pytest.mark.usefixtures("elsewhere")
def test_reason_at_approval_holds_for_who_was_named_then(
    same_hours: Need, pair: Volunteer, hana: User, mori: User
) -> None:
    match = story.propose(same_hours, pair)
    name_people(match_id=match.pk, actor=pair.representative, users=[hana, pair.representative])

    approve_match(match_id=match.pk, actor=mori, overlap_reason=REASON)
    name_people(match_id=match.pk, actor=pair.representative, users=[hana])

    assert excused(match) == {hana.pk}
    assert check_invariants(now=timezone.now()) == []


@pytest.mark.usefixtures("elsewhere")
def test_party_cannot_name_somebody_else_by_the_guides_old_reason(
    mowing: Need, same_hours: Need, pair: Volunteer, hana: User, mori: User
) -> None:
    leader = make_party(pair.representative)
    story.asked(story.propose(mowing, leader), guide=mori)
    match = approve_match(match_id=story.propose(same_hours, pair).pk, actor=mori, overlap_reason=REASON)

    with pytest.raises(Conflict, match="person_busy"):
        name_people(match_id=match.pk, actor=pair.representative, users=[pair.representative, hana])

    assert excused(match) == {pair.representative_id}
    assert set(match.named_people.values_list("user_id", flat=True)) == {pair.representative_id}


@pytest.mark.usefixtures("elsewhere")
def test_only_a_guide_adds_an_exception(same_hours: Need, pair: Volunteer, hana: User, mori: User) -> None:
    match = story.asked(story.propose(same_hours, pair), guide=mori)
    names = {"match_id": match.pk, "users": [hana], "overlap_reason": REASON}

    with pytest.raises(NotAllowed, match="role_may_not"):
        name_people(**names, actor=pair.representative)
    named = name_people(**names, actor=mori, on_behalf_of="電話で本人")

    assert (excused(named), named.overlap_reason) == ({hana.pk}, REASON)
    assert named.events.latest("seq").on_behalf_of == "電話で本人"
    assert check_invariants(now=timezone.now()) == []


@pytest.mark.usefixtures("elsewhere")
def test_who_is_named_anew_needs_the_guides_word_anew(
    same_hours: Need, pair: Volunteer, hana: User, mori: User
) -> None:
    match = story.asked(story.propose(same_hours, pair), guide=mori)
    name_people(match_id=match.pk, actor=mori, users=[hana], overlap_reason=REASON)
    name_people(match_id=match.pk, actor=pair.representative, users=[pair.representative])

    with pytest.raises(Conflict, match="person_busy"):
        name_people(match_id=match.pk, actor=pair.representative, users=[hana])


@pytest.mark.usefixtures("elsewhere")
def test_undone_approval_takes_the_exception_back(
    same_hours: Need, pair: Volunteer, hana: User, mori: User
) -> None:
    match = story.propose(same_hours, pair)
    name_people(match_id=match.pk, actor=pair.representative, users=[hana])
    now = timezone.now()
    approve_match(match_id=match.pk, actor=mori, overlap_reason=REASON, now=now)

    undone = undo_approval(match_id=match.pk, actor=mori, now=now)

    assert (excused(match), undone.overlap_reason) == (set(), "")
    with pytest.raises(Conflict, match="person_busy"):
        story.asked(match, guide=mori)
