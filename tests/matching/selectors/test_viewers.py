"""The bulk reading of roles says what the policy says, for everybody at every match."""

from __future__ import annotations

import pytest

from accounts.models import User, Volunteer
from matching import policies
from matching.enums import MatchState, Role, Side
from matching.models import Match
from matching.selectors.viewers import FOLLOWING, entered_for, viewer_of
from matching.transitions import TABLE
from regions.models import Need
from tests.builders import FUKUOKA, make_guide, make_need, make_organization, make_region
from tests.matching import saga

pytestmark = pytest.mark.django_db
CAST = ("hana", "harada", "yuki", "ume", "kenji", "mori", "sato", "admin")


@pytest.fixture
def matches(mowing: Need, hana_party: Volunteer, riders: Volunteer, mori: User, sato: User) -> list[Match]:
    """Two parties in a covered community, one match in a community of nobody here, one handed to a stranger."""
    elsewhere = make_need(make_region(municipality=FUKUOKA))
    handed = make_need(make_region(municipality=FUKUOKA))
    found = [saga.propose(need, party) for need in (mowing, elsewhere) for party in (hana_party, riders)]
    last = saga.propose(handed, hana_party)
    Match.objects.filter(pk=last.pk).update(guide=mori.guide)
    return list(Match.objects.filter(pk__in=[match.pk for match in [*found, last]]).order_by("pk"))


@pytest.mark.slow
@pytest.mark.parametrize("name", CAST)
def test_a_viewer_has_the_roles_of_the_policy(
    name: str, matches: list[Match], request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(name)
    viewer = viewer_of(user, matches)
    for match in matches:
        assert viewer.roles_on(match) == policies.roles_on(user, match)


def test_the_roles_of_the_cast_differ_so_that_the_comparison_means_something(
    matches: list[Match], request: pytest.FixtureRequest
) -> None:
    seen = {name: viewer_of(request.getfixturevalue(name), matches) for name in CAST}
    first, last = matches[0], matches[-1]
    assert {name: sorted(viewer.roles_on(first)) for name, viewer in seen.items()} == {
        "hana": [Role.PARTY], "harada": [], "yuki": [], "ume": [Role.REGION], "kenji": [Role.REGION],
        "mori": [Role.GUIDE], "sato": [Role.GUIDE], "admin": [Role.ADMIN],
    }  # fmt: skip
    assert (seen["mori"].roles_on(last), seen["sato"].roles_on(last)) == ({Role.GUIDE}, frozenset())


def test_a_deactivated_person_has_no_role(matches: list[Match], mori: User) -> None:
    mori.is_active = False
    assert viewer_of(mori, matches).roles_on(matches[0]) == frozenset()


@pytest.mark.slow
@pytest.mark.parametrize("name", CAST)
@pytest.mark.parametrize("state", MatchState)
def test_the_moves_offered_are_those_the_policy_allows(
    state: MatchState, name: str, mowing: Need, hana_party: Volunteer, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(name)
    match = Match(need=mowing, volunteer=hana_party, state=state)
    here = [row for row in TABLE.values() if state in row.sources]
    allowed = {row.name for row in here if policies.role_for(user, match, row) is not None} - FOLLOWING
    assert viewer_of(user, [match]).moves_on(match) == sorted(allowed)


def test_reading_the_roles_of_a_page_takes_the_same_queries_for_one_and_for_five(
    matches: list[Match], mori: User, django_assert_num_queries
) -> None:
    ready = list(Match.objects.select_related("need", "volunteer").order_by("pk"))
    for page in (ready[:1], ready):
        with django_assert_num_queries(4):
            viewer = viewer_of(mori, page)
            assert [viewer.sides_on(match) for match in page] == [frozenset[Side]()] * len(page)


def test_an_entry_is_marked_by_the_office_only_where_nothing_is_stated(
    mowing: Need, ume: User, kenji: User, mori: User
) -> None:
    region = mowing.region
    assert entered_for(kenji, region) == "佐賀県佐賀市"
    assert entered_for(kenji, region, stated="梅さん") == "梅さん"
    assert entered_for(kenji, region, as_party=True) == ""
    assert (entered_for(ume, region), entered_for(mori, region)) == ("", "")


def test_a_guide_of_another_organization_has_no_role_here(matches: list[Match]) -> None:
    stranger = make_guide(make_organization(prefectures=["13"])).user
    assert viewer_of(stranger, matches).roles_on(matches[0]) == frozenset()
