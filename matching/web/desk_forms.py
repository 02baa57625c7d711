"""What a guide is asked when deciding on a proposal. Each form belongs to one service and takes its arguments."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.services.dates import TOKYO
from accounts.web.dates import day
from matching.enums import EndReason, IdentityProof, InterviewHow, Role
from matching.models.interviews import NOTE_MAX
from matching.services.review import SNOOZE_DAYS_MAX
from matching.services.terms import PROMISE_MAX
from matching.web.match_forms import NO_REASON_YET, MatchForm, reasons_of

HOLD_DAYS = (1, 3, 7, SNOOZE_DAYS_MAX)
MORNING = time(8)
OWN_WORDS = 300


def own_note(label: Any, help_text: Any = "") -> forms.CharField:
    """Own words, for the record of the guides alone."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ApproveForm(MatchForm):
    """Asking both sides."""

    overlap_reason = forms.CharField(
        label=_("Why somebody may have another promise at the same hours"), max_length=200, required=False,
        help_text=_("Only where somebody of the party is expected elsewhere at these hours and you know that it works."),
    )  # fmt: skip
    note = own_note(_("A word for the record"), _("Only guides read this."))


class RejectForm(MatchForm):
    """Sending a proposal back, with a reason."""

    reason = forms.ChoiceField(
        label=_("Why"),
        help_text=_("Only guides read this. It is counted, so that the matching can be made better."),
        widget=forms.Select(attrs={"autofocus": True}),  # with keys: r, arrows or letters, Tab, Enter
    )
    neutral_note = forms.CharField(
        label=_("What is told to who knew of it"), max_length=OWN_WORDS, required=False,
        help_text=_("Leave it empty for the usual sentence: the conditions did not fit this time."),
    )  # fmt: skip
    note = own_note(_("A word for the record"), _("Only guides read this."))

    def prepare(self) -> None:
        self.choose("reason", [NO_REASON_YET, *reasons_of("reject", Role.GUIDE)])

    def clean_reason(self) -> EndReason:
        """As the service takes it."""
        return EndReason(self.cleaned_data["reason"])


class HoldForm(MatchForm):
    """Holding a proposal back until a morning."""

    until = forms.ChoiceField(label=_("Until"), widget=forms.RadioSelect)
    note = own_note(_("What you are waiting for"), _("Only guides read this."))

    def prepare(self) -> None:
        self.choose("until", [(str(days), _hold_label(days)) for days in HOLD_DAYS])
        self.initial["until"] = str(HOLD_DAYS[1])

    def clean_until(self) -> datetime:
        """The morning of that day, within what the service allows."""
        return min(
            morning_in(int(self.cleaned_data["until"])), timezone.now() + timedelta(days=SNOOZE_DAYS_MAX)
        )


def morning_in(days: int) -> datetime:
    """Eight o'clock in Japan, so many days from today."""
    return datetime.combine(
        timezone.now().astimezone(TOKYO).date() + timedelta(days=days), MORNING, tzinfo=TOKYO
    )


def _hold_label(days: int) -> str:
    return str(
        _("%(days)d days, until the morning of %(day)s") % {"days": days, "day": day(morning_in(days))}
    )


class TermsForm(MatchForm):
    """What is proposed, before anybody is asked."""

    people = forms.IntegerField(
        label=_("People"), min_value=1, widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "input input--num"})
    )  # fmt: skip
    promise = forms.CharField(
        label=_("Promised in return"),
        max_length=PROMISE_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    note = own_note(_("A word for the record"), _("Only guides read this."))

    def prepare(self) -> None:
        self.initial.update(people=self.match.people, promise=self.match.promise)


class AnotherForm(MatchForm):
    """Somebody else for the same dates: beside the proposal at hand, or in its place."""

    how = forms.ChoiceField(
        label=_("How"), widget=forms.RadioSelect,
        choices=[("also", _("Propose them too")), ("instead", _("Send this proposal back and propose them instead"))],
    )  # fmt: skip
    reason = forms.ChoiceField(
        label=_("Why this proposal is sent back"), required=False, help_text=_("Only where it is sent back.")
    )
    note = own_note(_("A word for the record"), _("Only guides read this."))

    def prepare(self) -> None:
        self.choose("reason", [NO_REASON_YET, *reasons_of("reject", Role.GUIDE)])
        self.initial["how"] = "also"

    def clean(self) -> dict[str, Any]:
        """A reason where one is needed."""
        values = super().clean() or {}
        if values.get("how") == "instead" and not values.get("reason"):
            self.add_error("reason", _("Please choose why this proposal is sent back."))
        return values


class InterviewForm(MatchForm):
    """What was said, and what proved the identity."""

    how = forms.ChoiceField(label=_("How you talked"), choices=InterviewHow.choices, widget=forms.RadioSelect)
    held_on = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    identity = forms.ChoiceField(
        label=_("Identity shown by"), required=False, choices=[("", _("not shown")), *IdentityProof.choices],
        help_text=_("Only which document it was. Do not write down its number and do not keep a copy."),
    )  # fmt: skip
    note = forms.CharField(
        label=_("What was said"), max_length=NOTE_MAX, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Guides of your organization read this, and the participant when asking for their own data."),
    )  # fmt: skip

    def prepare(self) -> None:
        self.initial["how"] = InterviewHow.PHONE
        self.initial["held_on"] = timezone.localdate()

    def clean_how(self) -> InterviewHow:
        """As the service takes it."""
        return InterviewHow(self.cleaned_data["how"])

    def clean_identity(self) -> IdentityProof | None:
        """As the service takes it."""
        return IdentityProof(self.cleaned_data["identity"]) if self.cleaned_data["identity"] else None
