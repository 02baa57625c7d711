"""The page on which a person chooses what is e-mailed."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import NoticeSetting, User

pytestmark = pytest.mark.django_db
CHOSEN = {"answers": "at_once", "happened": "none", "fits": "daily", "reminders": "daily"}


def test_choice_is_kept_and_shown(client: Client, hana: User) -> None:
    client.force_login(hana)
    address = reverse("notice-settings")
    assert client.get(address).context["form"].initial["happened"] == "daily"
    assert client.post(address, CHOSEN)["Location"] == address
    assert dict(NoticeSetting.objects.filter(user=hana).values_list("group", "choice")) == CHOSEN
    assert client.get(address).context["form"].initial == CHOSEN


def test_answer_that_is_wanted_is_not_offered_to_be_turned_off(client: Client, hana: User) -> None:
    client.force_login(hana)
    answer = client.post(reverse("notice-settings"), CHOSEN | {"answers": "none"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["answers"])
    assert not NoticeSetting.objects.exists()
