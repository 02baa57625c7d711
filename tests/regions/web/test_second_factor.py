"""Guides, officers and administrators need a second factor; residents and elders do not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from knox.models import AuthToken

from accounts.errors import NotAllowed
from accounts.models import User
from accounts.services.organizations import appoint_guide
from accounts.services.signin import issue_token_by_code
from accounts.services.tokens import issue_token
from regions.models import Region
from regions.policies import needs_second_factor
from regions.services.offices import appoint_staff
from tests.builders import make_municipality, make_organization
from tests.support.api import refusal

pytestmark = pytest.mark.django_db


def signed_in(user: User, *, has_second_factor: bool = False) -> Client:
    if not has_second_factor:
        Authenticator.objects.filter(user=user).delete()
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("name", ["mori", "kenji", "admin"])
def test_roles_with_power_are_sent_to_set_it_up(
    name: str, saga: Region, request: pytest.FixtureRequest
) -> None:
    answer = signed_in(request.getfixturevalue(name)).get("/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/")


@pytest.mark.parametrize("name", ["hana", "ume"])
def test_residents_and_representatives_are_let_in(
    name: str, saga: Region, request: pytest.FixtureRequest
) -> None:
    assert signed_in(request.getfixturevalue(name)).get("/").status_code == 200


def test_api_by_session_answers_in_words(mori: User) -> None:
    answer = signed_in(mori).get("/api/v1/anything/")
    assert (answer.status_code, answer.json()["code"]) == (403, "second_factor_needed")


def test_who_has_a_second_factor_is_let_in_and_who_takes_it_away_no_longer(mori: User) -> None:
    client = signed_in(mori, has_second_factor=True)
    assert client.get("/").status_code == 200
    Authenticator.objects.all().delete()
    assert client.get("/")["Location"] == "/accounts/2fa/"
    Authenticator.objects.create(user=mori, type=Authenticator.Type.TOTP, data={})
    assert client.get("/").status_code == 200


def by_token(secret: str):
    return Client().get("/api/v1/review-queue/", headers={"Authorization": f"Token {secret}"})


def appoint_as_guide(admin: User, user: User) -> None:
    appoint_guide(actor=admin, organization=make_organization(), user=user)


def appoint_as_officer(admin: User, user: User) -> None:
    appoint_staff(actor=admin, municipality=make_municipality(), user=user)


@pytest.mark.parametrize("appoint", [appoint_as_guide, appoint_as_officer])
def test_role_given_to_who_is_signed_in_ends_tokens_and_holds_the_session_up(
    admin: User, yuki: User, appoint: Callable[[User, User], None]
) -> None:
    client, token = signed_in(yuki), issue_token(actor=yuki, hours=720).secret
    assert client.get("/").status_code == by_token(token).status_code == 200
    appoint(admin, yuki)
    assert client.get("/")["Location"] == "/accounts/2fa/"
    assert client.get("/api/v1/review-queue/").json()["code"] == "second_factor_needed"
    Authenticator.objects.create(user=yuki, type=Authenticator.Type.TOTP, data={})
    assert client.get("/").status_code == 200
    assert by_token(token).status_code == 401
    assert not AuthToken.objects.filter(user=yuki).exists()


def test_appointed_twice_keeps_the_tokens_made_since(admin: User, mori: User) -> None:
    token = issue_token(actor=mori).secret
    appoint_guide(actor=admin, organization=mori.guide.organization, user=mori, weekly_capacity=3)
    assert by_token(token).status_code == 200


@pytest.mark.parametrize("name", ["mori", "kenji", "admin"])
def test_token_opens_nothing_while_its_owner_has_no_second_factor(
    name: str, saga: Region, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(name)
    token = issue_token(actor=user).secret
    assert by_token(token).status_code == 200
    Authenticator.objects.filter(user=user).delete()
    assert refusal(by_token(token)) == (403, "second_factor_needed", [])


@pytest.mark.parametrize("name", ["hana", "ume"])
def test_tokens_of_residents_and_representatives_open(
    name: str, saga: Region, request: pytest.FixtureRequest
) -> None:
    assert by_token(issue_token(actor=request.getfixturevalue(name)).secret).status_code == 200


def test_token_is_not_issued_to_who_was_appointed_since_the_code(admin: User, yuki: User) -> None:
    appoint_as_guide(admin, User.objects.get(pk=yuki.pk))
    with pytest.raises(NotAllowed) as caught:
        issue_token_by_code(user=yuki, hours=1, needs_second_factor=needs_second_factor)
    assert caught.value.code == "second_factor_needed"
    assert not AuthToken.objects.exists()


def test_sample_people_are_let_in_under_the_demo_settings_only(mori: User, settings) -> None:
    mori.is_sample = True
    mori.save(update_fields=["is_sample"])
    assert signed_in(mori).get("/").status_code == 302
    settings.ENISHI_DEMO = True
    settings.ROOT_URLCONF = "tests.config.demo_urls"
    assert signed_in(mori).get("/").status_code == 200
