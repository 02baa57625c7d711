"""EmergencyCard: what must be at hand where people work, when something happens."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from regions.enums import Signal
from regions.models.communities import Region
from regions.models.needs import Need

WBGT_LOWEST, WBGT_HIGHEST = 21, 35
MINUTES_MAX = 600


class EmergencyCard(models.Model):
    """Facts for an emergency, of a community or of one need that lies elsewhere. Nobody's name or own number.

    Empty is a fact too: on paper it is a line to be filled in by hand. See ``regions.selectors.emergency`` for which counts.
    """

    region = models.OneToOneField(
        Region, null=True, blank=True, on_delete=models.CASCADE, related_name="emergency_card"
    )
    need = models.OneToOneField(
        Need, null=True, blank=True, on_delete=models.CASCADE, related_name="emergency_card"
    )
    rescue_address = models.CharField(_("address to tell 119, with a landmark"), max_length=200, blank=True)
    hospital = models.CharField(_("hospital that takes in emergencies"), max_length=120, blank=True)
    hospital_phone = models.CharField(_("telephone of the hospital"), max_length=30, blank=True)
    hospital_minutes = models.PositiveSmallIntegerField(
        _("minutes by car to the hospital"), null=True, blank=True
    )
    aed_place = models.CharField(_("where the AED is"), max_length=200, blank=True)
    signal = models.CharField(
        _("signal of mobile phones on the spot"), max_length=8, choices=Signal, blank=True
    )
    signal_place = models.CharField(_("where one can telephone from"), max_length=200, blank=True)
    stop_wbgt = models.PositiveSmallIntegerField(
        _("heat index (WBGT) from which work stops"), null=True, blank=True
    )
    thunder_rule = models.CharField(_("when it thunders"), max_length=200, blank=True)
    flood_rule = models.CharField(_("when water rises"), max_length=200, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(region__isnull=False, need__isnull=True)
                | Q(region__isnull=True, need__isnull=False),
                name="emergency_card_is_of_one_place",
            ),
            models.CheckConstraint(condition=Q(signal__in=["", *Signal.values]), name="emergency_signal"),
            models.CheckConstraint(
                condition=Q(stop_wbgt__isnull=True) | Q(stop_wbgt__range=(WBGT_LOWEST, WBGT_HIGHEST)),
                name="stop_wbgt_is_a_heat_index",
            ),
            models.CheckConstraint(
                condition=Q(hospital_minutes__isnull=True) | Q(hospital_minutes__lte=MINUTES_MAX),
                name="hospital_within_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"emergency card of {self.region_id or self.need_id}"
