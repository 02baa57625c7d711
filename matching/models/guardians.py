"""GuardianAsk: a parent or guardian asked, for one activity of one person who is 16 or 17."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import Consent
from accounts.models.base import PublicModel
from matching.models.matches import Match


class GuardianAsk(PublicModel):
    """Whom was written to, when and by whom; what was said. ``email`` is kept only until the activity is over."""

    match = models.ForeignKey(Match, on_delete=models.CASCADE, related_name="guardian_asks")
    minor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    email = models.EmailField(blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()
    refused_at = models.DateTimeField(null=True, blank=True)
    consent = models.ForeignKey(
        Consent, null=True, blank=True, on_delete=models.PROTECT, related_name="guardian_asks"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["match", "minor"], name="guardian_asked_once")]

    def __str__(self) -> str:
        return f"{self.match_id}:{self.minor_id}"
