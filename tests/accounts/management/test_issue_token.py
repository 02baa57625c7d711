"""manage.py issue_token: a token for the shell, shown once."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken

from accounts.models import AuditEntry, User

pytestmark = pytest.mark.django_db


def test_token_is_printed_opens_and_ends(hana: User) -> None:
    out = StringIO()
    call_command("issue_token", "HANA@example.org", "--hours", "3", stdout=out)
    token = out.getvalue().strip()
    answer = Client().get("/api/v1/me/", headers={"Authorization": f"Token {token}"})
    assert (answer.status_code, answer.json()["email"]) == (200, hana.email)
    assert AuthToken.objects.get(user=hana).expiry <= timezone.now() + timedelta(hours=3)
    assert AuditEntry.objects.get(action="token.issue").on_behalf_of.startswith("operator ")


@pytest.mark.parametrize("arguments", [["nobody@example.org"], ["hana@example.org", "--hours", "0"]])
def test_unknown_person_or_time_is_an_error_in_words(hana: User, arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("issue_token", *arguments)
    assert not AuthToken.objects.exists()
