"""Municipalities, for everybody."""

from __future__ import annotations

from typing import ClassVar

import django_filters
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import HouseView
from accounts.api.schema import Operation
from accounts.models import Municipality
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
