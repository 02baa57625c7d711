"""Offer: what a community can give, and who must permit it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AssetKind
from accounts.models.base import PublicModel
from regions.enums import PermissionStatus
from regions.models.communities import Region


class Offer(PublicModel):
    """Something a community can give. Its permission is the least of its holders'; see ``offer_permission``."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="offers")
    title = models.CharField(_("title"), max_length=120)
    conditions = models.TextField(_("conditions"), max_length=2000, blank=True)
    is_active = models.BooleanField(default=True)
    is_sample = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("offer"), _("offers")

    def __str__(self) -> str:
        return self.title


class OfferAsset(models.Model):
    """A kind of asset an offer covers, weighted 1 to 3."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="assets")
    asset_kind = models.ForeignKey(AssetKind, on_delete=models.PROTECT)
    weight = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["offer", "asset_kind"], name="offer_asset_once"),
            models.CheckConstraint(condition=Q(weight__range=(1, 3)), name="offer_asset_weight_1_to_3"),
        ]

    def __str__(self) -> str:
        return f"{self.offer_id}:{self.asset_kind_id}"


class Permission(models.Model):
    """One holder's permission for an offer: how far, for what, shown by what, until when."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="permissions")
    holder = models.CharField(_("holder"), max_length=80)
    status = models.CharField(
        _("status"), max_length=10, choices=PermissionStatus, default=PermissionStatus.PENDING
    )
    scope = models.CharField(_("scope"), max_length=200, blank=True)
    evidence = models.CharField(_("evidence"), max_length=200, blank=True)
    review = models.CharField(_("reviewed"), max_length=80, blank=True)
    expires_on = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["offer", "holder"], name="permission_once_per_holder"),
            models.CheckConstraint(condition=Q(status__in=PermissionStatus.values), name="permission_status"),
            models.CheckConstraint(
                condition=~Q(status=PermissionStatus.GRANTED) | ~Q(evidence=""), name="granted_has_evidence"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder}: {self.status}"
