"""MatchOutcome: what was proposed with which figures, what each side said and what came of it, for a later fit of the weights."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matching.enums import AnswerValue, EndReason, MatchState, MeetingOutcome, Origin, Role
from matching.models.matches import Match
from matching.models.runs import MatchRun


class Decision(models.TextChoices):
    """What a guide decided about a proposal."""

    APPROVED = "approved", _("approved")
    REJECTED = "rejected", _("not this time")


class MatchOutcome(models.Model):
    """One row per match, derived from its events by ``services.outcomes`` and from nothing else. No name, no words, no contact.

    The figures are those of the proposal (``micro``: millionths; ``limit_minutes`` 0: help from afar), None where the pair
    was never scored. A side's answer is its last one; empty for who asked first (``origin``) until it answers after the
    meeting. ``people_came`` and ``minutes_worked`` are summed over the dates. Times are None for what never came.
    """

    match = models.OneToOneField(Match, on_delete=models.CASCADE, related_name="outcome")
    run = models.ForeignKey(MatchRun, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    weights_version = models.PositiveIntegerField(_("version of the weights"), null=True, blank=True)
    origin = models.CharField(_("who asked first"), max_length=8, choices=Origin)
    proposed_at = models.DateTimeField(_("proposed at"))
    f_num = models.PositiveIntegerField(_("work that fits, parts"), null=True, blank=True)
    f_den = models.PositiveIntegerField(_("work wanted, parts"), null=True, blank=True)
    g_num = models.PositiveIntegerField(_("wishes that fit, parts"), null=True, blank=True)
    g_den = models.PositiveIntegerField(_("wishes, parts"), null=True, blank=True)
    travel_minutes = models.PositiveIntegerField(_("one way, minutes"), null=True, blank=True)
    limit_minutes = models.PositiveIntegerField(
        _("one way at most, of this match, minutes"), null=True, blank=True
    )
    mutual_micro = models.PositiveIntegerField(_("fit in both directions, millionths"), null=True, blank=True)
    comfort_micro = models.PositiveIntegerField(_("fit less the way, millionths"), null=True, blank=True)
    relation_micro = models.IntegerField(_("for a relation, millionths"), null=True, blank=True)
    kept_micro = models.IntegerField(_("for kept promises, millionths"), null=True, blank=True)
    wait_micro = models.IntegerField(_("for waiting, millionths"), null=True, blank=True)
    score_micro = models.IntegerField(_("score, millionths"), null=True, blank=True)
    decision = models.CharField(_("decision of the guide"), max_length=8, choices=Decision, blank=True)
    decision_reason = models.CharField(
        _("reason of the decision"), max_length=16, choices=EndReason, blank=True
    )
    decided_by = models.CharField(_("who decided"), max_length=8, choices=Role, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    party_answer = models.CharField(
        _("answer of the participant"), max_length=4, choices=AnswerValue, blank=True
    )
    party_reason = models.CharField(
        _("reason of the participant"), max_length=16, choices=EndReason, blank=True
    )
    party_answered_at = models.DateTimeField(_("participant answered at"), null=True, blank=True)
    region_answer = models.CharField(
        _("answer of the community"), max_length=4, choices=AnswerValue, blank=True
    )
    region_reason = models.CharField(
        _("reason of the community"), max_length=16, choices=EndReason, blank=True
    )
    region_answered_at = models.DateTimeField(_("community answered at"), null=True, blank=True)
    meeting_outcome = models.CharField(
        _("outcome of the meeting"), max_length=8, choices=MeetingOutcome, blank=True
    )
    meeting_at = models.DateTimeField(_("outcome of the meeting recorded at"), null=True, blank=True)
    agreed_at = models.DateTimeField(_("promise made at"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("ready at"), null=True, blank=True)
    people_came = models.PositiveIntegerField(_("people who came"), null=True, blank=True)
    minutes_worked = models.PositiveIntegerField(_("minutes of activity"), null=True, blank=True)
    state = models.CharField(_("state of the match"), max_length=10, choices=MatchState)
    end_reason = models.CharField(_("reason of the end"), max_length=16, choices=EndReason, blank=True)
    ended_by = models.CharField(_("who ended it"), max_length=8, choices=Role, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("outcome of a match"), _("outcomes of matches")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=MatchState.values), name="outcome_state"),
            models.CheckConstraint(
                condition=Q(decision="", decided_at__isnull=True)
                | Q(decision__in=Decision.values, decided_at__isnull=False),
                name="outcome_decision_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(people_came__isnull=True, minutes_worked__isnull=True)
                | Q(people_came__isnull=False, minutes_worked__isnull=False),
                name="outcome_who_came_and_how_long",
            ),
        ]
        indexes = [models.Index(fields=["proposed_at"], name="outcome_by_time")]

    def __str__(self) -> str:
        return f"{self.match_id}: {self.state}"
