"""Interview: what a guide learnt of a participant by talking. For the guides of the same organization, and for the person."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Guide, Volunteer
from accounts.models.base import PublicModel
from matching.enums import IdentityProof, InterviewHow

NOTE_MAX = 2000


class Interview(PublicModel):
    """One talk of a guide with a participant's representative. ``identity``: what proved who that is, where it was shown."""

    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="interviews")
    guide = models.ForeignKey(Guide, on_delete=models.PROTECT, related_name="interviews")
    how = models.CharField(_("how"), max_length=10, choices=InterviewHow)
    held_on = models.DateField(_("day"))
    identity = models.CharField(_("identity shown by"), max_length=16, choices=IdentityProof, blank=True)
    note = models.TextField(_("what was said"), max_length=NOTE_MAX)
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(how__in=InterviewHow.values), name="interview_how"),
            models.CheckConstraint(
                condition=Q(identity__in=[*IdentityProof.values, ""]), name="interview_identity"
            ),
        ]
        indexes = [models.Index(fields=["volunteer", "-held_on"])]

    def __str__(self) -> str:
        return f"{self.volunteer_id} {self.held_on}"
