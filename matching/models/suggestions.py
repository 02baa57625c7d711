"""Look, Suggestion: what the last run over a party found for it. For the party's own page; never a proposal."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from accounts.models import Volunteer
from matching.models.runs import MatchRun
from regions.models import Need


class Look(models.Model):
    """When a party was last looked at by itself, and which one rule of its own keeps most needs away."""

    party = models.OneToOneField(Volunteer, on_delete=models.CASCADE, related_name="look")
    run = models.ForeignKey(MatchRun, on_delete=models.CASCADE, related_name="+")
    looked_at = models.DateTimeField(default=timezone.now)
    compared = models.PositiveIntegerField()
    keeps_away = models.CharField(max_length=40, blank=True)
    would_bring = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"look at {self.party_id}"


class Suggestion(models.Model):
    """A need that fits, as of a look. ``reasons`` and ``caveat`` are the engine's codes: words are the page's."""

    look = models.ForeignKey(Look, on_delete=models.CASCADE, related_name="suggestions")
    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="+")
    place = models.PositiveSmallIntegerField()
    score_micro = models.PositiveIntegerField()
    reasons = models.JSONField(default=list)
    caveat = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["look", "need"], name="suggested_once"),
            models.UniqueConstraint(fields=["look", "place"], name="suggestion_has_its_place"),
        ]

    def __str__(self) -> str:
        return f"{self.need_id} for {self.look_id}"
