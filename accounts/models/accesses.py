"""ContactAccess: the record of each look at somebody's contact data. The data itself is not here."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class ContactAccess(models.Model):
    """Who was shown what of whom, when, for which match. Kept three years; part of a person's disclosure."""

    viewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="contact_accesses"
    )
    match_public_id = models.CharField(max_length=16, db_index=True)
    fields = models.JSONField()
    match_state = models.CharField(max_length=12)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["subject", "at"])]

    def __str__(self) -> str:
        return f"{self.viewer_id} saw {self.subject_id}"
