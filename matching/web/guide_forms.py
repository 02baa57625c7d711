"""What a guide is asked when acting on a match."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Guide
from matching.enums import EndReason, MeetingHow, MeetingOutcome, PreconditionKind, Role, Side
from matching.selectors import guiding
from matching.web.entry_forms import NAME_MAX, REASON_MAX, behalf_field, inner_note, side_field
from matching.web.match_forms import (
    NO_REASON_YET,
    NOTE_MAX,
    DatesForm,
    MatchForm,
    PeopleForm,
    PlanForm,
    reasons_of,
)

SENTENCE_MAX = 300


def neutral_field() -> forms.CharField:
    """The guide's sentence for the other side."""
    return forms.CharField(
        label=_("What the other side reads"),
        help_text=_("Leave it empty for: The conditions did not fit this time."),
        max_length=SENTENCE_MAX,
        required=False,
    )


class PromiseForm(MatchForm):
    """What is promised in return, in words, by who speaks for the community."""

    promise = forms.CharField(
        label=_("Promised in return"),
        help_text=_("Both sides confirm it again."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def prepare(self) -> None:
        self.initial["promise"] = self.match.promise


class GuidePromiseForm(PromiseForm):
    """The same, as the guide heard it."""

    on_behalf_of = behalf_field(required=False)


class GuidePlanForm(PlanForm):
    """The first meeting as a guide plans it."""

    place = forms.CharField(
        label=_("Place, link or festival"),
        help_text=_("For a meeting online, the address of the room. Both sides read it."),
        max_length=NAME_MAX,
        required=False,
    )

    def prepare(self) -> None:
        meeting = getattr(self.match, "meeting", None)
        if meeting is not None and meeting.planned_at is not None:
            self.initial.update(how=meeting.how, planned_at=meeting.planned_at, place=meeting.place)


class MeetingForm(MatchForm):
    """How the first meeting went."""

    outcome = forms.TypedChoiceField(
        label=_("How you go on"),
        choices=[
            (value.value, value.label)
            for value in (MeetingOutcome.PROCEED, MeetingOutcome.TRIAL, MeetingOutcome.DROPPED)
        ],
        coerce=MeetingOutcome,
        widget=forms.RadioSelect,
    )
    how = forms.TypedChoiceField(label=_("How they met"), choices=MeetingHow.choices, coerce=MeetingHow)
    people = forms.IntegerField(
        label=_("How many come to a trial"),
        help_text=_("For a trial alone. Leave it empty for as many as the community receives on a first visit."),
        min_value=1,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "input input--num"}),
    )  # fmt: skip
    note = inner_note()

    def prepare(self) -> None:
        meeting = getattr(self.match, "meeting", None)
        self.initial["how"] = meeting.how if meeting is not None else ""


class WaiverForm(MatchForm):
    """Why no first meeting is needed."""

    reason = forms.CharField(
        label=_("Why no meeting is needed"),
        help_text=_("It stays on record with your name. Both sides are told that none is needed."),
        max_length=NOTE_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class TickForm(MatchForm):
    """A check before the day that is done."""

    kind = forms.TypedChoiceField(
        label=_("What you checked"), coerce=PreconditionKind, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("How you know"),
        help_text=_("For instance: the policy number, or the day of the briefing. Guides alone read this."),
        max_length=SENTENCE_MAX,
        required=False,
    )

    def prepare(self) -> None:
        self.choose("kind", guiding.checks_open(self.match))


class UntickForm(TickForm):
    """A check that no longer holds."""

    def prepare(self) -> None:
        self.choose("kind", guiding.checks_done(self.match))


class NoteForm(MatchForm):
    """Only a word for the record."""

    note = inner_note()


class GuidePeopleForm(PeopleForm):
    """Who comes, as the guide heard it."""

    overlap_reason = forms.CharField(
        label=_("Why somebody may be promised twice"),
        help_text=_("Only where one of them is in another match at that hour."),
        max_length=REASON_MAX,
        required=False,
    )
    on_behalf_of = behalf_field(required=False)


class AssignForm(MatchForm):
    """Whom it is handed to, with what that one must know."""

    guide = forms.ModelChoiceField(
        label=_("Who takes it on"), queryset=Guide.objects.none(), empty_label=_("Please choose")
    )
    note = forms.CharField(
        label=_("Handover note"),
        help_text=_("What your colleague must know. Neither side reads it."),
        max_length=NOTE_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def prepare(self) -> None:
        fields: dict[str, Any] = self.fields
        fields["guide"].queryset = guiding.guides_to_take_on(self.actor, self.match)
        fields["guide"].label_from_instance = guiding.guide_label


class GuideDatesForm(DatesForm):
    """Other dates, as the guide heard them."""

    on_behalf_of = behalf_field(required=False)
    field_order = ["slots", "people", "on_behalf_of", "note"]


class EndingForm(MatchForm):
    """An ending by the desk. ``move`` and ``role`` are those whose reasons the table gives."""

    move: ClassVar[str] = "withdraw"
    role: ClassVar[Role] = Role.GUIDE
    reason = forms.TypedChoiceField(
        label=_("Why"), help_text=_("The other side never reads this."), coerce=EndReason
    )
    note = inner_note()

    def prepare(self) -> None:
        self.choose("reason", [NO_REASON_YET, *reasons_of(self.move, self.role)])


class TakeBackForm(EndingForm):
    """Taken back before the promise."""

    on_behalf_of = behalf_field(required=False)


class GuideEndForm(EndingForm):
    """A no or a cancellation: the guide's own, or of the side that said it."""

    side = side_field(required=False)
    on_behalf_of = behalf_field(required=False)
    neutral_note = neutral_field()
    field_order = ["side", "on_behalf_of", "reason", "neutral_note", "note"]

    def prepare(self) -> None:
        super().prepare()
        named = [(side.value, guiding.side_label(self.match, side)) for side in Side]
        self.choose("side", [("", _("for nobody: it is my own decision")), *named])


class SaidNoForm(GuideEndForm):
    """Not this time."""

    move = "decline"


class CallOffForm(GuideEndForm):
    """Called off after the promise."""

    move = "cancel"


class AdminTakeBackForm(EndingForm):
    """Taken back by an administrator."""

    role = Role.ADMIN


class AdminCallOffForm(EndingForm):
    """Called off by an administrator."""

    move, role = "cancel", Role.ADMIN
