"""Communities: what may be known of them, and keeping their record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import once
from accounts.api.schema import Operation
from regions.api import region_forms as forms
from regions.api.base import KNOWN, RegionalView
from regions.api.region_answers import GUIDES, RegionSerializer, RepresentativeSerializer
from regions.models import Region
from regions.selectors.regions import guides_by_region, regions_for
from regions.services.offices import name_representative
from regions.services.regions import (
    assign_guide,
    create_region,
    set_quiet_periods,
    set_required_consents,
    update_region,
)


class RegionFilter(filters.FilterSet):
    """By place. Not by name: it would tell names that are not public."""

    municipality = django_filters.CharFilter(field_name="municipality_id", max_length=6)
    prefecture = django_filters.CharFilter(field_name="municipality__prefecture_code", max_length=2)


class RegionView(RegionalView):
    """What the views of communities share: those with an open need, and those the person knows."""

    tag = "regions"
    queryset = Region.objects.none()

    def rows(self) -> QuerySet[Region]:
        return regions_for(self.request.user)

    def regions_of(self, shown: list[Any]) -> Iterable[Region]:
        return shown

    def page_context(self, shown: list[Any]) -> dict[str, Any]:
        context = super().page_context(shown)
        known = [region for region in shown if region.pk in context[KNOWN]]
        return context | {GUIDES: guides_by_region(known)}

    def show_again(self, region: Region) -> Response:
        """The community as it now is."""
        return self.show(self.rows().get(pk=region.pk))


class RegionsView(RegionView):
    """Communities with an open need and one's own; recording a new one."""

    operations: ClassVar = {
        "GET": Operation(id="list_regions", answer=RegionSerializer, many=True),
        "POST": Operation(
            id="create_region",
            form=forms.NewRegionForm,
            answer=RegionSerializer,
            status=status.HTTP_201_CREATED,
            once=True,
        ),
    }
    filterset_class = RegionFilter
    ordering = ("municipality_id",)
    ordering_fields = ("municipality_id", "created_at", "changed_at")

    def get(self, _request: Request) -> Response:
        return self.page()

    @once
    def post(self, _request: Request) -> Response:
        return self.show_again(create_region(actor=self.actor, **self.values()))


class OneRegionView(RegionView):
    """One community; changing plain values of it."""

    operations: ClassVar = {
        "GET": Operation(id="get_region", answer=RegionSerializer),
        "PATCH": Operation(id="update_region", form=forms.RegionForm, answer=RegionSerializer),
    }

    def get(self, _request: Request, **_address: str) -> Response:
        return self.show(self.found())

    def patch(self, _request: Request, **_address: str) -> Response:
        return self.show_again(update_region(actor=self.actor, region=self.found(), **self.values()))


class QuietPeriodsView(RegionView):
    """Days of every year on which a community is not to be asked; the list is replaced."""

    operations: ClassVar = {
        "PUT": Operation(id="set_quiet_periods", form=forms.QuietPeriodsForm, answer=RegionSerializer)
    }

    def put(self, _request: Request, **_address: str) -> Response:
        values: dict[str, Any] = self.values()
        periods = values.pop("quiet_periods")
        return self.show_again(
            set_quiet_periods(actor=self.actor, region=self.found(), periods=periods, **values)
        )


class RequiredConsentsView(RegionView):
    """The consents a community requires of itself; the list is replaced."""

    operations: ClassVar = {
        "PUT": Operation(id="set_required_consents", form=forms.RequiredConsentsForm, answer=RegionSerializer)
    }

    def put(self, _request: Request, **_address: str) -> Response:
        values: dict[str, Any] = self.values()
        consents = values.pop("required_consents")
        return self.show_again(
            set_required_consents(actor=self.actor, region=self.found(), consents=consents, **values)
        )


class RepresentativesView(RegionView):
    """Putting someone into an office of a community; whoever held it leaves it the day before."""

    operations: ClassVar = {
        "POST": Operation(
            id="name_representative",
            form=forms.RepresentativeForm,
            answer=RepresentativeSerializer,
            status=status.HTTP_201_CREATED,
            once=True,
        )
    }

    @once
    def post(self, _request: Request, **_address: str) -> Response:
        return self.reply(name_representative(actor=self.actor, region=self.found(), **self.values()))


class GuideView(RegionView):
    """For administrators: naming the guide of a community that no organization covers."""

    operations: ClassVar = {
        "PUT": Operation(id="assign_guide", form=forms.GuideForm, answer=RegionSerializer)
    }

    def put(self, _request: Request, **_address: str) -> Response:
        return self.show_again(assign_guide(actor=self.actor, region=self.found(), **self.values()))
