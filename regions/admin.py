"""The administration pages of this app: everything is read here; only a community's guide is named, by its service."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from accounts.models import User
from regions.models import (
    MunicipalStaff,
    Need,
    NeedQualification,
    NeedWork,
    Offer,
    OfferAsset,
    Permission,
    QuietPeriod,
    Region,
    Representative,
    RequiredConsent,
    Slot,
)
from regions.services.regions import assign_guide


class ReadOnly:
    """Neither added, changed nor deleted here: services do that, with their checks and their record."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(ReadOnly, admin.TabularInline):
    extra = 0


class RepresentativeInline(ReadOnlyInline):
    model = Representative
    verbose_name_plural = gettext_lazy("representatives")


class RequiredConsentInline(ReadOnlyInline):
    model = RequiredConsent
    verbose_name_plural = gettext_lazy("consents the community asks of itself")


class QuietPeriodInline(ReadOnlyInline):
    model = QuietPeriod
    verbose_name_plural = gettext_lazy("quiet periods")


@admin.register(Region)
class RegionAdmin(admin.ModelAdmin):
    """Communities. An administrator names the guide of one that no organization covers."""

    list_display = ("name", "municipality", "publicity", "guide", "is_sample", "changed_at")
    list_filter = ("publicity", "is_sample", "municipality__prefecture_name")
    list_select_related = ("municipality", "guide__user")
    search_fields = ("name", "public_id", "municipality__name")
    inlines = (RepresentativeInline, RequiredConsentInline, QuietPeriodInline)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return tuple(field.name for field in self.opts.concrete_fields if field.name != "guide")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Region, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        assign_guide(actor=cast("User", request.user), region=obj, guide=obj.guide)


@admin.register(MunicipalStaff)
class MunicipalStaffAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("municipality", "user", "office")
    list_select_related = ("municipality", "user")
    search_fields = ("municipality__name", "user__name", "office")


class NeedWorkInline(ReadOnlyInline):
    model = NeedWork
    verbose_name_plural = gettext_lazy("kinds of work")


class NeedQualificationInline(ReadOnlyInline):
    model = NeedQualification
    verbose_name_plural = gettext_lazy("qualifications")


class SlotInline(ReadOnlyInline):
    model = Slot
    verbose_name_plural = gettext_lazy("dates")


@admin.register(Need)
class NeedAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("title", "region", "stage", "mode", "compensation", "is_sample", "changed_at")
    list_filter = ("stage", "mode", "compensation", "is_sample")
    list_select_related = ("region",)
    search_fields = ("title", "public_id", "region__name")
    inlines = (NeedWorkInline, NeedQualificationInline, SlotInline)


class OfferAssetInline(ReadOnlyInline):
    model = OfferAsset
    verbose_name_plural = gettext_lazy("kinds of assets")


class PermissionInline(ReadOnlyInline):
    model = Permission
    verbose_name_plural = gettext_lazy("permissions of who holds the right")


@admin.register(Offer)
class OfferAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("title", "region", "is_active", "is_sample", "changed_at")
    list_filter = ("is_active", "is_sample")
    list_select_related = ("region",)
    search_fields = ("title", "public_id", "region__name")
    inlines = (OfferAssetInline, PermissionInline)
