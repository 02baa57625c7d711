"""Watch: a community, or the answers of a search, of which a person wants to hear when a new need opens."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models.base import PublicModel
from regions.models import Region


class Watch(PublicModel):
    """One thing that one person watches. ``key`` says what, so that nobody watches it twice."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="watches")
    region = models.ForeignKey(
        Region, null=True, blank=True, on_delete=models.CASCADE, related_name="watches"
    )
    answers = models.JSONField(default=dict, blank=True)
    key = models.CharField(max_length=80)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "watches"
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="watch_once"),
            models.CheckConstraint(
                condition=Q(region__isnull=False, answers={}) | (Q(region__isnull=True) & ~Q(answers={})),
                name="watch_is_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}:{self.key}"
