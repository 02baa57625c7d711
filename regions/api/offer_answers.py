"""What goes out about an offer. Who said what of it, and what shows it, is for those who know the community."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from regions.api.base import is_known
from regions.api.region_answers import RegionBriefSerializer
from regions.enums import PermissionStatus
from regions.models import Offer
from regions.selectors.offers import offer_permission


class OfferAssetSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(source="asset_kind.code", read_only=True)
    label: Any = serializers.CharField(source="asset_kind.label", read_only=True)
    weight = serializers.IntegerField(read_only=True)


class PermissionSerializer(serializers.Serializer[Any]):
    """One holder's permission."""

    holder = serializers.CharField(read_only=True)
    status = serializers.ChoiceField(choices=PermissionStatus.choices, read_only=True)
    scope = serializers.CharField(read_only=True)
    evidence = serializers.CharField(read_only=True)
    review = serializers.CharField(read_only=True)
    expires_on = serializers.DateField(read_only=True, allow_null=True)


class OfferSerializer(serializers.Serializer[Any]):
    """What a community can give. ``permission`` is the least of its holders'; ``permissions`` null for strangers."""

    id = serializers.CharField(source="public_id", read_only=True)
    region = RegionBriefSerializer(read_only=True)
    title = serializers.CharField(read_only=True)
    conditions = serializers.CharField(read_only=True)
    is_active = serializers.BooleanField(read_only=True)
    permission = serializers.SerializerMethodField()
    assets = OfferAssetSerializer(many=True, read_only=True)
    permissions = serializers.SerializerMethodField()
    is_sample = serializers.BooleanField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    changed_at = serializers.DateTimeField(read_only=True)

    @extend_schema_field(serializers.ChoiceField(choices=PermissionStatus.choices))
    def get_permission(self, offer: Offer) -> str:
        return offer_permission(offer).value

    @extend_schema_field(PermissionSerializer(many=True, allow_null=True))
    def get_permissions(self, offer: Offer) -> Any:
        if not is_known(self, offer.region_id):
            return None
        return PermissionSerializer(offer.permissions.all(), many=True).data
