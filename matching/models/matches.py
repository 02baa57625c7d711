"""Match: one need × one participant through its whole life, with its slots, people and held places."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Guide, Volunteer
from accounts.models.base import PublicModel
from matching.enums import ENDED, LIVE, EndReason, MatchState, Origin
from matching.models.runs import MatchRun
from regions.models import Need, Slot


class Match(PublicModel):
    """A match. Only ``services.matches.apply_move`` changes its state.

    ``due_at`` is when the next person is nudged, ``lapse_at`` when the system ends it (as the state says).
    ``explanation`` holds the engine's integers as of the proposal and is never rewritten.
    """

    need = models.ForeignKey(Need, on_delete=models.PROTECT, related_name="matches")
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="matches")
    run = models.ForeignKey(MatchRun, null=True, blank=True, on_delete=models.PROTECT, related_name="matches")
    state = models.CharField(max_length=10, choices=MatchState, default=MatchState.PROPOSED)
    origin = models.CharField(max_length=8, choices=Origin)
    people = models.PositiveSmallIntegerField(_("people"))
    slots = models.ManyToManyField(Slot, through="MatchSlot", related_name="matches")
    guide = models.ForeignKey(Guide, null=True, blank=True, on_delete=models.SET_NULL, related_name="matches")
    is_first_visit = models.BooleanField(default=True)
    is_trial = models.BooleanField(default=False)
    promise = models.TextField(_("promised in return"), max_length=2000, blank=True)
    promise_party_at = models.DateTimeField(null=True, blank=True)
    promise_region_at = models.DateTimeField(null=True, blank=True)
    score_micro = models.IntegerField(null=True, blank=True)
    rank_for_need = models.PositiveIntegerField(null=True, blank=True)
    rank_for_party = models.PositiveIntegerField(null=True, blank=True)
    explanation = models.JSONField(default=dict, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    lapse_at = models.DateTimeField(null=True, blank=True)
    nudged_at = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    standby_at = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    overlap_reason = models.CharField(max_length=200, blank=True)
    end_reason = models.CharField(max_length=16, choices=EndReason, blank=True)
    neutral_note = models.CharField(max_length=300, blank=True)
    redated_from = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="redated_to"
    )
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "matches"
        constraints = [
            models.UniqueConstraint(
                fields=["need", "volunteer"],
                condition=Q(state__in=sorted(LIVE)),
                name="one_live_match_per_pair",
            ),
            models.UniqueConstraint(
                fields=["run", "need", "volunteer"],
                condition=Q(run__isnull=False),
                name="one_proposal_per_run_and_pair",
            ),
            models.CheckConstraint(condition=Q(state__in=MatchState.values), name="match_state"),
            models.CheckConstraint(condition=Q(origin__in=Origin.values), name="match_origin"),
            models.CheckConstraint(condition=Q(people__gte=1), name="match_people_positive"),
            models.CheckConstraint(
                condition=Q(score_micro__isnull=True) | Q(score_micro__range=(0, 2_000_000)),
                name="match_score_range",
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(ENDED), ended_at__isnull=False)
                | Q(state__in=sorted(LIVE), ended_at__isnull=True),
                name="ended_match_has_ended_at",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[*sorted(LIVE), MatchState.COMPLETED]) | ~Q(end_reason=""),
                name="ended_match_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(ENDED)) | Q(lapse_at__isnull=False),
                name="live_match_has_deadline",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_at"]),
            models.Index(fields=["state", "lapse_at"]),
            models.Index(fields=["guide", "state"]),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"


class MatchSlot(models.Model):
    """A slot a match is for."""

    match = models.ForeignKey(Match, on_delete=models.CASCADE, related_name="match_slots")
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="match_slots")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["match", "slot"], name="match_slot_once")]

    def __str__(self) -> str:
        return f"{self.match_id}@{self.slot_id}"


class MatchPerson(models.Model):
    """A named person of the party who comes. The rest of ``people`` is unnamed.

    ``may_overlap``: a guide allowed this very person a promise at overlapping hours (why: ``Match.overlap_reason``).
    """

    match = models.ForeignKey(Match, on_delete=models.CASCADE, related_name="named_people")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="match_people")
    may_overlap = models.BooleanField(_("may be elsewhere at overlapping hours"), default=False)

    class Meta:
        verbose_name_plural = "match people"
        constraints = [models.UniqueConstraint(fields=["match", "user"], name="match_person_once")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.match_id}"


class Hold(models.Model):
    """One held place (1…places) of one slot, live until released. A row per person: counters do not race safely."""

    match = models.ForeignKey(Match, on_delete=models.CASCADE, related_name="holds")
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="holds")
    place = models.PositiveSmallIntegerField()
    held_at = models.DateTimeField(default=timezone.now)
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["slot", "place"],
                condition=Q(released_at__isnull=True),
                name="one_live_hold_per_place",
            ),
            models.CheckConstraint(condition=Q(place__gte=1), name="hold_place_positive"),
        ]
        indexes = [models.Index(fields=["match", "slot"])]

    def __str__(self) -> str:
        return f"{self.slot_id}#{self.place}"
