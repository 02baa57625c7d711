"""Relation and Block: what is between a participant and a community over the years."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Volunteer
from matching.enums import Side
from regions.models import Region


class Relation(models.Model):
    """The facts of a participant's ties with a community: promises made and kept, days and people that came."""

    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="relations")
    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="relations")
    promised = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)
    days = models.PositiveIntegerField(default=0)
    people_days = models.PositiveIntegerField(default=0)
    first_on = models.DateField(null=True, blank=True)
    last_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["volunteer", "region"], name="relation_once"),
            models.CheckConstraint(condition=Q(kept__lte=models.F("promised")), name="kept_at_most_promised"),
        ]

    def __str__(self) -> str:
        return f"{self.volunteer_id}–{self.region_id}"


class Block(models.Model):
    """One side does not want to be matched with the other. Never shown to the other side."""

    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="blocks")
    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="blocks")
    side = models.CharField(max_length=6, choices=Side)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["volunteer", "region", "side"], name="block_once")]

    def __str__(self) -> str:
        return f"{self.volunteer_id}×{self.region_id}"
