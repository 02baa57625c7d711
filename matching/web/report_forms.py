"""What is asked of an accident or near miss, and of whom it has reached."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matching.enums import Called, Harm, Reached, ReachHow, ReportKind
from matching.models import ReportReach
from matching.models.reports import NAME_MAX, PLACE_MAX, WORDS_MAX
from matching.services.reports import Told
from matching.web.entry_forms import behalf_field
from matching.web.match_forms import MatchForm, slot_label
from regions.models import Slot


def _words(label: Any, *, rows: int = 4, required: bool = False, help_text: Any = "") -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(
        label=label, max_length=WORDS_MAX, required=required, help_text=help_text, widget=area
    )


class ReportForm(MatchForm):
    """What happened, in the order in which one tells it. ``may_enter``: for somebody who rang."""

    kind = forms.TypedChoiceField(
        label=_("What was it?"), choices=ReportKind.choices, coerce=ReportKind, widget=forms.RadioSelect,
        help_text=_("A near miss: it could have ended badly, and nobody was hurt and nothing was broken."),
    )  # fmt: skip
    harm = forms.TypedChoiceField(
        label=_("Was somebody hurt?"), choices=Harm.choices, coerce=Harm, widget=forms.RadioSelect
    )
    is_minor_hurt = forms.BooleanField(label=_("Somebody under 18 was hurt"), required=False)
    called = forms.TypedMultipleChoiceField(
        label=_("Who was called?"), choices=Called.choices, coerce=Called, required=False,
        widget=forms.CheckboxSelectMultiple, help_text=_("Leave it empty if nobody was."),
    )  # fmt: skip
    slot = forms.ModelChoiceField(
        label=_("Of which date"), queryset=Slot.objects.none(), widget=forms.RadioSelect, empty_label=None
    )
    happened_at = forms.DateTimeField(
        label=_("When did it happen?"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    is_before_date = forms.BooleanField(
        label=_("It happened before that date: when preparing, looking at the place, or on the way"),
        required=False,
    )
    place = forms.CharField(
        label=_("Where?"), max_length=PLACE_MAX, help_text=_("So that somebody else finds the spot.")
    )
    happened = _words(
        _("What happened?"), rows=6, required=True,
        help_text=_("What you saw yourself, in order. Say “a participant” rather than a name. A few words are enough; more can be added later."),
    )  # fmt: skip
    done = _words(_("What was done?"))
    prevention = _words(
        _("What would prevent it?"),
        help_text=_("It can also be written later, when all have talked about it."),
    )
    on_behalf_of = behalf_field(required=False)

    def __init__(self, *args: Any, may_enter: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_enter:
            del self.fields["on_behalf_of"]

    def prepare(self) -> None:
        now = timezone.localtime()
        fields: dict[str, Any] = self.fields
        slots = self.match.slots.order_by("start_at")
        fields["slot"].queryset = slots
        fields["slot"].label_from_instance = slot_label
        self.initial["slot"] = slots.filter(start_at__lte=now).last() or slots.first()
        self.initial["happened_at"] = now

    def clean(self) -> dict[str, Any]:
        """Asks once more where something happened before the day of the date it is said to be of."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        at, slot = said.get("happened_at"), said.get("slot")
        if at and slot and not said.get("is_before_date") and _is_before_the_day(at, slot):
            self.add_error(
                "happened_at",
                _(
                    "This is before the date you chose (%(date)s). Please look at both again. "
                    "If it did happen before that date, tick so below."
                )
                % {"date": slot_label(slot)},
            )
        return said


def _is_before_the_day(at: datetime, slot: Slot) -> bool:
    return timezone.localdate(at) < timezone.localdate(slot.start_at)


def told_of(values: dict[str, Any]) -> Told:
    """The answers of a ``ReportForm`` as the service takes them."""
    kept = {name: value for name, value in values.items() if name != "is_before_date"}
    return Told(**kept | {"called": frozenset(values["called"])})


class ReportNoteForm(forms.Form):
    """Something to add."""

    text = _words(_("What you add"), required=True)
    tells_prevention = forms.BooleanField(label=_("It says what would prevent it"), required=False)


class ReachedForm(forms.Form):
    """How somebody was told."""

    how = forms.TypedChoiceField(
        label=_("How were they told?"), choices=ReachHow.choices, coerce=ReachHow, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("Who took it, and under which number"), max_length=NAME_MAX, required=False,
        help_text=_("For instance the name at the desk, or the number of the claim. Nothing about health."),
    )  # fmt: skip

    def __init__(self, *args: Any, reach: ReportReach, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["how"] = ReachHow.ENISHI if reach.who == Reached.GUIDE else ReachHow.PHONE
