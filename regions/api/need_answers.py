"""What goes out about a need: its words, dates and what is given in return; the rest to those who know the community."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.enums import QualificationLevel
from regions.api.base import is_known
from regions.api.offer_answers import OfferAssetSerializer
from regions.api.region_answers import RegionBriefSerializer
from regions.enums import Compensation, NeedMode, NeedStage, PermissionStatus, SlotRuleKind
from regions.models import Need, Offer
from regions.selectors.offers import offer_permission, tied_offers


class NeedWorkSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(source="work_kind.code", read_only=True)
    label: Any = serializers.CharField(source="work_kind.label", read_only=True)
    weight = serializers.IntegerField(read_only=True)


class RequirementSerializer(serializers.Serializer[Any]):
    """A qualification asked for; recommended ones never keep anybody out."""

    code = serializers.CharField(source="qualification.code", read_only=True)
    label: Any = serializers.CharField(source="qualification.label", read_only=True)
    level = serializers.ChoiceField(choices=QualificationLevel.choices, read_only=True)
    people = serializers.IntegerField(read_only=True)
    note = serializers.CharField(read_only=True)


class NeedHazardSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(read_only=True)
    label: Any = serializers.CharField(read_only=True)


class SlotSerializer(serializers.Serializer[Any]):
    """One dated time with its places. How many are free is asked at the matching."""

    id = serializers.CharField(source="public_id", read_only=True)
    start_at = serializers.DateTimeField(read_only=True)
    end_at = serializers.DateTimeField(read_only=True)
    places = serializers.IntegerField(read_only=True)
    nights = serializers.IntegerField(read_only=True)
    is_remote = serializers.BooleanField(read_only=True)
    rain = serializers.CharField(read_only=True)


class SlotRuleSerializer(serializers.Serializer[Any]):
    """A rule that dates repeat by."""

    kind = serializers.ChoiceField(choices=SlotRuleKind.choices, read_only=True)
    parameters = serializers.DictField(read_only=True)
    places = serializers.IntegerField(read_only=True)
    rain = serializers.CharField(read_only=True)


class TiedOfferSerializer(serializers.Serializer[Any]):
    """What the community gives in return."""

    id = serializers.CharField(source="public_id", read_only=True)
    title = serializers.CharField(read_only=True)
    conditions = serializers.CharField(read_only=True)
    is_active = serializers.BooleanField(read_only=True)
    permission = serializers.SerializerMethodField()
    assets = OfferAssetSerializer(many=True, read_only=True)

    @extend_schema_field(serializers.ChoiceField(choices=PermissionStatus.choices))
    def get_permission(self, offer: Offer) -> str:
        return offer_permission(offer).value


class NeedRecordSerializer(serializers.Serializer[Any]):
    """The rest of a need, for those who act or guide for its community."""

    posted_for = serializers.CharField(read_only=True)
    on_site_lead = serializers.CharField(read_only=True)
    slot_rules = SlotRuleSerializer(many=True, read_only=True)


class NeedSerializer(serializers.Serializer[Any]):
    """A need with its dates still to come. ``record`` is null for strangers."""

    id = serializers.CharField(source="public_id", read_only=True)
    region = RegionBriefSerializer(read_only=True)
    title = serializers.CharField(read_only=True)
    story = serializers.CharField(read_only=True)
    stage = serializers.ChoiceField(choices=NeedStage.choices, read_only=True)
    mode = serializers.ChoiceField(choices=NeedMode.choices, read_only=True)
    compensation = serializers.ChoiceField(choices=Compensation.choices, read_only=True)
    employment_url = serializers.CharField(read_only=True)
    local_hands = serializers.IntegerField(read_only=True)
    work = NeedWorkSerializer(many=True, read_only=True)
    qualifications = RequirementSerializer(many=True, read_only=True)
    hazards = NeedHazardSerializer(many=True, read_only=True)
    offers = serializers.SerializerMethodField()
    parking = serializers.CharField(read_only=True)
    toilet = serializers.CharField(read_only=True)
    last_mile = serializers.CharField(read_only=True)
    bring = serializers.ListField(child=serializers.CharField(), read_only=True)
    prepared = serializers.ListField(child=serializers.CharField(), read_only=True)
    children_ok = serializers.BooleanField(read_only=True)
    beginner_ok = serializers.BooleanField(read_only=True)
    group_ok = serializers.BooleanField(read_only=True)
    min_age = serializers.IntegerField(read_only=True)
    slots = SlotSerializer(many=True, read_only=True)
    is_sample = serializers.BooleanField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    changed_at = serializers.DateTimeField(read_only=True)
    opened_at = serializers.DateTimeField(read_only=True, allow_null=True)
    closed_at = serializers.DateTimeField(read_only=True, allow_null=True)
    record = serializers.SerializerMethodField()

    @extend_schema_field(TiedOfferSerializer(many=True))
    def get_offers(self, need: Need) -> Any:
        """Strangers see what is still given; an offer taken back is the community's own affair."""
        knows = is_known(self, need.region_id)
        return TiedOfferSerializer(
            [offer for offer in tied_offers(need) if offer.is_active or knows], many=True
        ).data

    @extend_schema_field(NeedRecordSerializer(allow_null=True))
    def get_record(self, need: Need) -> Any:
        return NeedRecordSerializer(need).data if is_known(self, need.region_id) else None
