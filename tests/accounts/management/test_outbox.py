"""The operator's commands: what is owed, what died and why, and another try."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import AuditEntry, Outbox
from tests.support.effects import marks, owe_one
from tests.support.outbox import drain_outbox


@pytest.fixture
def letters(db: None) -> None:
    for key in ("first", "second"):
        row = owe_one(key=key)
        Outbox.objects.filter(pk=row.pk).update(
            dead_at=timezone.now(), attempts=8, last_error=f"{key}: mail server away"
        )
    owe_one(key="due")


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_outbox_lists_dead_letters_with_their_reason(letters: None) -> None:
    shown = run("outbox")
    assert "1 due, 0 waiting, 0 hanging, 2 dead" in shown
    assert "first: mail server away" in shown
    assert "second: mail server away" in shown


def test_outbox_as_json(letters: None) -> None:
    report = json.loads(run("outbox", "--json"))
    assert {name: report[name] for name in ("due", "dead", "replayed")} == {
        "due": 1,
        "dead": 2,
        "replayed": [],
    }
    assert [letter["key"] for letter in report["dead_letters"]] == ["second", "first"]


def test_outbox_replays_the_letter_asked_for(letters: None) -> None:
    assert "Will be tried again: first" in run("outbox", "--replay", "first")
    drain_outbox()
    assert (marks("first"), marks("second")) == (1, 0)
    entry = AuditEntry.objects.get(action="outbox.replay")
    assert entry.actor.is_system
    assert entry.on_behalf_of.startswith("operator ")


def test_outbox_replays_all(letters: None) -> None:
    assert json.loads(run("outbox", "--replay-all", "--json"))["dead"] == 0
    drain_outbox()
    assert (marks("first"), marks("second"), marks("due")) == (1, 1, 1)


def test_outbox_replay_of_an_unknown_letter_does_nothing(letters: None) -> None:
    with pytest.raises(CommandError, match="No dead letter has the key due"):
        run("outbox", "--replay", "first", "due")
    assert Outbox.objects.dead().count() == 2


def test_relay_rings_once_and_says_for_how_many(letters: None) -> None:
    assert run("relay") == "Rang for 1 outbox rows.\n"
    assert run("relay") == "Rang for 0 outbox rows.\n"


def test_relay_refuses_an_interval_of_nothing(db: None) -> None:
    with pytest.raises(CommandError, match="above 0"):
        run("relay", "--every", "0")
