"""Needs: finding them, posting them, and their way to the public. Closing and places are the matching's."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import once
from accounts.api.schema import Operation
from regions.api import need_forms as forms
from regions.api.base import RegionalView
from regions.api.need_answers import NeedSerializer, SlotSerializer
from regions.enums import Compensation, NeedMode, NeedStage
from regions.models import Need
from regions.selectors import filters as narrow
from regions.selectors.needs import needs_for
from regions.services.needs import post_need, update_need
from regions.services.slots import add_rule, add_slot
from regions.services.stages import advance_need, open_need


class NeedFilter(filters.FilterSet):
    """``kind`` and ``asset`` by code with all kinds under them; days in Japan; ``mine``: of communities one knows."""

    kind = django_filters.CharFilter(method="by_kind", max_length=40)
    asset = django_filters.CharFilter(method="by_asset", max_length=40)
    prefecture = django_filters.CharFilter(field_name="region__municipality__prefecture_code", max_length=2)
    municipality = django_filters.CharFilter(field_name="region__municipality_id", max_length=6)
    region = django_filters.CharFilter(field_name="region__public_id", max_length=16)
    date_from = django_filters.DateFilter(method="by_days")
    date_to = django_filters.DateFilter(method="by_days")
    mode = django_filters.ChoiceFilter(method="by_mode", choices=NeedMode.choices)
    stage = django_filters.ChoiceFilter(field_name="stage", choices=NeedStage.choices)
    compensation = django_filters.ChoiceFilter(field_name="compensation", choices=Compensation.choices)
    beginner_ok = django_filters.BooleanFilter(field_name="beginner_ok")
    group_ok = django_filters.BooleanFilter(field_name="group_ok")
    children_ok = django_filters.BooleanFilter(field_name="children_ok")
    mine = django_filters.BooleanFilter(method="by_mine")

    def by_kind(self, rows: QuerySet[Need], _name: str, code: str) -> QuerySet[Need]:
        return narrow.needs_of_work(rows, [code])

    def by_asset(self, rows: QuerySet[Need], _name: str, code: str) -> QuerySet[Need]:
        return narrow.needs_in_return_for(rows, [code])

    def by_mode(self, rows: QuerySet[Need], _name: str, mode: str) -> QuerySet[Need]:
        return narrow.needs_in_mode(rows, mode)

    def by_days(self, rows: QuerySet[Need], _name: str, _day: date) -> QuerySet[Need]:
        """Both ends at once: one and the same date has to lie between them."""
        days = self.form.cleaned_data
        return narrow.needs_between(rows, first=days.get("date_from"), last=days.get("date_to"))

    def by_mine(self, rows: QuerySet[Need], _name: str, value: bool) -> QuerySet[Need]:  # noqa: FBT001  # django-filter's signature
        return narrow.needs_of_own_regions(rows, self.request.user) if value else rows


class NeedView(RegionalView):
    """What the views of needs share: open ones, and those in all stages of communities the person knows."""

    tag = "needs"
    queryset = Need.objects.none()

    def rows(self) -> QuerySet[Need]:
        return needs_for(self.request.user).prefetch_related("slot_rules")

    def show_again(self, need: Need) -> Response:
        """The need as it now is."""
        return self.show(self.rows().get(pk=need.pk))


class NeedsView(NeedView):
    """What communities lack hands for, the most recently changed first; a new consultation."""

    operations: ClassVar = {
        "GET": Operation(id="list_needs", answer=NeedSerializer, many=True),
        "POST": Operation(
            id="post_need",
            form=forms.NewNeedForm,
            answer=NeedSerializer,
            status=status.HTTP_201_CREATED,
            once=True,
        ),
    }
    filterset_class = NeedFilter
    ordering = ("-changed_at",)
    ordering_fields = ("changed_at", "created_at", "title")

    def get(self, _request: Request) -> Response:
        return self.page()

    @once
    def post(self, _request: Request) -> Response:
        return self.show_again(post_need(actor=self.actor, **self.values()))


class OneNeedView(NeedView):
    """One need with its dates still to come; changing its words and lists."""

    operations: ClassVar = {
        "GET": Operation(id="get_need", answer=NeedSerializer),
        "PATCH": Operation(id="update_need", form=forms.NeedForm, answer=NeedSerializer),
    }

    def get(self, _request: Request, **_address: str) -> Response:
        return self.show(self.found())

    def patch(self, _request: Request, **_address: str) -> Response:
        return self.show_again(update_need(actor=self.actor, need=self.found(), **self.values()))


class AdvanceView(NeedView):
    """From the consultation to the interview, and to the community's consent."""

    operations: ClassVar = {
        "POST": Operation(id="advance_need", form=forms.AdvanceForm, answer=NeedSerializer, once=True)
    }

    @once
    def post(self, _request: Request, **_address: str) -> Response:
        values: dict[str, Any] = self.values()
        values["to"] = NeedStage(values["to"])
        return self.show_again(advance_need(actor=self.actor, need=self.found(), **values))


class OpenView(NeedView):
    """Makes a consented need public, so that it is matched."""

    operations: ClassVar = {
        "POST": Operation(id="open_need", form=forms.OpenForm, answer=NeedSerializer, once=True)
    }

    @once
    def post(self, _request: Request, **_address: str) -> Response:
        return self.show_again(open_need(actor=self.actor, need=self.found(), **self.values()))


class RulesView(NeedView):
    """A rule that dates repeat by, written out for 400 days."""

    operations: ClassVar = {
        "POST": Operation(
            id="add_rule",
            form=forms.AddRuleForm,
            answer=NeedSerializer,
            status=status.HTTP_201_CREATED,
            once=True,
        )
    }

    @once
    def post(self, _request: Request, **_address: str) -> Response:
        return self.show_again(add_rule(actor=self.actor, need=self.found(), **self.values()).need)


class SlotsView(NeedView):
    """One more date."""

    operations: ClassVar = {
        "POST": Operation(
            id="add_slot",
            form=forms.AddSlotForm,
            answer=SlotSerializer,
            status=status.HTTP_201_CREATED,
            once=True,
        )
    }

    @once
    def post(self, _request: Request, **_address: str) -> Response:
        return self.reply(add_slot(actor=self.actor, need=self.found(), **self.values()))
