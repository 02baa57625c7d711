"""The administration pages of places and vocabularies: places are read, words are edited through the service."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.enums import WorkSetting
from accounts.errors import Invalid
from accounts.models import (
    AssetKind,
    DataRelease,
    Hazard,
    KindQualification,
    Municipality,
    PostalCode,
    Qualification,
    SurveyActivity,
    User,
    WorkKind,
)
from accounts.models.vocabulary import Kind
from accounts.services.vocabulary import check_entry, store_entry

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

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if isinstance(self.instance, Kind):
            self.instance.parent = cleaned.get("parent")
        try:
            check_entry(self.instance)
        except Invalid as error:
            raise ValidationError(str(error.message)) from error
        return cleaned


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
    list_display = ("number", "name_ja", "survey_type")


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


@admin.register(AssetKind)
class AssetKindAdmin(KindAdmin):
    form = AssetKindForm
