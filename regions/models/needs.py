"""Need: what a community lacks, with its work, qualifications, offers in return, and dated slots."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import QualificationLevel
from accounts.models import Hazard, Qualification, WorkKind
from accounts.models.base import PublicModel
from regions.enums import Compensation, NeedMode, NeedStage, SlotRuleKind
from regions.models.communities import Region
from regions.models.offers import Offer


class Need(PublicModel):
    """A need. ``changed_at`` moves whenever something that matters to matching changes.

    ``agreed_digest`` names what the community agreed to (``services.agreed``); empty before, and for consents older than it.

    Paid employment is listed with a link to where it is described; the house never fetches that address.
    """

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="needs")
    title = models.CharField(_("title"), max_length=120)
    story = models.TextField(_("story"), max_length=4000, blank=True)
    stage = models.CharField(_("stage"), max_length=12, choices=NeedStage, default=NeedStage.CONSULTING)
    mode = models.CharField(_("where"), max_length=8, choices=NeedMode, default=NeedMode.ON_SITE)
    compensation = models.CharField(_("compensation"), max_length=12, choices=Compensation)
    employment_url = models.CharField(_("where the employment is described"), max_length=300, blank=True)
    local_hands = models.PositiveSmallIntegerField(_("residents working alongside"), default=1)
    on_site_lead = models.CharField(_("in charge on site"), max_length=80, blank=True)
    hazards = models.ManyToManyField(Hazard, blank=True, related_name="+")
    offers = models.ManyToManyField(Offer, blank=True, related_name="needs")
    parking = models.CharField(_("parking"), max_length=120, blank=True)
    toilet = models.CharField(_("toilet"), max_length=120, blank=True)
    last_mile = models.CharField(_("last mile"), max_length=200, blank=True)
    bring = models.JSONField(_("to bring"), default=list, blank=True)
    prepared = models.JSONField(_("prepared by the community"), default=list, blank=True)
    children_ok = models.BooleanField(_("children welcome"), default=False)
    beginner_ok = models.BooleanField(_("beginners welcome"), default=True)
    group_ok = models.BooleanField(_("groups welcome"), default=True)
    min_age = models.PositiveSmallIntegerField(_("minimum age"), default=18)
    posted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    posted_for = models.CharField(_("entered on behalf of"), max_length=120, blank=True)
    is_sample = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    agreed_digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name, verbose_name_plural = _("need"), _("needs")
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=NeedStage.values), name="need_stage"),
            models.CheckConstraint(condition=Q(mode__in=NeedMode.values), name="need_mode"),
            models.CheckConstraint(
                condition=Q(compensation__in=Compensation.values), name="need_compensation"
            ),
            models.CheckConstraint(
                condition=Q(compensation=Compensation.EMPLOYMENT, employment_url__startswith="https://")
                | (~Q(compensation=Compensation.EMPLOYMENT) & Q(employment_url="")),
                name="employment_is_linked",
            ),
            models.CheckConstraint(
                condition=Q(mode=NeedMode.REMOTE) | Q(local_hands__gte=1),
                name="someone_of_the_place_works_along",
            ),
            models.CheckConstraint(
                condition=~Q(stage=NeedStage.OPEN) | Q(opened_at__isnull=False),
                name="open_need_has_opened_at",
            ),
        ]
        indexes = [models.Index(fields=["stage", "public_id"])]

    def __str__(self) -> str:
        return self.title


class NeedWork(models.Model):
    """A kind of work of a need, weighted 1 to 3."""

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="work")
    work_kind = models.ForeignKey(WorkKind, on_delete=models.PROTECT)
    weight = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["need", "work_kind"], name="need_work_once"),
            models.CheckConstraint(condition=Q(weight__range=(1, 3)), name="need_work_weight_1_to_3"),
        ]

    def __str__(self) -> str:
        return f"{self.need_id}:{self.work_kind_id}"


class NeedQualification(models.Model):
    """A qualification a need asks for. Required ones filter, recommended ones are only shown."""

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="qualifications")
    qualification = models.ForeignKey(Qualification, on_delete=models.PROTECT)
    level = models.CharField(max_length=20, choices=QualificationLevel)
    people = models.PositiveSmallIntegerField(_("people who must hold it"), default=1)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["need", "qualification"], name="need_qualification_once"),
            models.CheckConstraint(
                condition=Q(level__in=QualificationLevel.values), name="need_qualification_level"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.need_id}:{self.qualification_id}"


class SlotRule(models.Model):
    """How the dates of a need repeat: «second Sunday, rain → next», not a list of dates."""

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="slot_rules")
    kind = models.CharField(max_length=16, choices=SlotRuleKind)
    parameters = models.JSONField(default=dict)
    places = models.PositiveSmallIntegerField(_("places each time"))
    rain = models.CharField(_("when it rains"), max_length=120, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=SlotRuleKind.values), name="slot_rule_kind"),
            models.CheckConstraint(condition=Q(places__gte=1), name="slot_rule_places_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.need_id}:{self.kind}"


class Slot(PublicModel):
    """One dated time of a need, with places (= people wanted). Several days where ``nights`` > 0."""

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="slots")
    rule = models.ForeignKey(SlotRule, null=True, blank=True, on_delete=models.SET_NULL, related_name="slots")
    start_at = models.DateTimeField(_("from"))
    end_at = models.DateTimeField(_("until"))
    places = models.PositiveSmallIntegerField(_("places"))
    nights = models.PositiveSmallIntegerField(_("nights"), default=0)
    is_remote = models.BooleanField(_("from afar"), default=False)
    rain = models.CharField(_("when it rains"), max_length=120, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    going_ahead_at = models.DateTimeField(_("said to take place"), null=True, blank=True)
    moved_from_at = models.DateTimeField(_("put off from"), null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(end_at__gt=F("start_at")), name="slot_ends_after_start"),
            models.CheckConstraint(
                condition=Q(moved_from_at__isnull=True) | Q(moved_from_at__lt=F("start_at")),
                name="slot_is_put_off_to_later",
            ),
            models.CheckConstraint(condition=Q(places__gte=1), name="slot_places_positive"),
            models.UniqueConstraint(fields=["need", "start_at", "is_remote"], name="slot_once"),
        ]
        indexes = [models.Index(fields=["need", "start_at"])]

    def __str__(self) -> str:
        return f"{self.need_id} {self.start_at:%Y-%m-%d %H:%M}"
