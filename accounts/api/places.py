"""Reading what everybody may read: municipalities and the shared vocabularies."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import HouseView
from accounts.api.schema import Operation
from accounts.models import AssetKind, Hazard, Municipality, Qualification, WorkKind
from accounts.models.vocabulary import VocabularyEntry
from accounts.selectors.places import municipalities_for_postal


class MunicipalitySerializer(serializers.ModelSerializer[Municipality]):
    class Meta:
        model = Municipality
        fields = ("code", "prefecture_code", "prefecture_name", "name", "kana", "label")


class MunicipalityFilter(filters.FilterSet):
    """By postal code (all it stands in, unknown ones refused), prefecture, or a part of the name or reading."""

    postal = django_filters.CharFilter(method="by_postal", max_length=20)
    prefecture = django_filters.CharFilter(field_name="prefecture_code", max_length=2)
    name = django_filters.CharFilter(field_name="name", lookup_expr="contains", max_length=20)

    def by_postal(self, rows: QuerySet[Municipality], _name: str, value: str) -> QuerySet[Municipality]:
        found = [municipality.pk for municipality in municipalities_for_postal(value)]
        return rows.filter(pk__in=found)


class MunicipalitiesView(HouseView):
    """The 1,741 municipalities of Japan; ``postal`` finds those of a postal code."""

    tag = "reference"
    operations: ClassVar = {
        "GET": Operation(id="list_municipalities", answer=MunicipalitySerializer, many=True)
    }
    permission_classes = [AllowAny]
    queryset = Municipality.objects.none()
    filterset_class = MunicipalityFilter
    ordering = ("code",)
    ordering_fields = ("code",)

    def rows(self) -> QuerySet[Municipality]:
        return Municipality.objects.all()

    def get(self, _request: Request) -> Response:
        return self.page()


class WordSerializer(serializers.Serializer[Any]):
    """A word of a vocabulary in both languages."""

    code = serializers.CharField(read_only=True)
    name_ja = serializers.CharField(read_only=True)
    name_en = serializers.CharField(read_only=True)
    label: Any = serializers.CharField(read_only=True)


class KindSerializer(WordSerializer):
    """A node of one of the two trees; ``parent`` is the code above it."""

    parent: Any = serializers.CharField(source="parent.code", read_only=True, allow_null=True)
    aliases = serializers.ListField(child=serializers.CharField(), read_only=True)


class WorkKindSerializer(KindSerializer):
    load = serializers.IntegerField(read_only=True)
    credit_from_parent = serializers.BooleanField(read_only=True)


class WordsView(HouseView):
    """A vocabulary in the order of the screen; retired words are left out."""

    tag = "reference"
    permission_classes = [AllowAny]
    model: ClassVar[type[VocabularyEntry]]
    ordering = ("position",)
    ordering_fields = ("position", "code")

    def rows(self) -> QuerySet[Any]:
        return self.model._default_manager.filter(retired=False)  # noqa: SLF001  # documented API for unknown models

    def get(self, _request: Request) -> Response:
        return self.page()


class WorkKindsView(WordsView):
    """Kinds of work that communities lack hands for (活動の種類), as a tree."""

    model = WorkKind
    queryset = WorkKind.objects.none()
    operations: ClassVar = {"GET": Operation(id="list_work_kinds", answer=WorkKindSerializer, many=True)}

    def rows(self) -> QuerySet[Any]:
        return super().rows().select_related("parent")


class AssetKindsView(WordsView):
    """Kinds of things a community can give (提供の種類), as a tree."""

    model = AssetKind
    queryset = AssetKind.objects.none()
    operations: ClassVar = {"GET": Operation(id="list_asset_kinds", answer=KindSerializer, many=True)}

    def rows(self) -> QuerySet[Any]:
        return super().rows().select_related("parent")


class QualificationsView(WordsView):
    """Licences, trainings and pledges that a need may ask for."""

    model = Qualification
    queryset = Qualification.objects.none()
    operations: ClassVar = {"GET": Operation(id="list_qualifications", answer=WordSerializer, many=True)}


class HazardsView(WordsView):
    """Dangers of the work, told before anyone says yes."""

    model = Hazard
    queryset = Hazard.objects.none()
    operations: ClassVar = {"GET": Operation(id="list_hazards", answer=WordSerializer, many=True)}
