"""MatchMessage: what the two sides and the guide write to each other within a match. Plain text, never changed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models.base import PublicModel
from matching.enums import Role
from matching.models.matches import Match

TEXT_MAX = 2000
WRITERS = (Role.PARTY, Role.REGION, Role.GUIDE)


class MatchMessage(PublicModel):
    """One message. ``role``: for which side, or as the guide; ``on_behalf_of``: whose words somebody else wrote down."""

    match = models.ForeignKey(Match, on_delete=models.CASCADE, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=8, choices=Role)
    on_behalf_of = models.CharField(max_length=120, blank=True)
    text = models.TextField(max_length=TEXT_MAX)
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=[role.value for role in WRITERS]), name="message_is_of_a_side_or_guide"
            )
        ]
        indexes = [models.Index(fields=["match", "sent_at"])]

    def __str__(self) -> str:
        return f"{self.match_id}:{self.public_id}"
