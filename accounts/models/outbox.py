"""Outbox, Notification, IdempotencyRecord, WorkerHeartbeat: what must not be lost, or done twice."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import NoticeChoice, WorkerKind


class OutboxQuerySet(models.QuerySet["Outbox"]):
    def open(self) -> OutboxQuerySet:
        """Rows whose effect is still owed."""
        return self.filter(done_at=None, dead_at=None, cancelled_at=None)

    def due(self, now: datetime) -> OutboxQuerySet:
        """Open rows whose time has come."""
        return self.open().filter(next_at__lte=now)

    def to_ring(self, now: datetime, *, silent_for: timedelta) -> OutboxQuerySet:
        """Due rows for which the relay has not rung for so long, longest due first."""
        unheard = Q(rung_at=None) | Q(rung_at__lte=now - silent_for)
        return self.due(now).filter(unheard).order_by("next_at", "pk")

    def dead(self) -> OutboxQuerySet:
        """Dead letters, newest first."""
        return self.exclude(dead_at=None).order_by("-dead_at", "-pk")


class Outbox(models.Model):
    """An effect that is owed. Written with the change that owes it; closed by its consumer with the effect.

    ``next_at`` is when it may be rung (again); ``rung_at`` when the relay last rang the broker for it.
    """

    key = models.CharField(max_length=160, unique=True)
    topic = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    next_at = models.DateTimeField(default=timezone.now)
    rung_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)
    dead_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("owed effect"), _("owed effects")
        constraints = [
            models.CheckConstraint(
                condition=Q(dead_at__isnull=True) | ~Q(last_error=""), name="dead_letter_has_reason"
            )
        ]
        indexes = [
            models.Index(
                fields=["next_at", "id"],
                condition=Q(done_at__isnull=True, dead_at__isnull=True, cancelled_at__isnull=True),
                name="outbox_open",
            )
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def is_open(self) -> bool:
        """Whether the effect is still owed."""
        return self.done_at is None and self.dead_at is None and self.cancelled_at is None


class Digest(models.Model):
    """The one letter of a day to a person: the messages that point to it. ``emailed_at`` when the mail server took it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="digests")
    on = models.DateField()
    emailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "on"], name="one_digest_a_day")]

    def __str__(self) -> str:
        return f"{self.user_id}@{self.on}"


class Notification(models.Model):
    """One message to one person, once per key; ``emailed_at`` when the mail server took it.

    ``mail``: how it is e-mailed, as decided when it was stored; ``digest``: the letter of a day it went into.
    """

    key = models.CharField(max_length=160, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=40)
    context = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    emailed_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    mail = models.CharField(max_length=8, choices=NoticeChoice, default=NoticeChoice.AT_ONCE)
    digest = models.ForeignKey(
        Digest, null=True, blank=True, on_delete=models.SET_NULL, related_name="notifications"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(mail__in=NoticeChoice.values), name="notification_mail")
        ]
        indexes = [
            models.Index(fields=["user", "-created_at"]),
            models.Index(
                fields=["user"],
                condition=Q(mail=NoticeChoice.DAILY, digest__isnull=True),
                name="notification_for_digest",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class IdempotencyRecord(models.Model):
    """The answer to one POST, so that the same key gets the same answer."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=80)
    path = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    answer = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return f"{self.user_id}:{self.key}"


class WorkerHeartbeat(models.Model):
    """A process says that it lives."""

    name = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=8, choices=WorkerKind)
    pid = models.PositiveIntegerField()
    started_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("sign of life of a worker"), _("signs of life of workers")

    def __str__(self) -> str:
        return self.name
