"""What the two sides are asked when they act on a match. Each form belongs to one service and takes its arguments."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.web.dates import span
from matching.enums import AnswerValue, EndReason, MeetingHow, Role
from matching.models import Match
from matching.selectors.people import people_of_party
from matching.selectors.readiness import may_say_yes, meeting_settled
from matching.transitions import TABLE
from regions.models import Slot
from regions.selectors.needs import coming_slots

NOTE_MAX = 500
NO_REASON_YET = ("", _("Please choose"))  # a reason is said, not left standing: it is counted


class MatchForm(forms.Form):
    """A form about one match as one person acts on it."""

    def __init__(self, *args: Any, match: Match, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.match, self.actor = match, actor
        self.prepare()

    def prepare(self) -> None:
        """Choices that depend on the match."""

    def choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        """Give a field its choices."""
        fields: dict[str, Any] = self.fields
        fields[name].choices = choices


def note_field() -> forms.CharField:
    """Own words for the guide."""
    return forms.CharField(
        label=_("A word to the guide"),
        help_text=_("Only the guide reads this."),
        max_length=NOTE_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def reasons_of(move: str, role: Role) -> list[tuple[str, Any]]:
    """The reasons somebody in ``role`` may give for a move, in the order of their list."""
    known = TABLE[move].reasons_for(role)
    return [(reason.value, reason.label) for reason in EndReason if reason in known]


class YesForm(MatchForm):
    """Let us meet, or yes: whichever this pair may say now."""

    value = forms.ChoiceField(label=_("Your answer"), widget=forms.RadioSelect)
    note = note_field()

    def prepare(self) -> None:
        shown = [AnswerValue.YES] if may_say_yes(self.match) else []
        if not meeting_settled(self.match):
            shown.append(AnswerValue.MEET)
        self.choose("value", [(value.value, value.label) for value in shown])
        self.initial["value"] = shown[0].value

    def clean_value(self) -> AnswerValue:
        """As the service takes it."""
        return AnswerValue(self.cleaned_data["value"])


class EndForm(MatchForm):
    """An ending with a reason. ``move`` is the row of the table whose reasons it offers."""

    move = "decline"
    reason = forms.ChoiceField(
        label=_("Why"), help_text=_("Only the guide reads this. The other side reads one neutral sentence.")
    )
    note = note_field()

    def prepare(self) -> None:
        is_party = self.match.volunteer.representative_id == self.actor.pk
        role = Role.PARTY if is_party else Role.REGION
        self.choose("reason", [NO_REASON_YET, *reasons_of(self.move, role)])

    def clean_reason(self) -> EndReason:
        """As the service takes it."""
        return EndReason(self.cleaned_data["reason"])


class WithdrawForm(EndForm):
    """Taking it back before the promise."""

    move = "withdraw"


class CancelForm(EndForm):
    """We cannot come, or it cannot take place."""

    move = "cancel"


class BoardForm(MatchForm):
    """When the board meets next."""

    meets_on = forms.DateField(
        label=_("Next meeting of the board"), widget=forms.DateInput(attrs={"type": "date"})
    )


class EmptyForm(MatchForm):
    """An act that asks nothing more."""


class PlanForm(MatchForm):
    """Where and when the two meet first."""

    how = forms.ChoiceField(label=_("How you meet"), choices=MeetingHow.choices)
    planned_at = forms.DateTimeField(
        label=_("When"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    place = forms.CharField(label=_("Place"), max_length=120, required=False)

    def clean_how(self) -> MeetingHow:
        """As the service takes it."""
        return MeetingHow(self.cleaned_data["how"])


class DatesForm(MatchForm):
    """Other dates of the same need."""

    slots = forms.ModelMultipleChoiceField(
        label=_("Other dates"), queryset=Slot.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    people = forms.IntegerField(
        label=_("With how many"), required=False, min_value=1,
        help_text=_("Leave it empty for as many as now."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "input input--num"}),
    )  # fmt: skip
    note = note_field()

    def prepare(self) -> None:
        fields: dict[str, Any] = self.fields
        mine = self.match.match_slots.values("slot_id")
        fields["slots"].queryset = (
            coming_slots(timezone.now()).filter(need=self.match.need_id).exclude(pk__in=mine)
        )
        fields["slots"].label_from_instance = slot_label


def slot_label(slot: Slot) -> str:
    """A date as one chooses it."""
    return span(slot.start_at, slot.end_at)


class PeopleForm(MatchForm):
    """Who comes, by name."""

    users = forms.ModelMultipleChoiceField(
        label=_("Who comes"), queryset=User.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    def prepare(self) -> None:
        fields: dict[str, Any] = self.fields
        fields["users"].queryset = people_of_party(self.match.volunteer)
        fields["users"].label_from_instance = lambda user: user.name or _("(no name yet)")
        self.initial["users"] = [row.user_id for row in self.match.named_people.all()]
