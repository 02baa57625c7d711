"""The same key gives the same answer and one effect; another body is refused; a refusal leaves no trace."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from accounts.errors import Conflict, Invalid
from accounts.models import AuditEntry, IdempotencyRecord, User
from accounts.services.audit import record
from accounts.services.idempotency import StoredAnswer, idempotent, purge_answers

PATH = "/api/v1/needs/"
PATIENCE_SECONDS = 20


def act(user: User, **request: Any) -> StoredAnswer:
    """A POST that acts: what the API door does with a service inside."""
    with idempotent(**{"user": user, "key": "k1", "path": PATH, "digest": "d1"} | request) as slot:
        return slot.stored or slot.answer(status=201, body=_effect(user))


def _effect(user: User) -> dict[str, Any]:
    entry = record(actor=user, action="tests.act", target=user, label="")
    return {"entry": entry.pk, "at": entry.at}


def effects() -> int:
    return AuditEntry.objects.filter(action="tests.act").count()


def test_same_key_gives_the_same_answer_and_one_effect(hana: User) -> None:
    first, second = act(hana), act(hana)
    assert first == second
    assert (first.status, effects()) == (201, 1)
    assert isinstance(first.body["at"], str)  # as JSON from the first time on


def test_other_key_acts_again(hana: User) -> None:
    assert act(hana) != act(hana, key="k2")
    assert effects() == 2


def test_same_key_of_another_person_is_another_key(hana: User, yuki: User) -> None:
    assert act(hana) != act(yuki)
    assert effects() == 2


@pytest.mark.parametrize("changed", [{"digest": "d2"}, {"path": "/api/v1/offers/"}])
def test_same_key_for_another_request_is_refused(hana: User, changed: dict[str, str]) -> None:
    answer = act(hana)
    with pytest.raises(Conflict, match="idempotency_key_reused"):
        act(hana, **changed)
    assert effects() == 1
    assert act(hana) == answer


@pytest.mark.parametrize("key", ["", "k" * 81])
def test_key_of_no_use_is_refused(hana: User, key: str) -> None:
    with pytest.raises(Invalid, match="idempotency_key_invalid"):
        act(hana, key=key)
    assert not IdempotencyRecord.objects.exists()


def test_refused_act_leaves_no_trace_and_may_be_sent_again(hana: User) -> None:
    with pytest.raises(Conflict, match="places_taken"):
        refused_act(hana)
    assert not IdempotencyRecord.objects.exists()
    assert effects() == 0
    assert act(hana, digest="corrected").status == 201


def refused_act(user: User) -> None:
    with idempotent(user=user, key="k1", path=PATH, digest="d1"):
        _effect(user)
        raise Conflict("places_taken")


def test_block_without_an_answer_is_a_mistake_and_does_nothing(hana: User) -> None:
    with (
        pytest.raises(RuntimeError, match="no answer"),
        idempotent(user=hana, key="k", path=PATH, digest="d"),
    ):
        _effect(hana)
    assert effects() == 0


def test_empty_body_is_an_answer(hana: User) -> None:
    for _ in range(2):
        with idempotent(user=hana, key="k", path=PATH, digest="d") as slot:
            answer = slot.stored or slot.answer(status=204, body=None)
        assert answer == StoredAnswer(status=204, body=None)


def test_purge_answers_forgets_after_48_hours(hana: User) -> None:
    act(hana, key="old")
    act(hana, key="new")
    now = timezone.now()
    IdempotencyRecord.objects.filter(key="old").update(created_at=now - timedelta(hours=48, seconds=1))
    IdempotencyRecord.objects.filter(key="new").update(created_at=now - timedelta(hours=47))
    assert purge_answers(now=now) == 1
    assert IdempotencyRecord.objects.get().key == "new"


@pytest.mark.django_db(transaction=True)
def test_same_click_eight_times_at_once_acts_once(hana: User) -> None:
    start = threading.Barrier(8)
    answers: list[StoredAnswer] = []

    def click() -> None:
        start.wait(PATIENCE_SECONDS)
        answers.append(act(hana))
        connections.close_all()

    threads = [threading.Thread(target=click) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert len(answers) == 8
    assert all(answer == answers[0] for answer in answers)
    assert effects() == 1


@pytest.mark.postgres
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_second_request_while_the_first_takes_long_is_told_to_wait(hana: User) -> None:
    inside, finish = threading.Event(), threading.Event()

    def first() -> None:
        with idempotent(user=hana, key="k1", path=PATH, digest="d1") as slot:
            inside.set()
            finish.wait(PATIENCE_SECONDS)
            slot.answer(status=201, body=_effect(hana))
        connections.close_all()

    thread = threading.Thread(target=first)
    thread.start()
    assert inside.wait(PATIENCE_SECONDS)
    with pytest.raises(Conflict, match="request_in_progress"):
        act(hana)
    finish.set()
    thread.join(PATIENCE_SECONDS)
    assert act(hana).body["entry"] == AuditEntry.objects.get().pk
    assert effects() == 1
