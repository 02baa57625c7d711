"""Guides, officers and administrators need a second factor; residents and elders do not."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from accounts.models import User
from regions.models import Region

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


def test_who_has_a_second_factor_is_let_in_and_not_asked_again(mori: User) -> None:
    client = signed_in(mori, has_second_factor=True)
    assert client.get("/").status_code == 200
    Authenticator.objects.all().delete()  # asked once a session: the answer is remembered
    assert client.get("/").status_code == 200


def test_sample_people_are_let_in_under_the_demo_settings_only(mori: User, settings) -> None:
    mori.is_sample = True
    mori.save(update_fields=["is_sample"])
    assert signed_in(mori).get("/").status_code == 302
    settings.ENISHI_DEMO = True
    settings.ROOT_URLCONF = "tests.config.demo_urls"
    assert signed_in(mori).get("/").status_code == 200
