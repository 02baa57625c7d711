"""What goes out about a community: as much as it lets be public, and its record to those who act or guide for it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.party_answers import PersonSerializer
from accounts.api.places import MunicipalitySerializer
from accounts.models import Guide
from regions.api.base import is_known
from regions.enums import ConsentMatter, Publicity
from regions.models import Region
from regions.policies import public_label

GUIDES = "guides_by_region"


class RegionBriefSerializer(serializers.Serializer[Any]):
    """A community as it may be called: ``name`` is null where only its municipality may be public."""

    id = serializers.CharField(source="public_id", read_only=True)
    label: Any = serializers.SerializerMethodField()
    name = serializers.SerializerMethodField()
    municipality = MunicipalitySerializer(read_only=True)

    def get_label(self, region: Region) -> str:
        return public_label(region)

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_name(self, region: Region) -> str | None:
        may_be_named = region.publicity != Publicity.MUNICIPALITY_ONLY
        return region.name if may_be_named or is_known(self, region.pk) else None


class RepresentativeSerializer(serializers.Serializer[Any]):
    """Someone in office; ``user`` is null where the person has no account."""

    role = serializers.CharField(read_only=True)
    term = serializers.CharField(read_only=True)
    contact_way = serializers.CharField(read_only=True)
    from_on = serializers.DateField(read_only=True, allow_null=True)
    until_on = serializers.DateField(read_only=True, allow_null=True)
    user = PersonSerializer(read_only=True, allow_null=True)


class RequiredConsentSerializer(serializers.Serializer[Any]):
    by = serializers.CharField(read_only=True)
    matter = serializers.ChoiceField(choices=ConsentMatter.choices, read_only=True)
    needed_for = serializers.CharField(read_only=True)
    meets = serializers.CharField(read_only=True)


class QuietPeriodSerializer(serializers.Serializer[Any]):
    """Days of every year as MMDD numbers."""

    label: Any = serializers.CharField(read_only=True)
    from_mmdd = serializers.IntegerField(read_only=True)
    until_mmdd = serializers.IntegerField(read_only=True)


class ReviewerSerializer(serializers.Serializer[Any]):
    """A guide who reviews for the community today."""

    id = serializers.CharField(source="user.public_id", read_only=True)
    name = serializers.CharField(source="user.name", read_only=True)
    organization = serializers.CharField(source="organization.name", read_only=True)


class FiguresSerializer(serializers.Serializer[Any]):
    """People and households, where the community lets them be public or the reader knows it."""

    people = serializers.IntegerField(read_only=True, allow_null=True)
    households = serializers.IntegerField(read_only=True, allow_null=True)
    share_65_percent = serializers.IntegerField(read_only=True, allow_null=True)


class RecordSerializer(serializers.Serializer[Any]):
    """The rest of a community's record, for those who act or guide for it."""

    name_kana = serializers.CharField(read_only=True)
    area = serializers.CharField(read_only=True)
    point_latitude = serializers.FloatField(read_only=True, allow_null=True)
    point_longitude = serializers.FloatField(read_only=True, allow_null=True)
    publicity = serializers.ChoiceField(choices=Publicity.choices, read_only=True)
    first_visit_max = serializers.IntegerField(read_only=True)
    wants_circular = serializers.BooleanField(read_only=True)
    nearest_stop = serializers.CharField(read_only=True)
    last_mile = serializers.CharField(read_only=True)
    last_mile_minutes = serializers.IntegerField(read_only=True, allow_null=True)
    access_car_minutes = serializers.IntegerField(read_only=True, allow_null=True)
    access_public_minutes = serializers.IntegerField(read_only=True, allow_null=True)
    access_note = serializers.CharField(read_only=True)
    origin = serializers.CharField(read_only=True)
    representatives = RepresentativeSerializer(many=True, read_only=True)
    required_consents = RequiredConsentSerializer(many=True, read_only=True)
    quiet_periods = QuietPeriodSerializer(many=True, read_only=True)
    guides = serializers.SerializerMethodField()

    @extend_schema_field(ReviewerSerializer(many=True))
    def get_guides(self, region: Region) -> Any:
        guides: dict[int, tuple[Guide, ...]] = self.context.get(GUIDES, {})
        return ReviewerSerializer(guides.get(region.pk, ()), many=True).data


class RegionSerializer(RegionBriefSerializer):
    """A community. ``figures`` and ``record`` are null where they are not for the reader."""

    figures = serializers.SerializerMethodField()
    record = serializers.SerializerMethodField()
    is_sample = serializers.BooleanField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    changed_at = serializers.DateTimeField(read_only=True)

    @extend_schema_field(FiguresSerializer(allow_null=True))
    def get_figures(self, region: Region) -> Any:
        is_shown = region.publicity == Publicity.FULL or is_known(self, region.pk)
        return FiguresSerializer(region).data if is_shown else None

    @extend_schema_field(RecordSerializer(allow_null=True))
    def get_record(self, region: Region) -> Any:
        return RecordSerializer(region, context=self.context).data if is_known(self, region.pk) else None
