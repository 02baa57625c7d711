"""The outbox in figures, and what in it needs an operator."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Outbox
from accounts.selectors.outbox import OutboxState, dead_letters, outbox_state
from accounts.services.outbox import cancel_owed, deliver
from tests.support.effects import owe_one


@pytest.fixture
def rows(db: None) -> dict[str, Outbox]:
    """One row in each state."""
    now = timezone.now()
    made = {key: owe_one(key=key) for key in ("done", "cancelled", "dead", "dead later", "due")}
    made["hanging"] = owe_one(key="hanging", not_before=now - timedelta(minutes=11))
    made["waiting"] = owe_one(key="waiting", not_before=now + timedelta(hours=1))
    deliver(outbox_id=made["done"].pk)
    cancel_owed(key_prefix="cancelled")
    for minutes, key in enumerate(("dead", "dead later")):
        dead_at = now + timedelta(minutes=minutes)
        Outbox.objects.filter(pk=made[key].pk).update(dead_at=dead_at, last_error="why")
    return made


def test_outbox_state_counts_each_row_where_it_belongs(
    rows: dict[str, Outbox], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        state = outbox_state(timezone.now())
    assert state == OutboxState(due=2, waiting=1, hanging=1, dead=2, oldest_due_at=rows["hanging"].next_at)


def test_outbox_state_of_an_empty_outbox(db: None) -> None:
    assert outbox_state(timezone.now()) == OutboxState(
        due=0, waiting=0, hanging=0, dead=0, oldest_due_at=None
    )


def test_dead_letters_are_newest_first(rows: dict[str, Outbox]) -> None:
    assert [row.key for row in dead_letters()] == ["dead later", "dead"]
