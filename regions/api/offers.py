"""Offers: what communities can give, and how far each holder's permission has come."""

from __future__ import annotations

from typing import ClassVar

import django_filters
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import once
from accounts.api.schema import Operation
from regions.api import offer_forms as forms
from regions.api.base import RegionalView
from regions.api.offer_answers import OfferSerializer
from regions.models import Offer
from regions.selectors.filters import offers_of_asset, offers_of_own_regions
from regions.selectors.offers import offers_for
from regions.services.offers import post_offer, record_permission, update_offer


class OfferFilter(filters.FilterSet):
    """By what is given (a kind and all under it), place, and whether it is one's own community's."""

    asset = django_filters.CharFilter(method="by_asset", max_length=40)
    prefecture = django_filters.CharFilter(field_name="region__municipality__prefecture_code", max_length=2)
    municipality = django_filters.CharFilter(field_name="region__municipality_id", max_length=6)
    region = django_filters.CharFilter(field_name="region__public_id", max_length=16)
    is_active = django_filters.BooleanFilter(field_name="is_active")
    mine = django_filters.BooleanFilter(method="by_mine")

    def by_asset(self, rows: QuerySet[Offer], _name: str, code: str) -> QuerySet[Offer]:
        return offers_of_asset(rows, code)

    def by_mine(self, rows: QuerySet[Offer], _name: str, value: bool) -> QuerySet[Offer]:  # noqa: FBT001  # django-filter's signature
        return offers_of_own_regions(rows, self.request.user) if value else rows


class OfferView(RegionalView):
    """What the views of offers share: those tied to an open need, and all of communities the person knows."""

    tag = "offers"
    queryset = Offer.objects.none()

    def rows(self) -> QuerySet[Offer]:
        return offers_for(self.request.user)

    def show_again(self, offer: Offer) -> Response:
        """The offer as it now is."""
        return self.show(self.rows().get(pk=offer.pk))


class OffersView(OfferView):
    """What communities give in return for help; a new offer."""

    operations: ClassVar = {
        "GET": Operation(id="list_offers", answer=OfferSerializer, many=True),
        "POST": Operation(
            id="post_offer",
            form=forms.NewOfferForm,
            answer=OfferSerializer,
            status=status.HTTP_201_CREATED,
            once=True,
        ),
    }
    filterset_class = OfferFilter
    ordering_fields = ("created_at", "changed_at", "title")

    def get(self, _request: Request) -> Response:
        return self.page()

    @once
    def post(self, _request: Request) -> Response:
        return self.show_again(post_offer(actor=self.actor, **self.values()))


class OneOfferView(OfferView):
    """One offer; changing it."""

    operations: ClassVar = {
        "GET": Operation(id="get_offer", answer=OfferSerializer),
        "PATCH": Operation(id="update_offer", form=forms.OfferForm, answer=OfferSerializer),
    }

    def get(self, _request: Request, **_address: str) -> Response:
        return self.show(self.found())

    def patch(self, _request: Request, **_address: str) -> Response:
        return self.show_again(update_offer(actor=self.actor, offer=self.found(), **self.values()))


class PermissionsView(OfferView):
    """Recording what one holder said; what was said before stays in the audit."""

    operations: ClassVar = {
        "POST": Operation(
            id="record_permission",
            form=forms.HolderForm,
            answer=OfferSerializer,
            status=status.HTTP_201_CREATED,
            once=True,
        )
    }

    @once
    def post(self, _request: Request, **_address: str) -> Response:
        row = record_permission(actor=self.actor, offer=self.found(), **self.values())
        return self.show_again(row.offer)
