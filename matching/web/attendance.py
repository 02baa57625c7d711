"""Who came on a date: what is asked, what stands there when a record is mended, and how it is kept."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from matching.models import Attendance, Match
from matching.selectors import guiding
from matching.services import day
from matching.web.entry_forms import inner_note
from matching.web.match_forms import MatchForm, slot_label
from regions.models import Slot

HOURS_MAX = 24
MINUTES_AN_HOUR = 60


def hours_each(row: Attendance) -> Decimal:
    """Hours of each who came, to the hundredth: from them the form finds whole minutes again."""
    minutes = Decimal(row.minutes) / (row.people_came or 1)
    return (minutes / MINUTES_AN_HOUR).quantize(Decimal("0.01"))


def as_stated(row: Attendance) -> dict[str, Any]:
    """A record of who came in the fields of its form."""
    return {
        "slot": row.slot_id,
        "people_came": row.people_came,
        "hours": f"{hours_each(row).normalize():f}",
        "return_given": row.return_given,
        "note": row.note,
    }


class AttendanceForm(MatchForm):
    """Who came on one date."""

    slot = forms.ModelChoiceField(
        label=_("Which date"), queryset=Slot.objects.none(), widget=forms.RadioSelect, empty_label=None
    )
    people_came = forms.IntegerField(
        label=_("How many came"),
        min_value=0,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "input input--num"}),
    )
    hours = forms.DecimalField(
        label=_("How many hours each"),
        min_value=0,
        max_value=HOURS_MAX,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.25", "class": "input input--num"}),
    )
    return_given = forms.BooleanField(
        label=_("What was promised in return was given, or its day is fixed"), required=False
    )

    def prepare(self) -> None:
        fields: dict[str, Any] = self.fields
        fields["slot"].queryset = guiding.slots_begun(self.match)
        fields["slot"].label_from_instance = slot_label
        self.initial["people_came"] = self.match.people
        first = guiding.slot_to_attest(self.match)
        if first is not None:
            hours = (first.end_at - first.start_at).total_seconds() / 3600
            self.initial.setdefault("slot", first.pk)
            self.initial["hours"] = f"{min(hours, HOURS_MAX):g}"
        known = guiding.record_to_correct(self.match)
        if known is not None:
            self.initial.update(as_stated(known))


class GuideAttendanceForm(AttendanceForm):
    """The same, with a word to colleagues."""

    note = inner_note()


def attest(
    *,
    match_id: int,
    actor: User,
    slot: Slot,
    people_came: int,
    hours: Decimal,
    return_given: bool,
    note: str | None = None,
    on_behalf_of: str = "",
) -> Match:
    """``day.attest_attendance`` with the hours of each as minutes of all. Raises what it raises.

    Where people and hours are left as they were recorded, so are the minutes; and so is the note, where none was asked for.
    """
    known = guiding.match_attendance(match_id, slot)
    minutes = round(hours * MINUTES_AN_HOUR) * people_came
    if known is not None and (known.people_came, hours_each(known)) == (people_came, hours):
        minutes = known.minutes
    if note is None:
        note = known.note if known is not None else ""
    came = day.Came(people=people_came, minutes=minutes, return_given=return_given, note=note)
    return day.attest_attendance(
        match_id=match_id, actor=actor, slot=slot, came=came, on_behalf_of=on_behalf_of
    )
