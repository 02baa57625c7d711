"""The demo's mailbox reads what the file back end wrote."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core import mail
from django.core.mail import EmailMessage, get_connection
from django.urls import NoReverseMatch, reverse

from config.mailbox import letters


def send(folder: Path, to: str, subject: str, body: str) -> None:
    connection = get_connection("django.core.mail.backends.filebased.EmailBackend", file_path=str(folder))
    EmailMessage(
        subject, body, to=[to], headers={"Message-ID": f"<{subject}@enishi>"}, connection=connection
    ).send()


def test_letters_are_read_as_their_reader_sees_them(tmp_path: Path) -> None:
    send(tmp_path, "hana@example.org", "お返事のお願い", "八時に集合\nです")
    send(tmp_path, "kenji@example.org", "other", "text")

    found = letters(tmp_path, to="hana@example.org")

    assert [(letter.subject, letter.text.strip()) for letter in found] == [
        ("お返事のお願い", "八時に集合\nです")
    ]
    assert len(letters(tmp_path)) == 2


def test_no_folder_is_an_empty_mailbox(tmp_path: Path) -> None:
    assert letters(tmp_path / "missing") == []


def test_address_is_missing_outside_the_demo() -> None:
    with pytest.raises(NoReverseMatch):
        reverse("demo-mail")


@pytest.mark.django_db
@pytest.mark.urls("tests.config.demo_urls")
def test_mailbox_answers_programs_and_people(client, settings, tmp_path: Path) -> None:
    settings.ENISHI_RUN_DIR = tmp_path
    send(tmp_path / "mail", "hana@example.org", "code", "123456")

    answer = json.loads(client.get("/demo/mail/?format=json&to=hana@example.org").content)
    page = client.get("/demo/mail/").content.decode()

    assert [(each["to"], each["text"].strip()) for each in answer["letters"]] == [
        ("hana@example.org", "123456")
    ]
    assert "123456" in page
    assert mail.outbox == []
