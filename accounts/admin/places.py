"""Municipalities, postal codes, and from which releases they were read."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin.base import ReadOnlyAdmin
from accounts.models import DataRelease, Municipality, PostalCode


@admin.register(Municipality)
class MunicipalityAdmin(ReadOnlyAdmin):
    list_display = ("code", "prefecture_name", "name", "kana")
    list_filter = ("prefecture_name",)
    search_fields = ("code", "name", "kana")


@admin.register(PostalCode)
class PostalCodeAdmin(ReadOnlyAdmin):
    list_display = ("postal", "municipality", "towns")
    list_select_related = ("municipality",)
    search_fields = ("postal", "municipality__name")


@admin.register(DataRelease)
class DataReleaseAdmin(ReadOnlyAdmin):
    list_display = ("name", "digest", "loaded_at")
