"""PartySnapshot, SnapshotPart: all participants packed for the engine, so that every host can have the same."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class PartySnapshot(models.Model):
    """The participants as of a moment. Derived and disposable; ``version`` is empty until all parts are there.

    What changed from ``as_of`` on is not surely in it. ``frame``: kinds, days and municipalities it was packed with.
    """

    version = models.CharField(max_length=64, blank=True)
    frame = models.JSONField()
    as_of = models.DateTimeField()
    parties_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    ready_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("snapshot of participants"), _("snapshots of participants")

    def __str__(self) -> str:
        return self.version[:12] or f"unfinished snapshot {self.pk}"


class SnapshotPart(models.Model):
    """Some participants of a snapshot, packed and compressed; written once."""

    snapshot = models.ForeignKey(PartySnapshot, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    data = models.BinaryField()
    digest = models.CharField(max_length=64)
    parties_count = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["snapshot", "number"], name="snapshot_part_once")]

    def __str__(self) -> str:
        return f"{self.snapshot_id}/{self.number}"
