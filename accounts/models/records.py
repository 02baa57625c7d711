"""Consent, AuditEntry: what was agreed to and what was done. Append-only."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import ConsentKind


class Consent(models.Model):
    """One person's consent to one version of one text, by whom, until withdrawn.

    ``about`` names what it is limited to. A guardian without an account gave it by a link: then ``given_by`` is the system
    and ``given_by_name`` says who.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="consents")
    kind = models.CharField(max_length=12, choices=ConsentKind)
    text_version = models.CharField(max_length=20)
    purpose = models.CharField(max_length=200, blank=True)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_by_name = models.CharField(max_length=80, blank=True)
    about = models.CharField(max_length=40, blank=True)
    given_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=ConsentKind.values), name="consent_kind"),
            models.UniqueConstraint(
                fields=["user", "kind", "text_version", "about"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="consent_once_while_given",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}:{self.kind}:{self.text_version}"


class AuditEntry(models.Model):
    """Who did what to what, on whose behalf. The target is text, so that the record outlives it."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.CharField(max_length=120, blank=True)
    action = models.CharField(max_length=60)
    target_type = models.CharField(max_length=40)
    target_id = models.CharField(max_length=40)
    target_label = models.CharField(max_length=200, blank=True)
    details = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("record of an act"), _("records of acts")
        indexes = [models.Index(fields=["target_type", "target_id", "at"])]

    def __str__(self) -> str:
        return f"{self.action} {self.target_type} {self.target_id}"
