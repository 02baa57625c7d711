"""The one-click sign-in: for people of the sample data, under the demo settings, nowhere else."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user
from django.urls import NoReverseMatch, reverse

from config.personas import personas
from tests.config.test_settings import WHOLE, start

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ROUTES = "from django.urls import get_resolver; print('demo-sign-in' in get_resolver().reverse_dict)"
DEMO = {"DJANGO_SETTINGS_MODULE": "config.settings.demo"}


@pytest.fixture
def sample(mori):
    mori.is_sample = True
    mori.save(update_fields=["is_sample"])
    return mori


def test_route_is_missing_here() -> None:
    with pytest.raises(NoReverseMatch):
        reverse("demo-sign-in", args=["abc"])


@pytest.mark.parametrize(
    ("environ", "there"), [(WHOLE, "False"), (DEMO, "True"), (DEMO | {"ENISHI_DEMO": "False"}, "False")]
)
def test_route_exists_under_the_demo_settings_only(environ: dict[str, str], there: str) -> None:
    answer = start(environ, "shell", "--no-imports", "-v", "0", "-c", ROUTES)
    assert (answer.returncode, answer.stdout.strip()) == (0, there)


@pytest.mark.urls("tests.config.demo_urls")
def test_click_signs_in_as_the_sample_person(client, sample) -> None:
    answer = client.get(reverse("demo-sign-in", args=[sample.public_id]))
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert get_user(client) == sample


@pytest.mark.urls("tests.config.demo_urls")
def test_click_never_signs_in_as_anybody_else(client, sample, sato) -> None:
    assert client.get(reverse("demo-sign-in", args=[sato.public_id])).status_code == 404
    sample.is_active = False
    sample.save(update_fields=["is_active"])
    assert client.get(reverse("demo-sign-in", args=[sample.public_id])).status_code == 404
    assert get_user(client).is_anonymous


@pytest.mark.urls("tests.config.demo_urls")
def test_personas_are_one_for_each_role_that_somebody_of_the_sample_has(
    sample, sato, saga, ume, kenji
) -> None:
    from accounts.models import User

    User.objects.filter(pk__in=[sato.pk, kenji.pk]).update(is_sample=True)
    assert [persona.user for persona in personas()] == [kenji, sample]  # sato: second guide; ume: no sample
    assert personas()[1].path == f"/demo/sign-in/{sample.public_id}/"
