"""The shared vocabularies: everybody reads them, administrators add, change and retire words."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import HouseView, once
from accounts.api.fields import NumberField, PublicIdField, StrictSerializer, TextField, YesNoField
from accounts.api.schema import Operation
from accounts.enums import WorkSetting
from accounts.models import AssetKind, Hazard, Qualification, WorkKind
from accounts.models.vocabulary import Kind, VocabularyEntry
from accounts.policies import Actor
from accounts.services.checks import SMALL_MAX
from accounts.services.vocabulary import store_entry

CODE_MAX, NAME_MAX, NOTE_MAX, LINE_MAX, LINES_MAX, MONTHS = 40, 60, 200, 80, 30, 12


class WordSerializer(serializers.Serializer[Any]):
    """A word of a vocabulary in both languages."""

    code = serializers.CharField(read_only=True)
    name_ja = serializers.CharField(read_only=True)
    name_en = serializers.CharField(read_only=True)
    retired = serializers.BooleanField(read_only=True)
    label: Any = serializers.CharField(read_only=True)


class KindSerializer(WordSerializer):
    """A node of one of the two trees; ``parent`` is the code above it."""

    parent: Any = serializers.CharField(source="parent.code", read_only=True, allow_null=True)
    aliases = serializers.ListField(child=serializers.CharField(), read_only=True)


class WorkKindSerializer(KindSerializer):
    load = serializers.IntegerField(read_only=True)
    credit_from_parent = serializers.BooleanField(read_only=True)


# What comes in. A code is given once; what is not named stays.
class WordForm(StrictSerializer):
    """A word in both languages; retired ones are no longer offered for choice, and stay where they are named."""

    name_ja = TextField(max_length=NAME_MAX, required=False)
    name_en = TextField(max_length=NAME_MAX, required=False)
    position = NumberField(min_value=0, max_value=SMALL_MAX, required=False)
    retired = YesNoField(required=False)


def _lines() -> serializers.ListField:
    return serializers.ListField(child=TextField(max_length=LINE_MAX), max_length=LINES_MAX, required=False)


def _works(_actor: Actor) -> QuerySet[WorkKind]:
    return WorkKind.objects.all()


def _assets(_actor: Actor) -> QuerySet[AssetKind]:
    return AssetKind.objects.all()


class WorkKindForm(WordForm):
    """A kind of work: the code of the kind above it, its load 1 to 3, and whether a broader ability counts for it."""

    parent: Any = PublicIdField(scope=_works, slug_field="code", allow_null=True, required=False)
    aliases = _lines()
    load = NumberField(min_value=1, max_value=3, required=False)
    credit_from_parent = YesNoField(required=False)
    where = serializers.ListField(
        child=serializers.ChoiceField(choices=WorkSetting.choices), max_length=LINES_MAX, required=False
    )
    months = serializers.ListField(child=NumberField(), max_length=MONTHS, required=False)
    min_age_hint = NumberField(min_value=0, max_value=SMALL_MAX, allow_null=True, required=False)


class AssetKindForm(WordForm):
    """A kind of asset: the code of the kind above it, and who usually has to permit it."""

    parent: Any = PublicIdField(scope=_assets, slug_field="code", allow_null=True, required=False)
    aliases = _lines()
    permission_holders = _lines()
    note_ja = TextField(max_length=NOTE_MAX, required=False)


class QualificationForm(WordForm):
    """A licence, training or pledge."""

    note_ja = TextField(max_length=NOTE_MAX, required=False)


class NewWorkKindForm(WorkKindForm):
    """A new kind of work."""

    code = TextField(max_length=CODE_MAX, allow_blank=False)


class NewAssetKindForm(AssetKindForm):
    """A new kind of asset."""

    code = TextField(max_length=CODE_MAX, allow_blank=False)


class NewQualificationForm(QualificationForm):
    """A new qualification."""

    code = TextField(max_length=CODE_MAX, allow_blank=False)


class NewHazardForm(WordForm):
    """A new danger."""

    code = TextField(max_length=CODE_MAX, allow_blank=False)


class VocabularyView(HouseView):
    """What the views of one vocabulary share."""

    tag = "reference"
    permission_classes = [IsAuthenticatedOrReadOnly]
    model: ClassVar[type[VocabularyEntry]]
    ordering = ("position",)
    ordering_fields = ("position", "code")
    lookup_field = "code"

    def rows(self) -> QuerySet[Any]:
        words: QuerySet[Any] = self.model._default_manager.all()  # noqa: SLF001  # documented API for unknown models
        return words.select_related("parent") if issubclass(self.model, Kind) else words


class WordsView(VocabularyView):
    """A vocabulary in the order of the screen, without retired words; for administrators, a new word."""

    def rows(self) -> QuerySet[Any]:
        return super().rows().filter(retired=False)

    def get(self, _request: Request) -> Response:
        return self.page()

    @once
    def post(self, _request: Request) -> Response:
        return self.reply(store_entry(self.model(**self.values()), actor=self.actor))


class WordView(VocabularyView):
    """For administrators: changing or retiring a word; its code stays."""

    def patch(self, _request: Request, **_address: str) -> Response:
        word = self.found()
        for name, value in self.values().items():
            setattr(word, name, value)
        return self.reply(store_entry(word, actor=self.actor))


def _read_and_add(plural: str, single: str, *, form: Any, answer: Any) -> dict[str, Operation]:
    add = Operation(id=f"add_{single}", form=form, answer=answer, status=status.HTTP_201_CREATED, once=True)
    return {"GET": Operation(id=f"list_{plural}", answer=answer, many=True), "POST": add}


class WorkKindsView(WordsView):
    """Kinds of work that communities lack hands for (活動の種類), as a tree; for administrators, a new one."""

    model = WorkKind
    queryset = WorkKind.objects.none()
    operations: ClassVar = _read_and_add(
        "work_kinds", "work_kind", form=NewWorkKindForm, answer=WorkKindSerializer
    )


class WorkKindView(WordView):
    """For administrators: changing or retiring a kind of work. What it is worth in the matching is worked out anew."""

    model = WorkKind
    queryset = WorkKind.objects.none()
    operations: ClassVar = {
        "PATCH": Operation(id="change_work_kind", form=WorkKindForm, answer=WorkKindSerializer)
    }


class AssetKindsView(WordsView):
    """Kinds of things a community can give (提供の種類), as a tree; for administrators, a new one."""

    model = AssetKind
    queryset = AssetKind.objects.none()
    operations: ClassVar = _read_and_add(
        "asset_kinds", "asset_kind", form=NewAssetKindForm, answer=KindSerializer
    )


class AssetKindView(WordView):
    """For administrators: changing or retiring a kind of asset."""

    model = AssetKind
    queryset = AssetKind.objects.none()
    operations: ClassVar = {
        "PATCH": Operation(id="change_asset_kind", form=AssetKindForm, answer=KindSerializer)
    }


class QualificationsView(WordsView):
    """Licences, trainings and pledges that a need may ask for; for administrators, a new one."""

    model = Qualification
    queryset = Qualification.objects.none()
    operations: ClassVar = _read_and_add(
        "qualifications", "qualification", form=NewQualificationForm, answer=WordSerializer
    )


class QualificationView(WordView):
    """For administrators: changing or retiring a qualification."""

    model = Qualification
    queryset = Qualification.objects.none()
    operations: ClassVar = {
        "PATCH": Operation(id="change_qualification", form=QualificationForm, answer=WordSerializer)
    }


class HazardsView(WordsView):
    """Dangers of the work, told before anyone says yes; for administrators, a new one."""

    model = Hazard
    queryset = Hazard.objects.none()
    operations: ClassVar = _read_and_add("hazards", "hazard", form=NewHazardForm, answer=WordSerializer)


class HazardView(WordView):
    """For administrators: changing or retiring a danger."""

    model = Hazard
    queryset = Hazard.objects.none()
    operations: ClassVar = {"PATCH": Operation(id="change_hazard", form=WordForm, answer=WordSerializer)}
