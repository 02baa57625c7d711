"""What comes in about a need and its dates. Ranges and rules are the services' to judge; here only shapes are."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.api.fields import NumberField, PublicIdField, StrictSerializer, TextField, YesNoField, many
from accounts.enums import QualificationLevel
from regions.api.fields import MomentField
from regions.enums import Compensation, NeedMode, NeedStage, SlotRuleKind
from regions.policies import regions_visible_to
from regions.services.inputs import RequirementInput, SlotInput, SlotRuleInput, WorkInput
from regions.services.occurrences import WEEKDAYS

CODE_MAX, LIST_MAX, SLOTS_MAX = 40, 40, 100
STEPS = [
    (stage.value, stage.label) for stage in (NeedStage.HEARING, NeedStage.CONSENTED)
]  # open and closed have addresses of their own: more happens there than a step


class WorkForm(StrictSerializer):
    """A kind of work by code, weighted 1 to 3."""

    code = TextField(max_length=CODE_MAX, allow_blank=False)
    weight = NumberField(default=1)

    def validate(self, attrs: Any) -> Any:
        return WorkInput(**attrs)


class RequirementForm(StrictSerializer):
    """A qualification by code, how firmly it is asked for, and of how many of those who come."""

    code = TextField(max_length=CODE_MAX, allow_blank=False)
    level = serializers.ChoiceField(choices=QualificationLevel.choices)
    people = NumberField(default=1)
    note = TextField(max_length=200, required=False)

    def validate(self, attrs: Any) -> Any:
        return RequirementInput(**attrs)


class SlotForm(StrictSerializer):
    """One dated time with places. Times carry their zone, such as +09:00."""

    start_at = MomentField()
    end_at = MomentField()
    places = NumberField()
    nights = NumberField(required=False)
    is_remote = YesNoField(required=False)
    rain = TextField(max_length=120, required=False)

    def validate(self, attrs: Any) -> Any:
        return SlotInput(**attrs)


class AddSlotForm(SlotForm):
    """One more date of a need."""

    def validate(self, attrs: Any) -> Any:
        return {"slot": super().validate(attrs)}


class RuleParametersForm(StrictSerializer):
    """What a rule says, by its kind.

    ``nth_weekday``: nth (1 to 5, -1 the last), weekday, months, start, end. ``date_window``: from, until (MM-DD),
    weekdays, start, end, nights. ``remote_window``: months. ``fixed``: date, start, end, nights. Hours are HH:MM in Japan.
    """

    nth = NumberField(required=False)
    weekday = serializers.ChoiceField(choices=WEEKDAYS, required=False)
    weekdays = serializers.ListField(
        child=serializers.ChoiceField(choices=WEEKDAYS), max_length=7, required=False
    )
    months = serializers.ListField(child=NumberField(), max_length=12, required=False)
    start = TextField(max_length=5, required=False)
    end = TextField(max_length=5, required=False)
    until = TextField(max_length=5, required=False)
    date = TextField(max_length=10, required=False)
    nights = NumberField(required=False)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """With ``from``, which Python keeps for itself."""
        return super().get_fields() | {"from": TextField(max_length=5, required=False)}


class SlotRuleForm(StrictSerializer):
    """A rule that dates repeat by; they are written out for 400 days."""

    kind = serializers.ChoiceField(choices=SlotRuleKind.choices)
    places = NumberField()
    parameters = RuleParametersForm()
    rain = TextField(max_length=120, required=False)

    def validate(self, attrs: Any) -> Any:
        return SlotRuleInput(**attrs)


class AddRuleForm(SlotRuleForm):
    """One more rule of a need."""

    def validate(self, attrs: Any) -> Any:
        return {"rule": super().validate(attrs)}


class NeedForm(StrictSerializer):
    """Values of a need; what is not named stays. Lists are replaced as a whole, offers named by id."""

    title = TextField(max_length=120, required=False)
    story = TextField(max_length=4000, required=False)
    mode = serializers.ChoiceField(choices=NeedMode.choices, required=False)
    compensation = serializers.ChoiceField(choices=Compensation.choices, required=False)
    employment_url = TextField(max_length=300, required=False)
    local_hands = NumberField(required=False)
    on_site_lead = TextField(max_length=80, required=False)
    parking = TextField(max_length=120, required=False)
    toilet = TextField(max_length=120, required=False)
    last_mile = TextField(max_length=200, required=False)
    bring = serializers.ListField(child=TextField(max_length=80), max_length=LIST_MAX, required=False)
    prepared = serializers.ListField(child=TextField(max_length=80), max_length=LIST_MAX, required=False)
    children_ok = YesNoField(required=False)
    beginner_ok = YesNoField(required=False)
    group_ok = YesNoField(required=False)
    min_age = NumberField(required=False)
    work = many(WorkForm, at_most=LIST_MAX, required=False)
    qualifications = many(RequirementForm, at_most=LIST_MAX, required=False)
    hazards = serializers.ListField(child=TextField(max_length=CODE_MAX), max_length=LIST_MAX, required=False)
    offers = serializers.ListField(child=TextField(max_length=16), max_length=LIST_MAX, required=False)
    on_behalf_of = TextField(max_length=120, required=False)


class NewNeedForm(NeedForm):
    """A need of a community, as a consultation: what is lacking, and when."""

    region = PublicIdField(scope=regions_visible_to)
    slots = many(SlotForm, at_most=SLOTS_MAX, required=False)
    slot_rules = many(SlotRuleForm, at_most=LIST_MAX, required=False)


class AdvanceForm(StrictSerializer):
    """The next step; to ``consented`` a note says who of the community agreed, when and how."""

    to = serializers.ChoiceField(choices=STEPS)
    note = TextField(max_length=500, required=False)
    on_behalf_of = TextField(max_length=120, required=False)


class OpenForm(StrictSerializer):
    """Making a need public."""

    on_behalf_of = TextField(max_length=120, required=False)
