"""ContactCard and its access record. Only ``matching.services.disclosure`` reads the card for another person."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ContactCard(models.Model):
    """How to reach a person. Kept apart, so that no list or serializer carries it by accident."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="contact_card"
    )
    full_name = models.CharField(_("full name"), max_length=80, blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    emergency_contact = models.CharField(_("emergency contact"), max_length=200, blank=True)

    def __str__(self) -> str:
        return f"card of {self.user_id}"


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
