"""Volunteer: one party on the city side, a person or a group, with what it can do and what it looks for."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import AbilityLevel, PartyKind, Transport
from accounts.models.base import PublicModel
from accounts.models.places import Municipality
from accounts.models.vocabulary import AssetKind, Qualification, WorkKind

SIZE_MAX = 500


class Volunteer(PublicModel):
    """A participant: comes with between ``min_people`` and ``size`` people, led by its representative."""

    kind = models.CharField(_("kind"), max_length=12, choices=PartyKind)
    name = models.CharField(_("name shown"), max_length=120)
    representative = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="represented_parties"
    )
    size = models.PositiveSmallIntegerField(_("people"), default=1)
    min_people = models.PositiveSmallIntegerField(_("at least so many come"), default=1)
    home = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    transport = models.CharField(_("transport"), max_length=8, choices=Transport)
    travel_limit_minutes = models.PositiveSmallIntegerField(_("one way at most, minutes"))
    day_trip_limit_minutes = models.PositiveSmallIntegerField(
        _("one way at most on a day trip, minutes"), null=True, blank=True
    )
    load_limit = models.PositiveSmallIntegerField(_("heaviest work, 1 to 3"), default=2)
    live_limit = models.PositiveSmallIntegerField(_("live proposals at once"), default=3)
    youngest_age = models.PositiveSmallIntegerField(_("age of the youngest"), null=True, blank=True)
    has_minors = models.BooleanField(_("people under 18 come along"), default=False)
    remote_ok = models.BooleanField(_("helps from afar as well"), default=False)
    note = models.TextField(_("in their own words"), max_length=1000, blank=True)
    insurance = models.CharField(_("insurance"), max_length=200, blank=True)
    is_active = models.BooleanField(_("takes part in matching"), default=True)
    is_sample = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("participant"), _("participants")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=PartyKind.values), name="volunteer_kind"),
            models.CheckConstraint(condition=Q(transport__in=Transport.values), name="volunteer_transport"),
            models.CheckConstraint(
                condition=Q(min_people__gte=1, size__lte=SIZE_MAX, min_people__lte=F("size")),
                name="volunteer_people_in_order",
            ),
            models.CheckConstraint(
                condition=~Q(kind=PartyKind.INDIVIDUAL) | Q(size=1), name="individual_is_one_person"
            ),
            models.CheckConstraint(condition=Q(load_limit__range=(1, 3)), name="volunteer_load_1_to_3"),
        ]
        indexes = [models.Index(fields=["is_active", "public_id"])]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A named member of a group. Unnamed members are counted in ``size`` only."""

    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    joined_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["volunteer", "user"], name="member_once")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.volunteer_id}"


class Ability(models.Model):
    """A kind of work a party can do, and how many of its people can."""

    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="abilities")
    work_kind = models.ForeignKey(WorkKind, on_delete=models.PROTECT)
    level = models.CharField(_("level"), max_length=12, choices=AbilityLevel, default=AbilityLevel.ABLE)
    people = models.PositiveSmallIntegerField(_("people who can"), default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["volunteer", "work_kind"], name="ability_once"),
            models.CheckConstraint(condition=Q(level__in=AbilityLevel.values), name="ability_level"),
            models.CheckConstraint(condition=Q(people__gte=1), name="ability_people_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.volunteer_id}:{self.work_kind_id}"


class Wish(models.Model):
    """A kind of asset a party looks for, weighted 1 to 3."""

    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="wishes")
    asset_kind = models.ForeignKey(AssetKind, on_delete=models.PROTECT)
    weight = models.PositiveSmallIntegerField(_("weight"), default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["volunteer", "asset_kind"], name="wish_once"),
            models.CheckConstraint(condition=Q(weight__range=(1, 3)), name="wish_weight_1_to_3"),
        ]

    def __str__(self) -> str:
        return f"{self.volunteer_id}:{self.asset_kind_id}"


class HeldQualification(models.Model):
    """A qualification held in a party, by how many, until when (None: does not expire)."""

    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="held_qualifications")
    qualification = models.ForeignKey(Qualification, on_delete=models.PROTECT)
    people = models.PositiveSmallIntegerField(_("people who hold it"), default=1)
    expires_on = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["volunteer", "qualification"], name="held_once"),
            models.CheckConstraint(condition=Q(people__gte=1), name="held_people_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.volunteer_id}:{self.qualification_id}"


class Availability(models.Model):
    """When a party can come: the union of its rows. Masks: Monday, January, morning (00–12) are bit 0.

    Parts of a day: 0 = 00–12, 1 = 12–17, 2 = 17–24. ``from_minute``/``until_minute`` narrow the
    hours of the day exactly (minutes since midnight), where stated.
    """

    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="availabilities")
    weekdays = models.PositiveSmallIntegerField(_("weekdays"), default=0b1111111)
    months = models.PositiveSmallIntegerField(_("months"), default=0b111111111111)
    parts = models.PositiveSmallIntegerField(_("parts of the day"), default=0b111)
    from_minute = models.PositiveSmallIntegerField(null=True, blank=True)
    until_minute = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(weekdays__range=(1, 127), months__range=(1, 4095), parts__range=(1, 7)),
                name="availability_masks",
            ),
            models.CheckConstraint(
                condition=Q(from_minute__isnull=True)
                | Q(until_minute__isnull=True)
                | Q(until_minute__gt=F("from_minute"), until_minute__lte=1440),
                name="availability_hours_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.volunteer_id}:{self.weekdays:07b}"


class Absence(models.Model):
    """Days on which a party cannot come, first and last included."""

    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="absences")
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"))

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until_on__gte=F("from_on")), name="absence_in_order")
        ]

    def __str__(self) -> str:
        return f"{self.volunteer_id}:{self.from_on}"
