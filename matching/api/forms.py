"""What comes in with each act on a match."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.db.models import Choices, QuerySet
from rest_framework import serializers

from accounts.api.fields import (
    DayField,
    NumberField,
    PublicIdField,
    PublicIdsField,
    Scope,
    StrictSerializer,
    TextField,
    YesNoField,
)
from accounts.models import User
from matching.enums import (
    AnswerValue,
    CallResult,
    ConsentScope,
    ConsentStatus,
    EndReason,
    MeetingHow,
    MeetingOutcome,
    Origin,
    PreconditionKind,
    Side,
)
from matching.models.messages import TEXT_MAX
from matching.policies import matches_visible_to
from matching.selectors.matches import (
    guides_assignable_by,
    nameable_people,
    parties_nameable_by,
    slots_of_matches,
)
from matching.services.terms import PROMISE_MAX
from regions.enums import ConsentMatter
from regions.models import Slot
from regions.policies import needs_visible_to
from regions.services.slots import PLACES_MAX

NOTE_MAX = 500
NAME_MAX = 120
SENTENCE_MAX = 300
REASON_MAX = 200
MINUTES_MAX = 24 * 60 * PLACES_MAX  # a day's work of everybody who can be there
BEGINNINGS = (Origin.PARTY, Origin.REGION, Origin.GUIDE)


def known(scope: Callable[[User], QuerySet[Any]]) -> Scope:
    """A scope of somebody signed in: all views with these forms are closed to anybody else."""
    return cast("Scope", scope)


class EnumField(serializers.ChoiceField):
    """One of the values of an enum, as its member."""

    def __init__(self, enum: type[Choices], **kwargs: Any) -> None:
        self.enum = enum
        super().__init__(choices=enum.choices, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        return self.enum(super().to_internal_value(data))


def note_field() -> TextField:
    """Own words, never shown to the other side."""
    return TextField(max_length=NOTE_MAX, required=False)


def neutral_field() -> TextField:
    """The guide's sentence for the other side."""
    return TextField(max_length=SENTENCE_MAX, required=False)


class MatchForm(StrictSerializer):
    """A new proposal. ``as``: in which role, where somebody has several."""

    need = PublicIdField(scope=needs_visible_to)
    party = PublicIdField(scope=known(parties_nameable_by))
    slots = PublicIdsField(scope=lambda user: Slot.objects.filter(need__in=needs_visible_to(user)))
    people = NumberField(required=False, min_value=1, max_value=PLACES_MAX)
    note = note_field()
    on_behalf_of = TextField(max_length=NAME_MAX, required=False)

    def get_fields(self) -> dict[str, Any]:
        """``as`` is a word of Python, hence not declared above."""
        choices = [(origin.value, origin.label) for origin in BEGINNINGS]
        return super().get_fields() | {"as": serializers.ChoiceField(choices=choices, required=False)}


# The guide's acts.
class ApproveForm(StrictSerializer):
    overlap_reason = TextField(max_length=REASON_MAX, required=False)
    note = note_field()


class RejectForm(StrictSerializer):
    reason = EnumField(EndReason)
    note = note_field()
    neutral_note = neutral_field()


class SnoozeForm(StrictSerializer):
    until = serializers.DateTimeField()
    note = note_field()


class SuggestAlsoForm(StrictSerializer):
    """``party``: somebody else for the need and dates of this match."""

    party = PublicIdField(scope=known(parties_nameable_by))
    people = NumberField(required=False, min_value=1, max_value=PLACES_MAX)
    note = note_field()


class SuggestInsteadForm(SuggestAlsoForm):
    """``reason``, ``note`` and ``neutral_note``: of the rejection of this match."""

    reason = EnumField(EndReason)
    neutral_note = neutral_field()


class TermsForm(StrictSerializer):
    """What is left out stays as it is."""

    people = NumberField(required=False, min_value=1, max_value=PLACES_MAX)
    promise = TextField(max_length=PROMISE_MAX, required=False)
    note = note_field()


class NoteForm(StrictSerializer):
    note = note_field()


class AssignForm(StrictSerializer):
    """``guide``: the public id of the guide's person."""

    guide = PublicIdField(scope=known(guides_assignable_by), slug_field="user__public_id")
    note = note_field()


class CallForm(StrictSerializer):
    """``value``: what a yes on the telephone was a yes to."""

    side = EnumField(Side)
    result = EnumField(CallResult)
    spoke_with = TextField(max_length=NAME_MAX, allow_blank=False)
    value = EnumField(AnswerValue, required=False)
    note = note_field()


