"""What comes in about a party. Kinds, ranges and lengths are the services' to judge; here only shapes are."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.api.fields import DayField, NumberField, StrictSerializer, TextField, YesNoField, many
from accounts.enums import AbilityLevel, PartyKind, Transport
from accounts.services.inputs import (
    ALL_MONTHS,
    ALL_PARTS,
    ALL_WEEKDAYS,
    AbilityInput,
    AbsenceInput,
    AvailabilityInput,
    HeldInput,
    WishInput,
)

CODE_MAX, NAME_MAX, NOTE_MAX, INSURANCE_MAX = 40, 120, 1000, 200


class AbilityForm(StrictSerializer):
    """A kind of work by code, how well, and how many of the party can (all unless stated)."""

    code = TextField(max_length=CODE_MAX, allow_blank=False)
    level = serializers.ChoiceField(choices=AbilityLevel.choices, default=AbilityLevel.ABLE)
    people = NumberField(required=False, allow_null=True)

    def validate(self, attrs: Any) -> Any:
        return AbilityInput(**attrs)


class WishForm(StrictSerializer):
    """A kind of asset by code, weighted 1 to 3."""

    code = TextField(max_length=CODE_MAX, allow_blank=False)
    weight = NumberField(default=1)

    def validate(self, attrs: Any) -> Any:
        return WishInput(**attrs)


class HeldForm(StrictSerializer):
    """A qualification by code, held by how many (all unless stated), valid until (null: does not expire)."""

    code = TextField(max_length=CODE_MAX, allow_blank=False)
    people = NumberField(required=False, allow_null=True)
    expires_on = DayField(required=False, allow_null=True)

    def validate(self, attrs: Any) -> Any:
        return HeldInput(**attrs)


class AvailabilityForm(StrictSerializer):
    """When a party can come. Masks: Monday, January, morning are bit 0; minutes since midnight."""

    weekdays = NumberField(default=ALL_WEEKDAYS)
    months = NumberField(default=ALL_MONTHS)
    parts = NumberField(default=ALL_PARTS)
    from_minute = NumberField(required=False, allow_null=True)
    until_minute = NumberField(required=False, allow_null=True)

    def validate(self, attrs: Any) -> Any:
        return AvailabilityInput(**attrs)


class AbsenceForm(StrictSerializer):
    """Days on which the party cannot come, first and last included."""

    from_on = DayField()
    until_on = DayField()

    def validate(self, attrs: Any) -> Any:
        return AbsenceInput(**attrs)


class PartyUpdateForm(StrictSerializer):
    """Plain values of a party; what is not named stays."""

    name = TextField(max_length=NAME_MAX, required=False, allow_blank=False)
    size = NumberField(required=False)
    min_people = NumberField(required=False)
    home_code = TextField(max_length=6, required=False)
    postal = TextField(max_length=20, required=False)
    transport = serializers.ChoiceField(choices=Transport.choices, required=False)
    travel_limit_minutes = NumberField(required=False)
    day_trip_limit_minutes = NumberField(required=False, allow_null=True)
    load_limit = NumberField(required=False)
    live_limit = NumberField(required=False)
    youngest_age = NumberField(required=False, allow_null=True)
    has_minors = YesNoField(required=False)
    remote_ok = YesNoField(required=False)
    note = TextField(max_length=NOTE_MAX, required=False)
    insurance = TextField(max_length=INSURANCE_MAX, required=False)


class PartyForm(PartyUpdateForm):
    """A new party: its kind, its values, and what it can, wishes and holds."""

    kind = serializers.ChoiceField(choices=PartyKind.choices)
    abilities = many(AbilityForm, required=False)
    wishes = many(WishForm, required=False)
    qualifications = many(HeldForm, required=False)
    availabilities = many(AvailabilityForm, required=False)
    absences = many(AbsenceForm, required=False)


class AbilitiesForm(StrictSerializer):
    """All that a party can do; the list is replaced as a whole."""

    abilities = many(AbilityForm)


class WishesForm(StrictSerializer):
    """All that a party looks for; the list is replaced as a whole."""

    wishes = many(WishForm)


class HeldListForm(StrictSerializer):
    """All qualifications held; the list is replaced as a whole."""

    qualifications = many(HeldForm)


class TimesForm(StrictSerializer):
    """When a party can come, without its absences; both lists are replaced."""

    availabilities = many(AvailabilityForm)
    absences = many(AbsenceForm, required=False)


class JoinForm(StrictSerializer):
    """The code that the representative handed out."""

    code = TextField(max_length=200, allow_blank=False)
