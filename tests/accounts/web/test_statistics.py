"""The page on which age and sex may be said for counts."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import StatisticalAnswer, User

pytestmark = pytest.mark.django_db


def test_saying_nothing_is_preselected_and_an_answer_is_shown_again_and_deleted(
    client: Client, hana: User
) -> None:
    client.force_login(hana)
    address = reverse("statistics")
    assert client.get(address).context["form"].initial == {"age": "unsaid", "sex": "unsaid"}

    answer = client.post(address, {"age": "40s", "sex": "female", "agrees": "on"})

    assert answer["Location"] == address
    assert client.get(address).context["form"].initial == {"age": "40s", "sex": "female"}
    client.post(reverse("statistics-take-back"))
    assert not StatisticalAnswer.objects.exists()


def test_without_consent_the_page_says_so_and_keeps_nothing(client: Client, hana: User) -> None:
    client.force_login(hana)

    answer = client.post(reverse("statistics"), {"age": "40s", "sex": "female"})

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["agrees"])
    assert not StatisticalAnswer.objects.exists()


def test_saying_neither_is_no_answer_and_the_page_says_so(client: Client, hana: User) -> None:
    client.force_login(hana)

    answer = client.post(reverse("statistics"), {"age": "unsaid", "sex": "unsaid"}, follow=True)

    assert answer.status_code == 200
    assert "回答は保存していません。" in answer.content.decode()
    assert not StatisticalAnswer.objects.exists()
