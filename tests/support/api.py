"""Speaking to the API in tests."""

from __future__ import annotations

from typing import Any

from rest_framework.response import Response
from rest_framework.test import APIClient

from accounts.models import User

API = "/api/v1/"


def as_user(user: User | None) -> APIClient:
    """A client signed in as ``user`` (nobody: None). A refusal of the server is an answer, not an exception."""
    client = APIClient(raise_request_exception=False)
    if user is not None:
        client.force_authenticate(user)
    return client


def refusal(answer: Response) -> tuple[int, str, list[str]]:
    """Status, code and the fields of a refusal; its shape is asserted."""
    body: dict[str, Any] = answer.json()
    assert set(body) == {"code", "message", "fields"}, body
    assert body["message"], body
    return answer.status_code, body["code"], sorted(body["fields"])
