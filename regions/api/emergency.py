"""Emergency cards: what must be at hand where people work. For those who act or guide for the community."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.fields import NumberField, StrictSerializer, TextField
from accounts.api.schema import Operation
from regions.api.needs import NeedView
from regions.api.regions import RegionView
from regions.enums import Signal
from regions.selectors.emergency import need_card, region_card
from regions.services.emergency import keep_need_card, keep_region_card

SIGNALS = [("", "–"), *Signal.choices]


class EmergencyCardSerializer(serializers.Serializer[Any]):
    """The facts; empty text or null where nobody has filled one in."""

    rescue_address = serializers.CharField(read_only=True)
    hospital = serializers.CharField(read_only=True)
    hospital_phone = serializers.CharField(read_only=True)
    hospital_minutes = serializers.IntegerField(read_only=True, allow_null=True)
    aed_place = serializers.CharField(read_only=True)
    signal = serializers.ChoiceField(choices=SIGNALS, read_only=True)
    signal_place = serializers.CharField(read_only=True)
    stop_wbgt = serializers.IntegerField(read_only=True, allow_null=True)
    thunder_rule = serializers.CharField(read_only=True)
    flood_rule = serializers.CharField(read_only=True)


class EmergencyCardForm(StrictSerializer):
    """Facts to keep; what is not named stays, empty text or null takes a fact away. ``stop_wbgt``: 21 to 35."""

    rescue_address = TextField(max_length=200, required=False)
    hospital = TextField(max_length=120, required=False)
    hospital_phone = TextField(max_length=30, required=False)
    hospital_minutes = NumberField(required=False, allow_null=True)
    aed_place = TextField(max_length=200, required=False)
    signal = serializers.ChoiceField(choices=SIGNALS, required=False)
    signal_place = TextField(max_length=200, required=False)
    stop_wbgt = NumberField(required=False, allow_null=True)
    thunder_rule = TextField(max_length=200, required=False)
    flood_rule = TextField(max_length=200, required=False)
    on_behalf_of = TextField(max_length=120, required=False)


class RegionCardView(RegionView):
    """What holds everywhere in a community."""

    permission_classes = [IsAuthenticated]
    operations: ClassVar = {
        "GET": Operation(id="get_region_emergency_card", answer=EmergencyCardSerializer),
        "PATCH": Operation(
            id="keep_region_emergency_card", form=EmergencyCardForm, answer=EmergencyCardSerializer
        ),
    }

    def get(self, request: Request, **_address: str) -> Response:
        return self.reply(region_card(request.user, self.found()))

    def patch(self, _request: Request, **_address: str) -> Response:
        return self.reply(keep_region_card(actor=self.actor, region=self.found(), **self.values()))


class NeedCardView(NeedView):
    """What differs for one need; the community's facts stand in for what it does not say."""

    permission_classes = [IsAuthenticated]
    operations: ClassVar = {
        "GET": Operation(id="get_need_emergency_card", answer=EmergencyCardSerializer),
        "PATCH": Operation(
            id="keep_need_emergency_card", form=EmergencyCardForm, answer=EmergencyCardSerializer
        ),
    }

    def get(self, request: Request, **_address: str) -> Response:
        return self.reply(need_card(request.user, self.found()))

    def patch(self, _request: Request, **_address: str) -> Response:
        return self.reply(keep_need_card(actor=self.actor, need=self.found(), **self.values()))
