"""The pages of a guardian's consent: for the participant and the guides, and for the holder of a link."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import AgeBand
from accounts.models import User, Volunteer
from accounts.services.members import invite_members
from matching.models import GuardianAsk, Match
from matching.selectors.guardians import GuardianStatus, status_of
from matching.services.guardians import code_of
from regions.models import Need
from tests.builders import make_hazard, make_party, make_user
from tests.matching import saga as story

pytestmark = pytest.mark.django_db


@pytest.fixture
def ren(db: None) -> User:
    return make_user("蓮", email="ren@example.org", age_band=AgeBand.MINOR)


@pytest.fixture
def match(mowing: Need, harada: User, ren: User, mori: User) -> Match:
    mowing.hazards.add(make_hazard("heat"))
    club = make_party(harada, name="西の丘の会", size=5, members=[ren])
    return story.asked(story.propose(mowing, club), guide=mori)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_from_the_page_of_the_match_to_a_letter(match: Match, harada: User, ren: User) -> None:
    browser, address = signed_in(harada), reverse("match-guardians", args=[match.public_id])
    page = browser.get(reverse("match-page", args=[match.public_id])).content.decode()
    assert address in page
    assert "蓮: まだお願いしていません" in page
    refused = browser.post(address, {"minor": ren.pk, "email": "ren@example.org"})
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["email"])
    assert browser.post(address, {"minor": ren.pk, "email": "parent@example.org"})["Location"] == address
    assert "お返事待ち" in browser.get(address).content.decode()
    assert GuardianAsk.objects.get().email not in browser.get(address).content.decode()


def test_community_reads_nothing_of_it(match: Match, ume: User, ren: User, hana: User) -> None:
    for stranger in (ume, hana):
        assert signed_in(stranger).get(reverse("match-guardians", args=[match.public_id])).status_code == 404
    page = signed_in(ume).get(reverse("match-page", args=[match.public_id])).content.decode()
    assert "蓮" not in page
    assert "保護者の同意" not in page


def test_guardian_without_an_account_reads_agrees_and_takes_it_back(
    client: Client, match: Match, harada: User, ren: User
) -> None:
    signed_in(harada).post(
        reverse("match-guardians", args=[match.public_id]), {"minor": ren.pk, "email": "parent@example.org"}
    )
    ask = GuardianAsk.objects.get()
    address = reverse("guardian", args=[code_of(ask)])
    text = client.get(address).content.decode()
    for told in ("蓮", "夏と秋の草刈り", "佐賀市", make_hazard("heat").label, "西の丘の会", "背振つなぎ舎"):
        assert told in text
    for hidden in ("榎木谷", "parent@example.org", "ren@example.org", "原田"):
        assert hidden not in text
    assert GuardianAsk.objects.get().consent is None  # reading is no answer
    assert client.post(address, {"agrees": "yes", "name": ""}).status_code == 422
    for said, status in (("yes", GuardianStatus.AGREED), ("no", GuardianStatus.TAKEN_BACK)):
        assert client.post(address, {"agrees": said, "name": "母"})["Location"] == address
        assert status_of(GuardianAsk.objects.select_related("consent").get()) == status
    assert client.get(reverse("guardian", args=["nonsense"])).status_code == 404


def test_joining_says_an_age_and_brings_a_minor_along(riders: Volunteer, harada: User, hana: User) -> None:
    Volunteer.objects.filter(pk=riders.pk).update(has_minors=False, youngest_age=None)
    link = reverse("group-join", args=[invite_members(actor=harada, party=riders)])
    browser = signed_in(hana)
    refused = browser.post(link, {"agrees": "on", "age": "child"})
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["age"])
    assert not riders.memberships.filter(user=hana).exists()
    assert browser.post(link, {"agrees": "on", "age": "minor"}).status_code == 302
    hana.refresh_from_db()
    riders.refresh_from_db()
    assert (hana.age_band, riders.has_minors, riders.youngest_age) == (AgeBand.MINOR, True, 16)


@pytest.mark.parametrize("count", [1, 3])
def test_page_takes_a_fixed_number_of_queries(
    match: Match, harada: User, count: int, django_assert_num_queries
) -> None:
    for number in range(count - 1):
        match.volunteer.memberships.create(user=make_user(f"子{number}", age_band=AgeBand.MINOR))
    browser = signed_in(harada)
    with django_assert_num_queries(12):
        browser.get(reverse("match-guardians", args=[match.public_id]))
