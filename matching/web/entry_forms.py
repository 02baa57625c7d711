"""What a guide is asked when entering what a side said: by telephone, on a slip, in passing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from matching.enums import AnswerValue, CallResult, ConsentScope, ConsentStatus, Side
from matching.models import RegionConsent
from matching.selectors import guiding
from matching.selectors.readiness import may_say_yes, meeting_settled
from matching.web.match_forms import MatchForm, note_field

NAME_MAX, REASON_MAX = 120, 200


def inner_note() -> forms.CharField:
    """Own words of the desk: neither side reads them."""
    note = note_field()
    note.label, note.help_text = _("Note for the desk"), _("Guides and administrators alone read this.")
    return note


def behalf_field(*, required: bool = True) -> forms.CharField:
    """From whom the guide heard it."""
    return forms.CharField(
        label=_("Who said so"),
        help_text=_(
            "For instance: the head of the community, by telephone or as signed on the slip. It stands on record."
        ),
        max_length=NAME_MAX,
        required=required,
    )


def side_field(*, required: bool = True) -> forms.TypedChoiceField:
    """For which side something is entered."""
    return forms.TypedChoiceField(
        label=_("For whom you enter it"), coerce=Side, empty_value=None, required=required, widget=forms.RadioSelect
    )  # fmt: skip


class EnteredForm(MatchForm):
    """Something said by a side, entered by the guide. ``about``: which sides it can concern, by name in ``guiding``."""

    about: ClassVar[str] = "every_side"
    side = side_field()
    on_behalf_of = behalf_field()

    def prepare(self) -> None:
        self.offer_sides(getattr(guiding, self.about)(self.match))

    def offer_sides(self, sides: Iterable[Side]) -> None:
        """The sides to choose from; where there is one, it is chosen."""
        shown = [(side.value, guiding.side_label(self.match, side)) for side in sides]
        self.choose("side", shown)
        if len(shown) == 1:
            self.initial["side"] = shown[0][0]


class YesChoice(EnteredForm):
    """What a yes of a first visit or of a pair that knows each other can be."""

    def offer_values(self) -> None:
        """Yes, let us meet, or whichever of the two this pair may say now."""
        shown = [AnswerValue.YES] if may_say_yes(self.match) else []
        if not meeting_settled(self.match):
            shown.append(AnswerValue.MEET)
        self.choose("value", [(value.value, value.label) for value in shown])
        self.initial["value"] = shown[0].value


class AnswerForm(YesChoice):
    """A side's answer by telephone, on the slip, or in passing."""

    about = "sides_that_owe"
    value = forms.TypedChoiceField(label=_("The answer"), coerce=AnswerValue, widget=forms.RadioSelect)
    scope = forms.TypedChoiceField(
        label=_("How far a community's yes reaches"),
        choices=[("", _("not said")), *ConsentScope.choices],
        coerce=ConsentScope,
        empty_value=None,
        required=False,
    )
    note = inner_note()

    def prepare(self) -> None:
        super().prepare()
        self.offer_values()

    def clean(self) -> dict[str, Any]:
        """How far a yes reaches is a word of communities alone."""
        values = super().clean() or {}
        if values.get("side") == Side.PARTY:
            values["scope"] = None
        return values


class CallForm(YesChoice):
    """What a call to a silent side brought."""

    about = "sides_to_call"
    result = forms.TypedChoiceField(
        label=_("What the call brought"),
        help_text=_(
            "Without a yes it ends at once and the places go to the next in line. If you want to call again, do not record it yet, or give more time."
        ),
        choices=CallResult.choices,
        coerce=CallResult,
        widget=forms.RadioSelect,
    )
    value = forms.TypedChoiceField(
        label=_("If yes: to what"),
        coerce=AnswerValue,
        empty_value=AnswerValue.MEET,
        required=False,
        widget=forms.RadioSelect,
    )
    spoke_with = forms.CharField(label=_("Whom you spoke with, or tried to reach"), max_length=NAME_MAX)
    note = inner_note()
    field_order = ["side", "result", "value", "spoke_with", "note"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["on_behalf_of"]

    def prepare(self) -> None:
        super().prepare()
        self.offer_values()


class BoardForm(EnteredForm):
    """When a side's board meets next."""

    about = "boards_that_owe"
    meets_on = forms.DateField(
        label=_("Next meeting of the board"), widget=forms.DateInput(attrs={"type": "date"})
    )


class ExtensionForm(EnteredForm):
    """More time for a side."""

    about = "sides_to_extend"
    note = inner_note()


class PromiseEntryForm(EnteredForm):
    """A side's word that the promise is right."""

    about = "sides_to_confirm"


class ConsentForm(MatchForm):
    """A consent the community requires of itself."""

    consent = forms.ModelChoiceField(
        label=_("Which consent"), queryset=RegionConsent.objects.none(), widget=forms.RadioSelect, empty_label=None
    )  # fmt: skip
    status = forms.TypedChoiceField(
        label=_("Was it given"),
        choices=[(value.value, value.label) for value in (ConsentStatus.GIVEN, ConsentStatus.REFUSED)],
        coerce=ConsentStatus,
        widget=forms.RadioSelect,
        help_text=_("A consent that was refused ends the match."),
    )
    evidence = forms.CharField(
        label=_("How and when it was said"),
        help_text=_("For instance: at the board's meeting of 20 November, by word of mouth."),
        max_length=REASON_MAX,
    )

    def prepare(self) -> None:
        fields: dict[str, Any] = self.fields
        fields["consent"].queryset = self.match.region_consents.filter(status=ConsentStatus.ASKED).order_by(
            "pk"
        )
        fields["consent"].label_from_instance = guiding.consent_label


class ConsentEntryForm(ConsentForm):
    """The same, heard by a guide."""

    on_behalf_of = behalf_field()
