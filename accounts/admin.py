"""The administration pages of this app: words are edited through their service, all else is read here."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from knox.models import AuthToken

from accounts.enums import WorkSetting
from accounts.errors import Invalid
from accounts.models import (
    Ability,
    AssetKind,
    Consent,
    Coverage,
    DataRelease,
    Guide,
    Hazard,
    KindQualification,
    Membership,
    Municipality,
    Organization,
    PostalCode,
    Qualification,
    SurveyActivity,
    User,
    Volunteer,
    Wish,
    WorkKind,
)
from accounts.policies import is_admin
from accounts.services.vocabulary import Asked, check_entry, map_activity, set_typical, store_entry

# Libraries bring pages of their own, with which an administrator could add an address, a second factor or a token to
# somebody else's account and act as that person, past every service and without a record. Roles are no groups here.
for foreign in (EmailAddress, Authenticator, AuthToken, Group):
    admin.site.unregister(foreign)

MONTHS = [(month, str(month)) for month in range(1, 13)]


class LinesField(forms.CharField):
    """A list of short texts, one a line."""

    widget = forms.Textarea(attrs={"rows": 5})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]  # the column holds a list
        return [line.strip() for line in (value or "").splitlines() if line.strip()]


class EntryForm(forms.ModelForm):
    """Refuses on the page what the service would refuse."""

    def _post_clean(self) -> None:
        """Once Django has laid the values into the entry."""
        super()._post_clean()  # type: ignore[misc]  # Django's hook, unknown to its stubs
        if self.errors:
            return
        try:
            check_entry(self.instance)
        except Invalid as error:
            self.add_error(None, str(error.message))


class AssetKindForm(EntryForm):
    aliases = LinesField(label=_("other names"), required=False)
    permission_holders = LinesField(label=_("who usually has to permit it"), required=False)


class WorkKindForm(EntryForm):
    aliases = LinesField(label=_("other names"), required=False)
    months = forms.TypedMultipleChoiceField(
        label=_("usual months"), choices=MONTHS, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    where = forms.MultipleChoiceField(
        label=_("where"), choices=WorkSetting.choices, widget=forms.CheckboxSelectMultiple
    )


class ReadOnlyAdmin(admin.ModelAdmin):
    """Shows rows that only the loader writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


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


@admin.register(SurveyActivity)
class SurveyActivityAdmin(ReadOnlyAdmin):
    """The survey's words are read; the kinds an activity stands for are chosen."""

    list_display = ("number", "name_ja", "survey_type", "edited_at")
    readonly_fields = ("number", "name_ja", "survey_type", "edited_at")
    filter_horizontal = ("work_kinds", "asset_kinds")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_admin(request.user)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        map_activity(
            actor=cast("User", request.user),
            activity=obj,
            work_kinds=form.cleaned_data["work_kinds"],
            asset_kinds=form.cleaned_data["asset_kinds"],
        )

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        """Nothing is left to write: the service has stored the kinds."""


class EntryAdmin(admin.ModelAdmin):
    """Words may be added, renamed and retired, never deleted: abilities and needs of old keep naming them."""

    form = EntryForm
    list_display: tuple[str, ...] = ("code", "name_ja", "name_en", "retired", "edited_at")
    list_filter = ("retired",)
    search_fields = ("code", "name_ja", "name_en")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("edited_at", "code") if obj else ("edited_at",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        store_entry(obj, actor=cast("User", request.user))


@admin.register(Hazard)
class HazardAdmin(EntryAdmin):
    pass


@admin.register(Qualification)
class QualificationAdmin(EntryAdmin):
    pass


class KindAdmin(EntryAdmin):
    """A kind shows its bit and never lets it be typed."""

    list_display = ("code", "name_ja", "parent", "bit", "retired", "edited_at")
    list_select_related = ("parent",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*super().get_readonly_fields(request, obj), "bit")


class TypicalQualificationInline(admin.TabularInline):
    model = KindQualification
    extra = 0


@admin.register(WorkKind)
class WorkKindAdmin(KindAdmin):
    form = WorkKindForm
    filter_horizontal = ("hazards",)
    inlines = (TypicalQualificationInline,)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        """Dangers and typical qualifications, by their service."""
        for formset in formsets:
            formset.save(commit=False)  # for the words of the page's history; nothing is written
        lines = [line for formset in formsets for line in formset.cleaned_data if line]
        set_typical(
            actor=cast("User", request.user),
            kind=form.instance,
            hazards=form.cleaned_data["hazards"],
            qualifications=[
                Asked(line["qualification"], line["level"], line["when_ja"])
                for line in lines
                if not line["DELETE"]
            ],
        )


@admin.register(AssetKind)
class AssetKindAdmin(KindAdmin):
    form = AssetKindForm


class ReadOnlyInline(admin.TabularInline):
    """Shows rows below their owner; the services of the owner write them."""

    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ConsentInline(ReadOnlyInline):
    model = Consent
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


class GuideInline(ReadOnlyInline):
    model = Guide
    fields = ("user", "role", "weekly_capacity", "absent_from", "absent_until", "stand_in")


@admin.register(Organization)
class OrganizationAdmin(ReadOnlyAdmin):
    list_display = ("name", "kind", "legal_status", "has_employment_basis", "is_sample")
    list_filter = ("legal_status", "has_employment_basis", "is_sample")
    search_fields = ("name", "public_id")
    inlines = (CoverageInline, GuideInline)


class MembershipInline(ReadOnlyInline):
    model = Membership


class AbilityInline(ReadOnlyInline):
    model = Ability


class WishInline(ReadOnlyInline):
    model = Wish


@admin.register(Volunteer)
class VolunteerAdmin(ReadOnlyAdmin):
    list_display = ("name", "kind", "size", "home", "is_active", "is_sample", "created_at")
    list_filter = ("kind", "is_active", "is_sample")
    list_select_related = ("home",)
    search_fields = ("name", "public_id", "representative__name")
    inlines = (MembershipInline, AbilityInline, WishInline)
