"""What goes out about a party, to its own people and administrators. No e-mail address, no card."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.api.places import MunicipalitySerializer


class PersonSerializer(serializers.Serializer[Any]):
    """A person as those of the same group know them."""

    id = serializers.CharField(source="public_id", read_only=True)
    name = serializers.CharField(read_only=True)


class AbilitySerializer(serializers.Serializer[Any]):
    code = serializers.CharField(source="work_kind.code", read_only=True)
    label: Any = serializers.CharField(source="work_kind.label", read_only=True)
    level = serializers.CharField(read_only=True)
    people = serializers.IntegerField(read_only=True)


class WishSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(source="asset_kind.code", read_only=True)
    label: Any = serializers.CharField(source="asset_kind.label", read_only=True)
    weight = serializers.IntegerField(read_only=True)


class HeldSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(source="qualification.code", read_only=True)
    label: Any = serializers.CharField(source="qualification.label", read_only=True)
    people = serializers.IntegerField(read_only=True)
    expires_on = serializers.DateField(read_only=True, allow_null=True)


class AvailabilitySerializer(serializers.Serializer[Any]):
    weekdays = serializers.IntegerField(read_only=True)
    months = serializers.IntegerField(read_only=True)
    parts = serializers.IntegerField(read_only=True)
    from_minute = serializers.IntegerField(read_only=True, allow_null=True)
    until_minute = serializers.IntegerField(read_only=True, allow_null=True)


class AbsenceSerializer(serializers.Serializer[Any]):
    from_on = serializers.DateField(read_only=True)
    until_on = serializers.DateField(read_only=True)


class MemberSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(source="user.public_id", read_only=True)
    name = serializers.CharField(source="user.name", read_only=True)
    joined_at = serializers.DateTimeField(read_only=True)


class PartySerializer(serializers.Serializer[Any]):
    """A party with all that it says of itself."""

    id = serializers.CharField(source="public_id", read_only=True)
    kind = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    representative = PersonSerializer(read_only=True)
    size = serializers.IntegerField(read_only=True)
    min_people = serializers.IntegerField(read_only=True)
    home = MunicipalitySerializer(read_only=True)
    transport = serializers.CharField(read_only=True)
    travel_limit_minutes = serializers.IntegerField(read_only=True)
    day_trip_limit_minutes = serializers.IntegerField(read_only=True, allow_null=True)
    load_limit = serializers.IntegerField(read_only=True)
    live_limit = serializers.IntegerField(read_only=True)
    youngest_age = serializers.IntegerField(read_only=True, allow_null=True)
    has_minors = serializers.BooleanField(read_only=True)
    remote_ok = serializers.BooleanField(read_only=True)
    note = serializers.CharField(read_only=True)
    insurance = serializers.CharField(read_only=True)
    is_active = serializers.BooleanField(read_only=True)
    is_sample = serializers.BooleanField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    changed_at = serializers.DateTimeField(read_only=True)
    abilities = AbilitySerializer(many=True, read_only=True)
    wishes = WishSerializer(many=True, read_only=True)
    qualifications = HeldSerializer(source="held_qualifications", many=True, read_only=True)
    availabilities = AvailabilitySerializer(many=True, read_only=True)
    absences = AbsenceSerializer(many=True, read_only=True)
    members = MemberSerializer(source="memberships", many=True, read_only=True)


class InvitationSerializer(serializers.Serializer[Any]):
    """A code to hand to future members, valid for fourteen days."""

    code = serializers.CharField(read_only=True)
