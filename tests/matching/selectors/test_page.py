"""What the page of a match reads from rows that came along is what is read alone: before, during and after each step."""

from __future__ import annotations

import pytest

from accounts.enums import AgeBand
from accounts.models import User, Volunteer
from matching.enums import AnswerValue
from matching.models import Match, MatchPerson
from matching.selectors.guardians import guarded_as_read, guarded_of
from matching.selectors.matches import with_page
from matching.selectors.readiness import missing_as_read, missing_for_agreement
from matching.services.answers import confirm_promise
from matching.services.meetings import waive_meeting
from regions.models import Region
from tests.builders import make_need, make_offer, make_user
from tests.matching import saga as story

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(saga: Region, hana_party: Volunteer, mori: User) -> Match:
    need = make_need(saga, offers=[make_offer(saga, permission="informal")])
    return story.asked(story.propose(need, hana_party), guide=mori)


def page(match: Match) -> Match:
    return with_page(Match.objects.all()).get(pk=match.pk)


def same_missing(match: Match) -> tuple[str, ...]:
    found = missing_for_agreement(Match.objects.get(pk=match.pk))
    assert missing_as_read(page(match)) == found
    return found


def test_what_is_missing_is_the_same_at_every_step(
    asked: Match, hana_party: Volunteer, mori: User, ume: User
) -> None:
    first = same_missing(asked)
    assert {"answers", "meeting", "permission", "promise_party", "promise_region"} <= set(first)
    waive_meeting(match_id=asked.pk, actor=mori, reason="祭りで会っている")
    assert "meeting" not in same_missing(asked)
    story.both_answer(asked, AnswerValue.YES)
    assert "answers" not in same_missing(asked)
    confirm_promise(match_id=asked.pk, actor=hana_party.representative)
    assert "promise_party" not in same_missing(asked)


def test_minors_are_the_same_whether_named_or_not(asked: Match, hana_party: Volunteer) -> None:
    child = make_user("娘", age_band=AgeBand.MINOR)
    asked.named_people.all().delete()
    assert guarded_as_read(page(asked)) == guarded_of(asked) == []
    hana_party.memberships.create(user=child)
    assert [row.minor for row in guarded_as_read(page(asked))] == [child]
    assert guarded_as_read(page(asked)) == guarded_of(asked)
    MatchPerson.objects.create(match=asked, user=hana_party.representative)
    assert guarded_as_read(page(asked)) == guarded_of(asked)
