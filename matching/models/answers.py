"""What happens between approval and the day: answers, consents, the meeting, preconditions, attendance."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matching.enums import (
    AnswerValue,
    CallResult,
    ConsentScope,
    ConsentStatus,
    MeetingHow,
    MeetingOutcome,
    PreconditionKind,
    Side,
)
from matching.models.matches import Match
from regions.enums import ConsentMatter
from regions.models import Slot


class Answer(models.Model):
    """One side's duty to answer: asked when, due when, what it said, who said it for whom.

    ``is_open`` while something is owed: first an answer at all, after the meeting a yes or no from who said «let us meet».
    """

    match = models.ForeignKey(Match, on_delete=models.CASCADE, related_name="answers")
    side = models.CharField(max_length=6, choices=Side)
    asked_at = models.DateTimeField(default=timezone.now)
    meets_on = models.DateField(_("next meeting of the board"), null=True, blank=True)
    due_at = models.DateTimeField()
    lapse_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    overdue_at = models.DateTimeField(_("on the call list since"), null=True, blank=True)
    extended_at = models.DateTimeField(null=True, blank=True)
    is_open = models.BooleanField(_("an answer is owed"), default=True)
    value = models.CharField(max_length=4, choices=AnswerValue, blank=True)
    scope = models.CharField(max_length=12, choices=ConsentScope, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    on_behalf_of = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["match", "side"], name="one_answer_per_side"),
            models.CheckConstraint(condition=Q(side__in=Side.values), name="answer_side"),
            models.CheckConstraint(
                condition=Q(value="", answered_by__isnull=True, answered_at__isnull=True)
                | Q(value__in=AnswerValue.values, answered_by__isnull=False, answered_at__isnull=False),
                name="an_answer_names_who_gave_it",
            ),
        ]
        indexes = [models.Index(fields=["is_open", "due_at"]), models.Index(fields=["is_open", "lapse_at"])]

    def __str__(self) -> str:
        return f"{self.match_id}:{self.side}:{self.value}"


class PhoneCall(models.Model):
    """A call a guide made because an answer is overdue."""

    answer = models.ForeignKey(Answer, on_delete=models.CASCADE, related_name="calls")
    guide_user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    result = models.CharField(max_length=12, choices=CallResult)
    spoke_with = models.CharField(max_length=120, blank=True)
    note = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(result__in=CallResult.values), name="call_result")]

    def __str__(self) -> str:
        return f"{self.answer_id}:{self.result}"


class RegionConsent(models.Model):
    """A consent the community required of itself for this match."""

    match = models.ForeignKey(Match, on_delete=models.CASCADE, related_name="region_consents")
    by = models.CharField(max_length=60)
    matter = models.CharField(max_length=12, choices=ConsentMatter)
    meets = models.CharField(max_length=120, blank=True)
    status = models.CharField(max_length=8, choices=ConsentStatus, default=ConsentStatus.ASKED)
    evidence = models.CharField(_("how it was given"), max_length=200, blank=True)
    recorded_at = models.DateTimeField(null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["match", "by", "matter"], name="region_consent_once"),
            models.CheckConstraint(
                condition=Q(status=ConsentStatus.ASKED)
                | Q(recorded_by__isnull=False, recorded_at__isnull=False),
                name="a_consent_names_who_recorded_it",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.match_id}:{self.by}:{self.status}"


class Meeting(models.Model):
    """The first meeting (顔合わせ) of a match, or why it was waived."""

    match = models.OneToOneField(Match, on_delete=models.CASCADE, related_name="meeting")
    how = models.CharField(max_length=8, choices=MeetingHow, blank=True)
    planned_at = models.DateTimeField(null=True, blank=True)
    place = models.CharField(max_length=120, blank=True)
    outcome = models.CharField(max_length=8, choices=MeetingOutcome, blank=True)
    outcome_at = models.DateTimeField(null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="") | Q(recorded_by__isnull=False, outcome_at__isnull=False),
                name="an_outcome_names_who_recorded_it",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=MeetingOutcome.WAIVED) | ~Q(note=""), name="a_waiver_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"meeting of {self.match_id}"


class Precondition(models.Model):
    """What must be true before the day, by when, ticked by a guide with who and when."""

    match = models.ForeignKey(Match, on_delete=models.CASCADE, related_name="preconditions")
    kind = models.CharField(max_length=16, choices=PreconditionKind)
    due_at = models.DateTimeField(null=True, blank=True)
    nudged_at = models.DateTimeField(null=True, blank=True)
    ticked_at = models.DateTimeField(null=True, blank=True)
    ticked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["match", "kind"], name="precondition_once"),
            models.CheckConstraint(
                condition=Q(ticked_at__isnull=True, ticked_by__isnull=True)
                | Q(ticked_at__isnull=False, ticked_by__isnull=False),
                name="a_tick_names_who_ticked",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(ticked_at__isnull=True, nudged_at__isnull=True),
                name="precondition_to_nudge",
            )
        ]

    def __str__(self) -> str:
        return f"{self.match_id}:{self.kind}"


class Attendance(models.Model):
    """Who came to one slot of a match, for how long, attested by whom."""

    match = models.ForeignKey(Match, on_delete=models.CASCADE, related_name="attendances")
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="+")
    people_came = models.PositiveSmallIntegerField()
    minutes = models.PositiveIntegerField()
    return_given = models.BooleanField(_("return given or scheduled"), default=False)
    note = models.CharField(max_length=500, blank=True)
    attested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    attested_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["match", "slot"], name="attendance_once_per_slot")]

    def __str__(self) -> str:
        return f"{self.match_id}@{self.slot_id}: {self.people_came}"
