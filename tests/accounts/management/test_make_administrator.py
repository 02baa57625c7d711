"""manage.py make_administrator: the first one is made by whoever operates the installation."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from knox.models import AuthToken

from accounts.models import AuditEntry, User

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("make_administrator", *arguments, stdout=out)
    return out.getvalue()


def test_first_administrator_can_sign_in_by_code_and_is_sent_to_the_second_factor() -> None:
    assert "admin@example.org" in run("Admin@example.org", "--name", "管理者")
    user = User.objects.get(email="admin@example.org")
    assert (user.name, user.is_superuser, user.is_staff) == ("管理者", True, True)
    assert not user.has_usable_password()
    client = Client()
    client.post("/accounts/login/code/", {"email": user.email})
    code = next(line for line in mail.outbox[0].body.split() if len(line) == 9 and line[4] == "-")
    client.post("/accounts/login/code/confirm/", {"code": code})
    assert client.get("/")["Location"] == "/accounts/2fa/"
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor) == ("user.make_administrator", user)
    assert entry.on_behalf_of.startswith("operator ")


def test_person_who_has_an_account_keeps_it_and_loses_the_tokens_of_a_mailbox(hana: User) -> None:
    AuthToken.objects.create(hana)
    run("hana@example.org")
    hana.refresh_from_db()
    assert (hana.is_superuser, hana.name) == (True, "花")
    assert not AuthToken.objects.exists()


@pytest.mark.parametrize("arguments", [["neu@example.org"], ["nothing", "--name", "x"]])
def test_without_a_name_or_an_address_nobody_is_made(arguments: list[str], db: None) -> None:
    with pytest.raises(CommandError):
        run(*arguments)
    assert not User.objects.filter(is_superuser=True).exists()
