"""Region: a community in one municipality, who speaks for it and when it wants quiet."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Guide, Municipality
from accounts.models.base import PublicModel
from regions.enums import ConsentMatter, Publicity


class Region(PublicModel):
    """A community (地区・集落). ``guide`` is set by an administrator where no organization covers it."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="regions")
    name = models.CharField(_("name"), max_length=80)
    name_kana = models.CharField(_("reading"), max_length=120, blank=True)
    area = models.CharField(_("area"), max_length=80, blank=True)
    people = models.PositiveIntegerField(_("people"), null=True, blank=True)
    households = models.PositiveIntegerField(_("households"), null=True, blank=True)
    share_65_percent = models.PositiveSmallIntegerField(_("aged 65 and over, percent"), null=True, blank=True)
    point_latitude = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    point_longitude = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    publicity = models.CharField(
        _("may be public"), max_length=20, choices=Publicity, default=Publicity.MUNICIPALITY_ONLY
    )
    first_visit_max = models.PositiveSmallIntegerField(_("people at most on a first visit"), default=5)
    wants_circular = models.BooleanField(_("wants a circular before people come"), default=False)
    nearest_stop = models.CharField(_("nearest station or stop"), max_length=120, blank=True)
    last_mile = models.CharField(_("last mile"), max_length=200, blank=True)
    last_mile_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    access_car_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    access_public_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    access_note = models.CharField(max_length=300, blank=True)
    origin = models.TextField(_("how it began"), blank=True)
    guide = models.ForeignKey(Guide, null=True, blank=True, on_delete=models.SET_NULL, related_name="regions")
    is_sample = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("community"), _("communities")
        constraints = [
            models.CheckConstraint(condition=Q(publicity__in=Publicity.values), name="region_publicity"),
            models.CheckConstraint(condition=Q(first_visit_max__gte=1), name="first_visit_max_positive"),
            models.CheckConstraint(
                condition=Q(share_65_percent__isnull=True) | Q(share_65_percent__lte=100),
                name="share_65_is_a_percentage",
            ),
            models.UniqueConstraint(fields=["municipality", "name"], name="region_once_in_municipality"),
        ]

    def __str__(self) -> str:
        return self.name


class Representative(models.Model):
    """Someone who speaks for a community for a term. Often without an account."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="representatives")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="representing",
    )
    role = models.CharField(_("role"), max_length=60)
    term = models.CharField(_("term"), max_length=80, blank=True)
    contact_way = models.CharField(_("reached by"), max_length=80, blank=True)
    from_on = models.DateField(null=True, blank=True)
    until_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["region", "user"],
                condition=Q(user__isnull=False, until_on__isnull=True),
                name="representative_once_in_office",
            )
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.region_id}"


class MunicipalStaff(models.Model):
    """A municipal officer who posts and answers for the communities of a municipality."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="staff")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="staffing")
    office = models.CharField(_("office"), max_length=120, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("municipal officer"), _("municipal officers")
        constraints = [models.UniqueConstraint(fields=["municipality", "user"], name="staff_once")]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.municipality_id}"


class RequiredConsent(models.Model):
    """A consent a community requires of itself: by whom, for what, when they meet."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="required_consents")
    by = models.CharField(_("by"), max_length=60)
    matter = models.CharField(_("needed for"), max_length=12, choices=ConsentMatter)
    needed_for = models.CharField(_("needed for, in words"), max_length=120, blank=True)
    meets = models.CharField(_("meets"), max_length=120, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(matter__in=ConsentMatter.values), name="consent_matter"),
            models.UniqueConstraint(fields=["region", "by", "matter"], name="required_consent_once"),
        ]

    def __str__(self) -> str:
        return f"{self.by}: {self.matter}"


class QuietPeriod(models.Model):
    """Days of every year on which a community is not to be asked. Month and day as MMDD; may span New Year."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="quiet_periods")
    label = models.CharField(_("occasion"), max_length=60)
    from_mmdd = models.PositiveSmallIntegerField(_("from (MMDD)"))
    until_mmdd = models.PositiveSmallIntegerField(_("until (MMDD)"))

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(from_mmdd__range=(101, 1231), until_mmdd__range=(101, 1231)),
                name="quiet_period_is_mmdd",
            )
        ]

    def __str__(self) -> str:
        return self.label
