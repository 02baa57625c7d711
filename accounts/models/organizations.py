"""Organization and Guide: who reviews proposals, and where."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import LegalStatus
from accounts.models.base import PublicModel
from accounts.models.places import Municipality


class Organization(PublicModel):
    """An intermediary organization (中間支援組織)."""

    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=80, blank=True)
    legal_status = models.CharField(_("legal status"), max_length=16, choices=LegalStatus)
    has_employment_basis = models.BooleanField(_("may refer to employment"), default=False)
    employment_basis = models.CharField(
        _("legal basis for referring to employment"), max_length=200, blank=True
    )
    is_sample = models.BooleanField(default=False)

    class Meta:
        verbose_name, verbose_name_plural = _("intermediary organization"), _("intermediary organizations")
        constraints = [
            models.CheckConstraint(
                condition=Q(legal_status__in=LegalStatus.values), name="organization_legal_status"
            ),
            models.CheckConstraint(
                condition=Q(has_employment_basis=False) | ~Q(employment_basis=""),
                name="employment_basis_is_recorded",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Coverage(models.Model):
    """Where an organization works: one municipality, or a whole prefecture."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="coverages")
    prefecture_code = models.CharField(max_length=2)
    municipality = models.ForeignKey(Municipality, null=True, blank=True, on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "prefecture_code", "municipality"],
                nulls_distinct=False,
                name="coverage_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.organization_id}:{self.prefecture_code}:{self.municipality_id or '*'}"


class GuidesInOffice(models.Manager["Guide"]):
    """Guides who have not been dismissed: what ``Guide.objects`` means, so that no reader can forget to ask."""

    def get_queryset(self) -> models.QuerySet[Guide]:
        return super().get_queryset().filter(ended_on=None)


class Guide(models.Model):
    """A community guide (関係案内人) of one organization.

    The row outlives the office: finished matches name it. A row that points to a guide (``match.guide``, ``user.guide``) and a
    join through one also find those who were dismissed; lists of an organization do not.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="guide")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="guides")
    role = models.CharField(_("role"), max_length=200, blank=True)
    weekly_capacity = models.PositiveSmallIntegerField(
        _("proposals a week"), default=8, validators=[MinValueValidator(1)]
    )
    absent_from = models.DateField(_("absent from"), null=True, blank=True)
    absent_until = models.DateField(_("absent until"), null=True, blank=True)
    stand_in = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    handover = models.TextField(_("handover notes"), blank=True)
    ended_on = models.DateField(_("dismissed on"), null=True, blank=True)

    objects = GuidesInOffice()
    everyone: models.Manager[Guide] = models.Manager()

    class Meta:
        base_manager_name = "everyone"
        default_manager_name = "objects"
        constraints = [
            models.CheckConstraint(condition=Q(weekly_capacity__gte=1), name="guide_capacity_positive"),
            models.CheckConstraint(
                condition=Q(absent_until__isnull=True)
                | Q(absent_from__isnull=True)
                | Q(absent_until__gte=models.F("absent_from")),
                name="guide_absence_in_order",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)
