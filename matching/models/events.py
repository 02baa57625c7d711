"""MatchEvent: every move of a match, append-only and without a gap."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from matching.enums import MatchState, Role
from matching.models.matches import Match


class MatchEvent(models.Model):
    """Who moved a match, on whose behalf, when, why, from where to where. ``seq`` counts 1, 2, 3…"""

    match = models.ForeignKey(Match, on_delete=models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField()
    move = models.CharField(max_length=20)
    from_state = models.CharField(max_length=10, choices=MatchState, blank=True)
    to_state = models.CharField(max_length=10, choices=MatchState)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=8, choices=Role)
    on_behalf_of = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=16, blank=True)
    note = models.CharField(max_length=500, blank=True)
    data = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["match", "seq"], name="event_seq_once"),
            models.CheckConstraint(condition=Q(seq__gte=1), name="event_seq_from_1"),
            models.CheckConstraint(
                condition=Q(seq=1, from_state="") | Q(seq__gt=1, from_state__in=MatchState.values),
                name="event_chain_starts_from_nothing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.match_id}#{self.seq} {self.move}"
