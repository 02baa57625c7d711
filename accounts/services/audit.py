"""Putting on record who did what to what. Called by every act, in its transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from accounts.models import AuditEntry, User


def record(
    *,
    actor: User,
    action: str,
    target: models.Model,
    label: str,
    on_behalf_of: str = "",
    details: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Write one entry: ``actor`` did ``action`` to ``target``, on whose behalf.

    The target is kept as type (``matching.match``), public id (else primary key) and label, without a foreign key, so
    that the entry outlives it. Long labels and names are cut to what the columns hold.

    Args:
        details: codes and ids, no contact data; stored as JSON.

    Raises:
        ValueError: ``target`` is not stored yet, so that nothing could be found again.
    """
    if target.pk is None:
        raise ValueError(f"Only what is stored can be put on record: {target!r}")
    return AuditEntry.objects.create(
        actor=actor,
        on_behalf_of=on_behalf_of[:120],
        action=action,
        target_type=target._meta.label_lower,  # noqa: SLF001  # Django documents it as public
        target_id=str(getattr(target, "public_id", target.pk)),
        target_label=label[:200],
        details=dict(details or {}),
    )
