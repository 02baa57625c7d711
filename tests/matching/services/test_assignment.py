"""Who is put in charge of a match, and what that does to the community."""

from __future__ import annotations

import pytest

from accounts.errors import Invalid
from accounts.models import AuditEntry, Outbox, User, Volunteer
from matching.policies import matches_visible_to
from matching.services.review import assign_guide
from regions.models import Need
from regions.policies import guide_regions
from tests.builders import FUKUOKA, make_guide, make_need, make_organization, make_region
from tests.matching import saga as story

pytestmark = pytest.mark.django_db


def test_administrator_hands_over_one_match_of_a_covered_community_and_not_the_community(
    mowing: Need, hana_party: Volunteer, mori: User, admin: User
) -> None:
    outsider = make_guide(make_organization())
    match, other = story.propose(mowing, hana_party), story.propose(make_need(mowing.region), hana_party)

    assign_guide(match_id=match.pk, actor=admin, guide=outsider)

    mowing.region.refresh_from_db()
    assert mowing.region.guide is None
    assert list(guide_regions(mori)) == [mowing.region]
    assert set(matches_visible_to(mori)) == {match, other}
    assert set(matches_visible_to(outsider.user)) == {match}


def test_where_nobody_guides_the_guide_is_named_for_the_community(hana_party: Volunteer, admin: User) -> None:
    need = make_need(make_region(municipality=FUKUOKA))
    guide = make_guide(make_organization())
    match = story.propose(need, hana_party)
    Outbox.objects.all().delete()

    assigned = assign_guide(match_id=match.pk, actor=admin, guide=guide)

    need.region.refresh_from_db()
    assert need.region.guide == assigned.guide == guide
    assert AuditEntry.objects.filter(action="region.assign_guide").count() == 1
    assert [row.payload for row in Outbox.objects.filter(topic="matching.rescore")] == [{"need": need.pk}]


def test_guide_hands_over_to_colleagues_only(
    mowing: Need, hana_party: Volunteer, mori: User, sato: User
) -> None:
    match = story.propose(mowing, hana_party)
    with pytest.raises(Invalid, match="guide_unknown_here"):
        assign_guide(match_id=match.pk, actor=mori, guide=make_guide(make_organization()))
    assert assign_guide(match_id=match.pk, actor=mori, guide=sato.guide).guide == sato.guide
