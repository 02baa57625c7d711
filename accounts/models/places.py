"""Where things are: the public bodies of Japan, their postal codes, and which data were loaded."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Municipality(models.Model):
    """One of the 1,741 municipalities; the point is its office, or the place itself if the office is elsewhere."""

    code = models.CharField(_("code"), primary_key=True, max_length=6)
    code5 = models.CharField(_("code without check digit"), max_length=5, unique=True)
    prefecture_code = models.CharField(_("prefecture code"), max_length=2, db_index=True)
    prefecture_name = models.CharField(_("prefecture"), max_length=4)
    name = models.CharField(_("name"), max_length=20)
    kana = models.CharField(_("reading"), max_length=40)
    latitude = models.FloatField(_("latitude"))
    longitude = models.FloatField(_("longitude"))

    class Meta:
        verbose_name = _("municipality")
        verbose_name_plural = _("municipalities")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="accounts_municipality_in_japan",
                condition=Q(latitude__range=(20, 46), longitude__range=(122, 154)),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """Prefecture and name, as on an envelope: 佐賀県佐賀市."""
        return f"{self.prefecture_name}{self.name}"


class PostalCode(models.Model):
    """One postal code in one municipality; 69 codes stand in two or more and then need a question."""

    # No index of its own: the unique (postal, municipality) begins with it.
    postal = models.CharField(_("postal code"), max_length=7)
    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="postal_codes", verbose_name=_("municipality")
    )
    towns = models.TextField(_("towns"), blank=True, help_text=_("Names of the towns, separated by |."))

    class Meta:
        verbose_name = _("postal code")
        verbose_name_plural = _("postal codes")
        ordering = ["postal", "municipality_id"]
        constraints = [
            models.UniqueConstraint(fields=["postal", "municipality"], name="accounts_postalcode_once"),
        ]

    def __str__(self) -> str:
        return f"〒{self.postal[:3]}-{self.postal[3:]}"


class DataRelease(models.Model):
    """Which edition of a shipped data set stands in the tables, so that loading it again does nothing."""

    name = models.CharField(_("name"), primary_key=True, max_length=40)
    digest = models.CharField(_("SHA-256 of the files"), max_length=64)
    loaded_at = models.DateTimeField(_("loaded at"))

    class Meta:
        verbose_name = _("data release")
        verbose_name_plural = _("data releases")
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name} {self.digest[:8]}"
