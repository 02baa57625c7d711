"""WeightSet, MatchRun, RunShard, NeedDiagnosis: how proposals came about."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.base import PublicModel
from matching.enums import RUN_OPEN, RunState, ShardKind
from matching.models.snapshots import PartySnapshot
from regions.models import Need

PAIRS_AT_ONCE = 5_000_000
"""Over more pairs than that a run does not write in the step that merges, however few participants there are."""


class WeightSet(models.Model):
    """A version of the engine's weights. A used version is never edited: change means a new row."""

    version = models.PositiveIntegerField(unique=True)
    values = models.JSONField()
    note = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("set of weights"), _("sets of weights")
        constraints = [
            models.UniqueConstraint(
                fields=["is_active"], condition=Q(is_active=True), name="one_active_weight_set"
            )
        ]

    def __str__(self) -> str:
        return f"v{self.version}"


class MatchRun(PublicModel):
    """One scoring and allocation. ``scope`` is "all" or "need:<public id>" or "party:<public id>"."""

    scope = models.CharField(max_length=40)
    state = models.CharField(max_length=12, choices=RunState, default=RunState.QUEUED)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    weights = models.ForeignKey(WeightSet, on_delete=models.PROTECT, related_name="runs")
    snapshot = models.ForeignKey(
        PartySnapshot, on_delete=models.SET_NULL, null=True, blank=True, related_name="runs"
    )
    inputs_digest = models.CharField(max_length=64, blank=True)
    worker = models.CharField(max_length=120, blank=True)
    worker_pid = models.PositiveIntegerField(null=True, blank=True)
    needs_count = models.PositiveIntegerField(default=0)
    parties_count = models.PositiveIntegerField(default=0)
    pairs_feasible = models.PositiveIntegerField(default=0)
    proposals_count = models.PositiveIntegerField(default=0)
    report = models.JSONField(default=dict, blank=True)
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("matching run"), _("matching runs")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="run_state"),
            models.UniqueConstraint(
                fields=["scope"], condition=Q(state__in=sorted(RUN_OPEN)), name="one_open_run_per_scope"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.state}"

    @property
    def is_large(self) -> bool:
        """Whether it goes on from packed participants, so that every step of it is claimed and done by itself."""
        return self.snapshot_id is not None

    @property
    def writes_apart(self) -> bool:
        """Whether the writing of its proposals is owed as a step of its own, for the merge may take long. Known once it is cut."""
        most = int(getattr(settings, "ENISHI_PAIRS_AT_ONCE", PAIRS_AT_ONCE))
        return self.is_large or self.needs_count * self.parties_count > most


class RunInputs(models.Model):
    """What a large run compares with its snapshot, kept until it ends: what is changed meanwhile does not disturb it."""

    run = models.OneToOneField(MatchRun, on_delete=models.CASCADE, related_name="inputs")
    needs = models.BinaryField()
    minutes = models.BinaryField()
    overlay = models.BinaryField()
    """Participants changed since the snapshot was packed, packed."""
    replaced = models.BinaryField()
    """Their ids and those of participants that are gone, int64."""

    def __str__(self) -> str:
        return f"inputs of {self.run_id}"


class RunShard(models.Model):
    """A piece of a run, claimed with a lease; its result is written whole.

    From ``first`` to before ``end``: ids of participants to pack, blocks of a snapshot to score, or needs, as numbered in
    the run's plan, to find advice for. The price of fairness is measured by one piece, from nothing to nothing.
    """

    run = models.ForeignKey(MatchRun, on_delete=models.CASCADE, related_name="shards")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=ShardKind, default=ShardKind.SCORE)
    first = models.PositiveBigIntegerField()
    end = models.PositiveBigIntegerField()
    created_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=120, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    result = models.BinaryField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "kind", "number"], name="shard_once"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(result__isnull=False), name="done_shard_has_result"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.number}"


class NeedDiagnosis(models.Model):
    """What keeps parties from a need and what would bring more, as of its last run. For its guide and community only.

    ``changes``: at most three, best first; ``finds_enough``: it was asked about although it does not lack anybody.
    """

    need = models.OneToOneField(Need, on_delete=models.CASCADE, related_name="diagnosis")
    run = models.ForeignKey(MatchRun, on_delete=models.CASCADE, related_name="+")
    feasible = models.PositiveIntegerField()
    compared = models.PositiveIntegerField()
    rules = models.JSONField()
    changes = models.JSONField(default=list)
    finds_enough = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"diagnosis of {self.need_id}"
