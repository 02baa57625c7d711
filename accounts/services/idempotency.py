"""The same POST sent twice is done once: an answer is stored with its effect, in one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import Conflict, Invalid
from accounts.locks import claim_idempotency_key
from accounts.models import IdempotencyRecord, User

KEEP = timedelta(hours=48)
KEY_LENGTH_MAX = 80


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An HTTP status and its JSON body."""

    status: int
    body: Any


class Slot:
    """The place for one answer: filled from the first time, or to be filled with ``answer`` now."""

    def __init__(self, row: IdempotencyRecord) -> None:
        self._row = row

    @property
    def stored(self) -> StoredAnswer | None:
        """The answer, if there is one: give it, and do nothing."""
        if self._row.status is None:
            return None
        return StoredAnswer(status=self._row.status, body=self._row.answer)

    def answer(self, *, status: int, body: Any) -> StoredAnswer:
        """Store the answer of this first time, as JSON, and return it as every repetition will see it."""
        self._row.status = status
        self._row.answer = json.loads(json.dumps(body, cls=DjangoJSONEncoder))
        self._row.save(update_fields=["status", "answer"])
        return StoredAnswer(status=status, body=self._row.answer)


@contextmanager
def idempotent(*, user: User, key: str, path: str, digest: str) -> Iterator[Slot]:
    """Open the transaction of one POST, with the place for its answer. ::

        with idempotent(user=user, key=key, path=request.path, digest=sha256_of_body) as slot:
            answer = slot.stored or slot.answer(status=201, body=act())
        return Response(answer.body, status=answer.status)

    The service called inside joins the transaction, so effect and answer are stored together or not at all: an act
    that was refused or crashed leaves no record, and the same key may be sent again. A second request with the key
    waits for the first (five seconds at most, on PostgreSQL) and then finds its answer.

    Raises:
        Invalid("idempotency_key_invalid"): empty or longer than 80 characters.
        Conflict("idempotency_key_reused"): the key was used for another body or address.
        Conflict("request_in_progress"): the first request with this key is still being worked on.
        RuntimeError: the block ended without an answer.
    """
    if not 0 < len(key) <= KEY_LENGTH_MAX:
        message = _("The Idempotency-Key must have 1 to %(max)d characters.") % {"max": KEY_LENGTH_MAX}
        raise Invalid("idempotency_key_invalid", message)
    with transaction.atomic():
        row = claim_idempotency_key(user_id=user.pk, key=key, path=path[:200], digest=digest)
        if (row.path, row.digest) != (path[:200], digest):
            message = _("This Idempotency-Key was already used for another request. Please use a new one.")
            raise Conflict("idempotency_key_reused", message)
        slot = Slot(row)
        yield slot
        if slot.stored is None:
            raise RuntimeError(f"{path} gave no answer to be stored.")


@transaction.atomic
def purge_answers(*, now: datetime) -> int:
    """Forget answers older than 48 hours; returns how many."""
    return IdempotencyRecord.objects.filter(created_at__lt=now - KEEP).delete()[0]
