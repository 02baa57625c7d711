"""What comes in about a community. Ranges and rules are the services' to judge; here only shapes are."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.api.fields import NumberField, PublicIdField, StrictSerializer, TextField, YesNoField, many
from accounts.models import Guide, Municipality
from accounts.policies import Actor
from accounts.selectors.users import people_in_reach
from regions.enums import ConsentMatter, Publicity
from regions.services.inputs import QuietInput, RequiredConsentInput

LIST_MAX = 40
ORIGIN_MAX = 4000


class RegionForm(StrictSerializer):
    """Plain values of a community; what is not named stays. A point is rounded to about five kilometres."""

    name = TextField(max_length=80, required=False)
    name_kana = TextField(max_length=120, required=False)
    area = TextField(max_length=80, required=False)
    people = NumberField(required=False, allow_null=True)
    households = NumberField(required=False, allow_null=True)
    share_65_percent = NumberField(required=False, allow_null=True)
    point_latitude = serializers.FloatField(required=False, allow_null=True)
    point_longitude = serializers.FloatField(required=False, allow_null=True)
    publicity = serializers.ChoiceField(choices=Publicity.choices, required=False)
    first_visit_max = NumberField(required=False)
    wants_circular = YesNoField(required=False)
    nearest_stop = TextField(max_length=120, required=False)
    last_mile = TextField(max_length=200, required=False)
    last_mile_minutes = NumberField(required=False, allow_null=True)
    access_car_minutes = NumberField(required=False, allow_null=True)
    access_public_minutes = NumberField(required=False, allow_null=True)
    access_note = TextField(max_length=300, required=False)
    origin = TextField(max_length=ORIGIN_MAX, required=False)


def _municipalities(_actor: Actor) -> Any:
    return Municipality.objects.all()


def _guides(_actor: Actor) -> Any:
    return Guide.objects.select_related("user")


class NewRegionForm(RegionForm):
    """A community of a municipality, named by its six-digit code."""

    municipality = PublicIdField(scope=_municipalities, slug_field="pk")


class QuietForm(StrictSerializer):
    """Days of every year as MMDD numbers, such as 1228 to 105; they may span New Year."""

    label: Any = TextField(max_length=60)
    from_mmdd = NumberField()
    until_mmdd = NumberField()

    def validate(self, attrs: Any) -> Any:
        return QuietInput(**attrs)


class QuietPeriodsForm(StrictSerializer):
    """All quiet periods; the list is replaced as a whole."""

    quiet_periods = many(QuietForm, at_most=LIST_MAX)


class RequiredConsentForm(StrictSerializer):
    """A consent of the community: by whom, for what, when they meet."""

    by = TextField(max_length=60)
    matter = serializers.ChoiceField(choices=ConsentMatter.choices)
    needed_for = TextField(max_length=120, required=False)
    meets = TextField(max_length=120, required=False)

    def validate(self, attrs: Any) -> Any:
        return RequiredConsentInput(**attrs)


class RequiredConsentsForm(StrictSerializer):
    """All required consents; the list is replaced as a whole."""

    required_consents = many(RequiredConsentForm, at_most=LIST_MAX)


class RepresentativeForm(StrictSerializer):
    """Someone put into an office from a day (today) on; ``user`` only where the person has an account."""

    role = TextField(max_length=60)
    user = PublicIdField(scope=people_in_reach, required=False, allow_null=True)
    term = TextField(max_length=80, required=False)
    contact_way = TextField(max_length=80, required=False)
    from_on = serializers.DateField(required=False, allow_null=True)


class GuideForm(StrictSerializer):
    """The guide by the public id of the person; null leaves the community to coverage again."""

    guide = PublicIdField(scope=_guides, slug_field="user__public_id", allow_null=True)
