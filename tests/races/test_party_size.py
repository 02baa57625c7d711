"""A party that becomes smaller while its match is approved: one of the two is refused, whichever is first."""

from __future__ import annotations

from collections import Counter

import pytest
from django.utils import timezone

from accounts.models import Ability, User
from accounts.services.parties import update_party
from matching.enums import HOLDING
from matching.models import Match
from matching.services.invariants import check_invariants
from matching.services.review import approve_match
from regions.models import Region
from tests.builders import make_need, make_party
from tests.races.crowd import proposals, threads

pytestmark = [pytest.mark.races, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PAIRS = 8


def test_approval_and_a_smaller_size_never_both_succeed(saga: Region, mori: User) -> None:
    parties = [make_party(size=5) for _number in range(PAIRS)]
    Ability.objects.update(people=1)
    seen: Counter[str] = Counter()
    with threads(2) as crowd:
        for party in parties:
            [match] = proposals([(make_need(saga).slots.get(), party)])
            answers = crowd.together(
                [
                    lambda match=match: approve_match(match_id=match.pk, actor=mori),
                    lambda party=party: update_party(actor=party.representative, party=party, size=1),
                ]
            )
            seen[",".join(answers)] += 1
    assert set(seen) <= {",people_promised", "party_smaller_now,"}
    held = Match.objects.filter(state__in=sorted(HOLDING)).select_related("volunteer")
    assert all(match.people <= match.volunteer.size for match in held)
    assert check_invariants(now=timezone.now()) == []
