"""CountOfPeople: the last count of a fiscal year by age, sex and prefecture, in steps, as administrators read it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class CountOfPeople(models.Model):
    """One row a fiscal year (``year``: the one it begins in). No exact number is kept, and nobody is named.

    ``tables``: by table and group how many people came as far as each stage, rounded down to the step; a table that would tell
    small numbers is not in it. Both it and ``counted_at`` are None before the first count. ``looked_at``: when it was last
    decided whether to count anew.
    """

    year = models.PositiveSmallIntegerField(unique=True)
    looked_at = models.DateTimeField()
    counted_at = models.DateTimeField(null=True, blank=True)
    tables = models.JSONField(null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("count of people"), _("counts of people")
        constraints = [
            models.CheckConstraint(
                condition=Q(counted_at__isnull=True, tables__isnull=True)
                | Q(counted_at__isnull=False, tables__isnull=False),
                name="count_has_its_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.year}: {self.counted_at}"
