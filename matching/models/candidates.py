"""Candidate: who else was compared for a need. For who oversees it; never a proposal."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Volunteer
from matching.models.runs import MatchRun
from regions.models import Need

WHOLE = 1_000_000


class Candidate(models.Model):
    """One of the best parties that passed the hard rules of a need, as of the last run that compared everybody.

    Millionths, rounded down: ``work_micro`` of the work covered, ``wish_micro`` of the wishes, ``mutual_micro`` both
    together, ``comfort_micro`` what the way leaves of it, ``ties_micro`` what earlier visits and kept promises add; the
    rest of the score is how long the community has waited. ``travel_minutes`` None: help from afar.
    """

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="candidates")
    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="candidacies")
    run = models.ForeignKey(MatchRun, on_delete=models.CASCADE, related_name="+")
    place = models.PositiveSmallIntegerField()
    score_micro = models.PositiveIntegerField()
    work_micro = models.PositiveIntegerField()
    wish_micro = models.PositiveIntegerField()
    mutual_micro = models.PositiveIntegerField()
    comfort_micro = models.PositiveIntegerField()
    ties_micro = models.PositiveIntegerField()
    travel_minutes = models.PositiveIntegerField(null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["need", "volunteer"], name="candidate_once"),
            models.UniqueConstraint(fields=["need", "place"], name="candidate_has_its_place"),
            models.CheckConstraint(condition=Q(place__gte=1), name="candidate_place_positive"),
            models.CheckConstraint(
                condition=Q(work_micro__lte=WHOLE, wish_micro__lte=WHOLE, mutual_micro__lte=WHOLE),
                name="candidate_within_the_whole",
            ),
            models.CheckConstraint(
                condition=Q(comfort_micro__lte=models.F("mutual_micro")), name="candidate_way_gives_nothing"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.volunteer_id} for {self.need_id}"
