"""Who has an account, in which organization, in which party. Read here; written by services."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy

from accounts.admin.base import ReadOnlyAdmin, ReadOnlyInline
from accounts.models import Ability, Consent, Coverage, Guide, Membership, Organization, User, Volunteer, Wish


class ConsentInline(ReadOnlyInline):
    model = Consent
    verbose_name_plural = gettext_lazy("consents")
    fk_name = "user"


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    """Who has an account. Contact cards are shown nowhere here: they leave their table only when disclosed."""

    list_display = (
        "email",
        "name",
        "public_id",
        "affiliation",
        "language",
        "is_active",
        "is_superuser",
        "date_joined",
    )
    list_filter = ("is_active", "is_superuser", "is_sample")
    search_fields = ("email", "name", "public_id")
    exclude = ("password", "groups", "user_permissions")
    inlines = (ConsentInline,)


class CoverageInline(ReadOnlyInline):
    model = Coverage
    verbose_name_plural = gettext_lazy("places it covers")


class GuideInline(ReadOnlyInline):
    model = Guide
    verbose_name_plural = gettext_lazy("guides")
    fields = ("user", "role", "weekly_capacity", "absent_from", "absent_until", "stand_in")


@admin.register(Organization)
class OrganizationAdmin(ReadOnlyAdmin):
    list_display = ("name", "kind", "legal_status", "has_employment_basis", "is_sample")
    list_filter = ("legal_status", "has_employment_basis", "is_sample")
    search_fields = ("name", "public_id")
    inlines = (CoverageInline, GuideInline)


class MembershipInline(ReadOnlyInline):
    model = Membership
    verbose_name_plural = gettext_lazy("members")


class AbilityInline(ReadOnlyInline):
    model = Ability
    verbose_name_plural = gettext_lazy("what they can do")


class WishInline(ReadOnlyInline):
    model = Wish
    verbose_name_plural = gettext_lazy("what they are looking for")


@admin.register(Volunteer)
class VolunteerAdmin(ReadOnlyAdmin):
    list_display = ("name", "kind", "size", "home", "is_active", "is_sample", "created_at")
    list_filter = ("kind", "is_active", "is_sample")
    list_select_related = ("home",)
    search_fields = ("name", "public_id", "representative__name")
    inlines = (MembershipInline, AbilityInline, WishInline)
