"""Report of an accident or a near miss: what happened, whom it must reach by when, and what was added later."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.base import PublicModel
from matching.enums import Called, Harm, Reached, ReachHow, ReportKind, Role
from matching.models.matches import Match
from matching.models.messages import WRITERS
from regions.models import Slot

WORDS_MAX, PLACE_MAX, NAME_MAX = 2000, 200, 120
INSURER_DAYS, INSURER_LATEST_DAYS, PREVENT_DAYS = 7, 30, 14
"""Days: after it happened to tell the insurer, and at the very latest; after it was written to say what would prevent it."""
IS_OF_A_SIDE = Q(role__in=[role.value for role in WRITERS])


class Report(PublicModel):
    """One accident or near miss. Never changed: what is known later is a ``ReportNote``. Its words may tell of health.

    ``role``: in which the author wrote; ``on_behalf_of``: whose words somebody else wrote down. ``prevent_by``: until when
    it should be written down what would prevent it. ``closed_at``: since everybody was reached and that is known.
    """

    match = models.ForeignKey(Match, on_delete=models.CASCADE, related_name="reports")
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("what it was"), max_length=10, choices=ReportKind)
    happened_at = models.DateTimeField(_("when"))
    place = models.CharField(_("where"), max_length=PLACE_MAX)
    happened = models.TextField(_("what happened"), max_length=WORDS_MAX)
    harm = models.CharField(_("was somebody hurt"), max_length=12, choices=Harm)
    is_minor_hurt = models.BooleanField(_("somebody under 18 was hurt"), default=False)
    called_119 = models.BooleanField(Called.AMBULANCE.label, default=False)
    called_110 = models.BooleanField(Called.POLICE.label, default=False)
    called_hospital = models.BooleanField(Called.HOSPITAL.label, default=False)
    done = models.TextField(_("what was done"), max_length=WORDS_MAX, blank=True)
    prevention = models.TextField(_("what would prevent it"), max_length=WORDS_MAX, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=8, choices=Role)
    on_behalf_of = models.CharField(max_length=NAME_MAX, blank=True)
    written_at = models.DateTimeField(default=timezone.now)
    prevent_by = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ReportKind.values), name="report_kind"),
            models.CheckConstraint(condition=Q(harm__in=Harm.values), name="report_harm"),
            models.CheckConstraint(condition=IS_OF_A_SIDE, name="report_is_of_a_side_or_guide"),
            models.CheckConstraint(
                condition=Q(kind=ReportKind.ACCIDENT) | Q(harm=Harm.NOBODY), name="near_miss_hurts_nobody"
            ),
            models.CheckConstraint(
                condition=Q(is_minor_hurt=False) | ~Q(harm=Harm.NOBODY), name="report_minor_was_hurt"
            ),
        ]
        indexes = [models.Index(fields=["match", "happened_at"])]

    def __str__(self) -> str:
        return f"{self.match_id}:{self.public_id}"

    @property
    def called(self) -> list[str]:
        """Who was called for help, in words."""
        asked = {
            Called.AMBULANCE: self.called_119,
            Called.POLICE: self.called_110,
            Called.HOSPITAL: self.called_hospital,
        }
        return [str(each.label) for each, was_called in asked.items() if was_called]


class ReportReach(models.Model):
    """Somebody a report must reach: by when, and once told, when, how and who says so."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="reaches")
    who = models.CharField(max_length=10, choices=Reached)
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    how = models.CharField(max_length=10, choices=ReachHow, blank=True)
    note = models.CharField(max_length=NAME_MAX, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "who"], name="report_reaches_each_once"),
            models.CheckConstraint(condition=Q(who__in=Reached.values), name="report_reaches_whom"),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None, how="")
                | Q(done_at__isnull=False, done_by__isnull=False, how__in=ReachHow.values),
                name="report_reached_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id}:{self.who}"


class ReportNote(models.Model):
    """What was added to a report. ``tells_prevention``: it says what would prevent it."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=8, choices=Role)
    text = models.TextField(max_length=WORDS_MAX)
    tells_prevention = models.BooleanField(default=False)
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=IS_OF_A_SIDE, name="report_note_is_of_a_side")]
        indexes = [models.Index(fields=["report", "written_at"])]

    def __str__(self) -> str:
        return f"{self.report_id}:{self.pk}"