class WaiverForm(StrictSerializer):
    reason = TextField(max_length=NOTE_MAX)


class MeetingForm(StrictSerializer):
    """``people``: how many come to a trial."""

    outcome = EnumField(MeetingOutcome)
    how = EnumField(MeetingHow)
    people = NumberField(required=False, min_value=1)
    note = note_field()


class PromiseForm(StrictSerializer):
    promise = TextField(max_length=PROMISE_MAX)
    on_behalf_of = TextField(max_length=NAME_MAX, required=False)


class TickForm(StrictSerializer):
    kind = EnumField(PreconditionKind)
    note = TextField(max_length=SENTENCE_MAX, required=False)


# The sides' acts; a guide states the side and for whom.
class EntryForm(StrictSerializer):
    """``side``: stated by a guide who enters it for somebody. ``on_behalf_of``: for whom."""

    side = EnumField(Side, required=False)
    on_behalf_of = TextField(max_length=NAME_MAX, required=False)


class AnswerForm(EntryForm):
    """``reason``: of a no. ``scope``: how far a community's yes reaches."""

    value = EnumField(AnswerValue)
    scope = EnumField(ConsentScope, required=False)
    reason = EnumField(EndReason, required=False)
    note = note_field()


class BoardDateForm(EntryForm):
    meets_on = DayField()


class ExtensionForm(EntryForm):
    note = note_field()


class DeclineForm(EntryForm):
    """``neutral_note``: a guide's sentence for the other side."""

    reason = EnumField(EndReason)
    note = note_field()
    neutral_note = neutral_field()


class WithdrawForm(StrictSerializer):
    reason = EnumField(EndReason)
    on_behalf_of = TextField(max_length=NAME_MAX, required=False)
    note = note_field()


class CancelForm(DeclineForm):
    """The same of a promise: a cancellation by telephone counts as that of the side it is entered for."""


class RedateForm(StrictSerializer):
    slots = PublicIdsField(scope=lambda user: Slot.objects.filter(need__in=needs_visible_to(user)))
    people = NumberField(required=False, min_value=1, max_value=PLACES_MAX)
    on_behalf_of = TextField(max_length=NAME_MAX, required=False)
    note = note_field()


class PeopleForm(StrictSerializer):
    """``people``: public ids of members of the party. ``overlap_reason``: a guide's, where one of them is elsewhere too."""

    people = PublicIdsField(scope=known(nameable_people), max_length=500)
    overlap_reason = TextField(max_length=REASON_MAX, required=False)
    on_behalf_of = TextField(max_length=NAME_MAX, required=False)


class PlanForm(StrictSerializer):
    how = EnumField(MeetingHow)
    planned_at = serializers.DateTimeField()
    place = TextField(max_length=NAME_MAX, required=False)
    on_behalf_of = TextField(max_length=NAME_MAX, required=False)


class RegionConsentForm(StrictSerializer):
    """Which consent (``by`` and ``matter`` as the match lists it), whether given, and how that is known."""

    by = TextField(max_length=60)
    matter = EnumField(ConsentMatter)
    status = EnumField(ConsentStatus)
    evidence = TextField(max_length=REASON_MAX)
    on_behalf_of = TextField(max_length=NAME_MAX, required=False)


class AttendanceForm(StrictSerializer):
    slot = PublicIdField(scope=known(slots_of_matches))
    people_came = NumberField(min_value=0, max_value=PLACES_MAX)
    minutes = NumberField(min_value=0, max_value=MINUTES_MAX)
    return_given = YesNoField()
    note = note_field()
    on_behalf_of = TextField(max_length=NAME_MAX, required=False)


class MessageForm(EntryForm):
    """``text``: plain; without telephone numbers and e-mail addresses before the promise."""

    text = TextField(max_length=TEXT_MAX, allow_blank=False)


# Around the matches.
class CloseForm(StrictSerializer):
    on_behalf_of = TextField(max_length=NAME_MAX, required=False)
    note = note_field()


class PlacesForm(StrictSerializer):
    places = NumberField(max_value=PLACES_MAX)
    on_behalf_of = TextField(max_length=NAME_MAX, required=False)


class CancelSlotForm(StrictSerializer):
    reason = EnumField(EndReason)
    on_behalf_of = TextField(max_length=NAME_MAX, required=False)
    note = note_field()


class BlockForm(StrictSerializer):
    """Whom: the other side of this match. ``side``: where one person speaks for both."""

    match = PublicIdField(scope=known(matches_visible_to))
    side = EnumField(Side, required=False)
    note = TextField(max_length=SENTENCE_MAX, required=False)
