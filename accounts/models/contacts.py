"""ContactCard. Only ``matching.services.disclosure`` reads the card for another person."""

from __future__ import annotations

from django.conf import settings
from django.db import models
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
