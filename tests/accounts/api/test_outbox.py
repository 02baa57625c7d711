"""Dead letters through the API: for administrators."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.models import Outbox, User
from tests.support.api import API, as_user, refusal

pytestmark = pytest.mark.django_db
LETTERS = f"{API}outbox/dead-letters/"


@pytest.fixture
def letter(db: None) -> Outbox:
    return Outbox.objects.create(
        key="match:abc:2:match_asked:xyz:email",
        topic="accounts.email",
        attempts=8,
        dead_at=timezone.now(),
        last_error="SMTPServerDisconnected",
    )


def test_dead_letter_is_seen_and_tried_again(admin: User, letter: Outbox) -> None:
    client = as_user(admin)
    assert [(row["id"], row["last_error"]) for row in client.get(LETTERS).json()["results"]] == [
        (letter.key, "SMTPServerDisconnected")
    ]
    again = client.post(f"{LETTERS}{letter.key}/replay/")
    assert (again.status_code, again.json()["attempts"], again.json()["dead_at"]) == (200, 0, None)
    assert client.get(LETTERS).json()["results"] == []
    assert refusal(client.post(f"{LETTERS}{letter.key}/replay/")) == (409, "outbox_not_dead", [])


def test_unknown_letter_does_not_exist(admin: User) -> None:
    assert refusal(as_user(admin).post(f"{LETTERS}none/replay/")) == (404, "not_found", [])


@pytest.mark.parametrize("name", ["hana", "mori"])
def test_letters_are_for_administrators(request: pytest.FixtureRequest, letter: Outbox, name: str) -> None:
    client = as_user(request.getfixturevalue(name))
    assert refusal(client.get(LETTERS)) == (403, "permission_denied", [])
    assert refusal(client.post(f"{LETTERS}{letter.key}/replay/")) == (403, "permission_denied", [])
