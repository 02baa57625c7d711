"""Row locks of this app. A party is locked before its people; only ``matching`` locks people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import OperationalError, connection
from django.utils.translation import gettext as _

from accounts.errors import Conflict, NotFound
from accounts.models import Guide, IdempotencyRecord, Organization, Outbox, User, Volunteer
from accounts.models.vocabulary import SurveyActivity, VocabularyEntry

IDEMPOTENCY_PATIENCE_SECONDS = 5
Word = TypeVar("Word", bound=VocabularyEntry)
LOCK_NOT_AVAILABLE = "55P03"  # PostgreSQL's code for an exceeded lock_timeout


def lock_party(party_id: int) -> Volunteer:
    """Lock and return one party. ``no_key``: rows that point to it may be inserted meanwhile.

    Raises:
        NotFound("party_unknown")
    """
    party = Volunteer.objects.select_for_update(of=("self",), no_key=True).filter(pk=party_id).first()
    if party is None:
        raise NotFound("party_unknown", _("This participant does not exist."))
    return party


def lock_user(user_id: int) -> User:
    """Lock and return one user: a person's own consents and contact card change one after another.

    Raises:
        NotFound("user_unknown")
    """
    user = User.objects.select_for_update(of=("self",), no_key=True).filter(pk=user_id).first()
    if user is None:
        raise NotFound("user_unknown", _("This person does not exist."))
    return user


def lock_organization(organization_id: int) -> Organization:
    """Lock and return one organization, before its coverage is replaced.

    Raises:
        NotFound("organization_unknown")
    """
    rows = Organization.objects.select_for_update(of=("self",), no_key=True)
    organization = rows.filter(pk=organization_id).first()
    if organization is None:
        raise NotFound("organization_unknown", _("This organization does not exist."))
    return organization


def lock_guide(guide_id: int) -> Guide:
    """Lock and return one guide, also one who was dismissed meanwhile.

    Raises:
        NotFound("guide_unknown")
    """
    guide = Guide.everyone.select_for_update(of=("self",), no_key=True).filter(pk=guide_id).first()
    if guide is None:
        raise NotFound("guide_unknown", _("This guide does not exist."))
    return guide


def lock_words(model: type[Word]) -> list[Word]:
    """Lock and return a whole vocabulary in pk order: two changes of a tree at once could close a circle."""
    rows = model._default_manager.select_for_update(of=("self",), no_key=True)  # noqa: SLF001  # documented API for unknown models
    return list(rows.order_by("pk"))


def lock_activity(number: int) -> SurveyActivity:
    """Lock and return one activity of the survey, before the kinds it stands for are replaced.

    Raises:
        NotFound("activity_unknown")
    """
    activity = SurveyActivity.objects.select_for_update(no_key=True).filter(pk=number).first()
    if activity is None:
        raise NotFound("activity_unknown", _("The survey has no such activity."))
    return activity


def claim_outbox(outbox_id: int, *, now: datetime) -> Outbox | None:
    """Lock and return a row that is due; None when it is not, or when somebody else is delivering it."""
    return Outbox.objects.due(now).select_for_update(skip_locked=True).filter(pk=outbox_id).first()


def lock_open_outbox(key_prefix: str) -> list[int]:
    """Lock the open rows under a prefix of keys that nobody holds; returns their ids in pk order."""
    rows = Outbox.objects.open().select_for_update(skip_locked=True).filter(key__startswith=key_prefix)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def lock_outbox_to_ring(now: datetime, *, silent_for: timedelta, limit: int) -> list[int]:
    """Lock at most ``limit`` rows to ring for, skipping those held by a consumer or by another relay."""
    rows = Outbox.objects.to_ring(now, silent_for=silent_for).select_for_update(skip_locked=True)
    return list(rows.values_list("pk", flat=True)[:limit])


def lock_outbox(outbox_id: int) -> Outbox:
    """Lock and return one row, whatever its state.

    Raises:
        NotFound("outbox_unknown")
    """
    row = Outbox.objects.select_for_update().filter(pk=outbox_id).first()
    if row is None:
        raise NotFound("outbox_unknown", _("This message does not exist."))
    return row


def claim_idempotency_key(*, user_id: int, key: str, path: str, digest: str) -> IdempotencyRecord:
    """Insert and return the record of one key, or return the one that is there.

    Whoever inserts it holds it to the end of the transaction; a second one waits at the unique index.

    Raises:
        Conflict("request_in_progress"): waited for five seconds (PostgreSQL; SQLite has one writer at a time anyway).
    """
    fresh = IdempotencyRecord(user_id=user_id, key=key, path=path, digest=digest)
    try:
        with _lock_timeout(IDEMPOTENCY_PATIENCE_SECONDS):
            IdempotencyRecord.objects.bulk_create([fresh], ignore_conflicts=True)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != LOCK_NOT_AVAILABLE:
            raise
        message = _("Your first request is still being worked on. Please wait a moment and look again.")
        raise Conflict("request_in_progress", message) from error
    return IdempotencyRecord.objects.get(user_id=user_id, key=key)


@contextmanager
def _lock_timeout(seconds: int) -> Iterator[None]:
    """Bound how long the statements inside wait for a lock. The transaction is lost when it is exceeded."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{seconds}s"])
        yield
        cursor.execute("SELECT set_config('lock_timeout', '0', true)")
