"""Vocabularies: words are edited here through their service."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import ReadOnlyAdmin
from accounts.enums import WorkSetting
from accounts.errors import Invalid
from accounts.models import (
    AssetKind,
    Hazard,
    KindQualification,
    Qualification,
    SurveyActivity,
    User,
    WorkKind,
)
from accounts.policies import is_admin
from accounts.services.vocabulary import Asked, check_entry, map_activity, set_typical, store_entry

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
