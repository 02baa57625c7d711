"""Speaking of matches over HTTP, as one of the cast."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.response import Response

from accounts.models import User, Volunteer
from matching.models import Match
from regions.models import Need
from tests.matching import saga
from tests.support.api import API, as_user

Do = Callable[..., Response]


@pytest.fixture
def do(db: None) -> Do:
    """``do(user, match, "approve", note="…")``: one act of one user on one match."""

    def act(user: User, match: Match, name: str, /, *, key: str = "", **body: Any) -> Response:
        headers = {"Idempotency-Key": key} if key else {}
        return as_user(user).post(f"{API}matches/{match.public_id}/{name}/", body, headers=headers)

    return act


@pytest.fixture
def look(db: None) -> Callable[[User, str], Any]:
    """``look(user, "matches/")``: what one user reads there."""

    def read(user: User, path: str) -> Any:
        answer = as_user(user).get(f"{API}{path}")
        assert answer.status_code == 200, answer.json()
        return answer.json()

    return read


@pytest.fixture
def proposal(mowing: Need, riders: Volunteer, mori: User) -> Match:
    """A proposal of the worker, waiting for mori."""
    return saga.propose(mowing, riders)


@pytest.fixture
def asking(proposal: Match, mori: User) -> Match:
    """Approved: both sides are asked."""
    return saga.asked(proposal, guide=mori)
