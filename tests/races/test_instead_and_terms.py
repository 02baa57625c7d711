"""Guides who replace one proposal, or change its terms, at the moment at which others approve it."""

from __future__ import annotations

from collections import Counter

import pytest
from django.utils import timezone

from accounts.models import User, Volunteer
from matching.enums import LIVE, EndReason, MatchState
from matching.models import Hold, Match
from matching.services.instead import suggest_also, suggest_instead
from matching.services.invariants import check_invariants
from matching.services.review import approve_match
from matching.services.terms import change_terms
from regions.models import Region
from tests.builders import make_party
from tests.races.crowd import THREADS, Act, proposals, threads, weekly_slots

pytestmark = [pytest.mark.races, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ROUNDS = 8


def replacing(match: Match, party: Volunteer, guide: User) -> Act:
    reason = EndReason.DISTANCE
    return lambda: suggest_instead(match_id=match.pk, actor=guide, party=party, reason=reason)


def test_one_proposal_is_replaced_once(saga: Region, mori: User) -> None:
    parties = [make_party() for _number in range(THREADS + 1)]
    with threads() as crowd:
        for slot in weekly_slots(saga, [THREADS] * ROUNDS):
            (match,) = proposals([(slot, parties[0])])
            answers = crowd.together([replacing(match, party, mori) for party in parties[1:]])
            assert Counter(answers) == {"": 1, "match_not_proposed": THREADS - 1}
            (new,) = Match.objects.filter(need=slot.need, state__in=sorted(LIVE))
            assert new.volunteer == parties[1 + answers.index("")]


def test_two_who_are_to_replace_each_other_wait_for_nobody_for_ever(saga: Region, mori: User) -> None:
    parties = [make_party() for _number in range(THREADS)]
    seen: Counter[str] = Counter()
    with threads() as crowd:
        for slot in weekly_slots(saga, [THREADS] * ROUNDS):
            pair = proposals((slot, party) for party in parties[:2])
            acts = [replacing(pair[0], parties[1], mori), replacing(pair[1], parties[0], mori)] * 4
            acts += [replacing(pair[number % 2], parties[2 + number], mori) for number in range(4)]
            acts += [
                lambda match=pair[0], party=party: suggest_also(match_id=match.pk, actor=mori, party=party)
                for party in parties[2:6]
            ]
            seen.update(crowd.together(acts))
            live = Match.objects.filter(need=slot.need, state__in=sorted(LIVE))
            assert len({match.volunteer_id for match in live}) == len(live) >= 2
    assert set(seen) <= {"", "already_matched", "match_not_proposed", "match_moved_on"}
    assert min(seen[code] for code in ("", "already_matched", "match_not_proposed")) > 0


def test_places_are_held_for_the_terms_that_stand(saga: Region, mori: User) -> None:
    party, seen = make_party(size=THREADS), Counter()
    saga.first_visit_max = THREADS
    saga.save(update_fields=["first_visit_max"])

    def changing(match: Match, people: int) -> Act:
        return lambda: change_terms(match_id=match.pk, actor=mori, people=people)

    with threads() as crowd:
        for slot in weekly_slots(saga, [THREADS] * ROUNDS):
            (match,) = proposals([(slot, party)], people=lambda _party: 1)
            approving: Act = lambda match=match: approve_match(match_id=match.pk, actor=mori)  # noqa: E731
            acts = [changing(match, people) for people in range(2, THREADS)]
            seen.update(crowd.together([*acts[:7], approving, *acts[7:], approving]))
            match.refresh_from_db()
            assert match.state == MatchState.ASKING
            assert Hold.objects.filter(match=match, released_at=None).count() == match.people
            changes = match.events.filter(move="change_terms").order_by("seq")
            numbers = [event.data["people"] for event in changes]
            assert [step["before"] for step in numbers] == [1, *(step["after"] for step in numbers)][
                :-1
            ] or not numbers
            assert match.people == (numbers[-1]["after"] if numbers else 1)
    assert check_invariants(now=timezone.now()) == []
    assert seen["match_not_proposed"] > 0
    assert set(seen) <= {"", "match_not_proposed", "person_busy"}
