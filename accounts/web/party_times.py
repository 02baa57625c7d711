"""When a party can come, and when it cannot: masks of the model as chips, one group of chips for each window."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User, Volunteer
from accounts.services.dates import MONTHS_EN, WEEKDAYS_EN, WEEKDAYS_JA
from accounts.services.inputs import ALL_MONTHS, ALL_PARTS, ALL_WEEKDAYS, AbsenceInput, AvailabilityInput
from accounts.services.party_profile import WINDOWS_MAX, set_availability
from accounts.web.dates import is_english
from accounts.web.kind_fields import LineForm

PARTS = (_("morning (until 12:00)"), _("afternoon (12:00 to 17:00)"), _("evening (from 17:00)"))
HOUR = 60
BLANK_ABSENCES = 2
DATE = {"type": "date", "class": "input input--short"}
TIME = {"type": "time", "class": "input input--short"}


def weekday_names() -> list[str]:
    """Monday first, short."""
    return [name[:3] for name in WEEKDAYS_EN] if is_english() else list(WEEKDAYS_JA)


def month_names() -> list[str]:
    """January first, short."""
    return [name[:3] for name in MONTHS_EN] if is_english() else [f"{number}月" for number in range(1, 13)]


def bits_of(mask: int) -> list[int]:
    """The places of the bits that are set."""
    return [bit for bit in range(mask.bit_length()) if mask >> bit & 1]


def mask_of(bits: Iterable[int]) -> int:
    """The mask with these bits."""
    return sum(1 << bit for bit in set(bits))


def _chips(label: Any, names: Iterable[Any]) -> forms.TypedMultipleChoiceField:
    return forms.TypedMultipleChoiceField(
        label=label,
        required=False,
        coerce=int,
        choices=list(enumerate(names)),
        widget=forms.CheckboxSelectMultiple,
    )


def _minutes(typed: time | None) -> int | None:
    return None if typed is None else typed.hour * HOUR + typed.minute


def _time(minutes: int | None) -> time | None:
    """Midnight at the end of a day has no hour of its own and means the same as no limit."""
    return None if minutes is None or minutes >= 24 * HOUR else time(minutes // HOUR, minutes % HOUR)


class DaysForm(LineForm):
    """One window or several. A window of which nothing is chosen goes."""

    def __init__(self, *args: Any, party: Volunteer, more: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.party = party
        windows = [
            AvailabilityInput(
                weekdays=row.weekdays, months=row.months, parts=row.parts,
                from_minute=row.from_minute, until_minute=row.until_minute,
            )
            for row in party.availabilities.all()
        ]  # fmt: skip
        if more or not windows:
            windows.append(AvailabilityInput())
        self.count = min(len(windows), WINDOWS_MAX)
        for number, window in enumerate(windows[: self.count]):
            self._ask_window(number, window)

    def _ask_window(self, number: int, window: AvailabilityInput) -> None:
        self.ask(number, "weekdays", _chips(_("Days of the week"), weekday_names()), bits_of(window.weekdays))
        self.ask(number, "months", _chips(_("Months"), month_names()), bits_of(window.months))
        self.ask(number, "parts", _chips(_("Time of the day"), PARTS), bits_of(window.parts))
        for name, label, minutes in (
            ("from", _("Not before"), window.from_minute),
            ("until", _("Not after"), window.until_minute),
        ):
            field = forms.TimeField(
                label=label, required=False, widget=forms.TimeInput(attrs=TIME, format="%H:%M")
            )
            self.ask(number, name, field, _time(minutes))

    @property
    def windows(self) -> list[tuple[int, list[BoundField], list[BoundField]]]:
        """Each window: its number, its chips, its two hours."""
        names = ("weekdays", "months", "parts")
        return [
            (number + 1, [self[f"{name}_{number}"] for name in names], [self[f"{name}_{number}"] for name in ("from", "until")])
            for number in range(self.count)
        ]  # fmt: skip

    @property
    def may_grow(self) -> bool:
        """Whether one more window is allowed."""
        return self.count < WINDOWS_MAX

    def save(self, actor: User) -> Volunteer:
        """Replace the windows; the absences stay."""
        windows = [window for number in range(self.count) if (window := self._window(number)) is not None]
        return set_availability(
            actor=actor, party=self.party, availabilities=windows, absences=_absences(self.party)
        )

    def clean(self) -> dict[str, Any]:
        """A window has days, months and times, or nothing at all."""
        answers: dict[str, Any] = super().clean() or {}
        for number in range(self.count):
            chosen = {name: answers.get(f"{name}_{number}") for name in ("weekdays", "months", "parts")}
            for name, bits in chosen.items():
                if not bits and any(chosen.values()) and f"{name}_{number}" not in self.errors:
                    self.add_error(f"{name}_{number}", _("Please choose at least one."))
        return answers

    def _window(self, number: int) -> AvailabilityInput | None:
        masks = {name: mask_of(self.told(number, name)) for name in ("weekdays", "months", "parts")}
        if not all(masks.values()):
            return None
        first, last = (_minutes(self.told(number, name)) for name in ("from", "until"))
        return AvailabilityInput(**masks, from_minute=first, until_minute=last)


class AbsencesForm(LineForm):
    """Days on which the party cannot come. A line without days goes; days that are over are not kept."""

    def __init__(self, *args: Any, party: Volunteer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.party = party
        known: list[tuple[date | None, date | None]] = [
            (row.from_on, row.until_on) for row in _absences(party)
        ]
        self.count = len(known) + BLANK_ABSENCES
        for number, (first, last) in enumerate([*known, *[(None, None)] * BLANK_ABSENCES]):
            for name, label, on in (("from", _("From"), first), ("until", _("Until"), last)):
                field = forms.DateField(
                    label=label, required=False, widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d")
                )
                self.ask(number, name, field, on)

    @property
    def pairs(self) -> list[tuple[int, list[BoundField]]]:
        """First and last day of each line."""
        return [
            (number + 1, [self[f"from_{number}"], self[f"until_{number}"]]) for number in range(self.count)
        ]

    def clean(self) -> dict[str, Any]:
        """Days stand in their order; one day alone is both."""
        answers: dict[str, Any] = super().clean() or {}
        for number in range(self.count):
            first, last = answers.get(f"from_{number}"), answers.get(f"until_{number}")
            if last and not first and f"from_{number}" not in self.errors:
                self.add_error(f"from_{number}", _("Please give the first day."))
            elif first and last and last < first:
                self.add_error(f"until_{number}", _("This day is before the first one."))
        return answers

    def save(self, actor: User) -> Volunteer:
        """Replace the absences; the windows stay."""
        rows = [
            AbsenceInput(from_on=first, until_on=self.told(number, "until") or first)
            for number in range(self.count)
            if (first := self.told(number, "from"))
        ]
        return set_availability(
            actor=actor, party=self.party, availabilities=_windows(self.party), absences=rows
        )


def _windows(party: Volunteer) -> list[AvailabilityInput]:
    names = ("weekdays", "months", "parts", "from_minute", "until_minute")
    return [
        AvailabilityInput(**{name: getattr(row, name) for name in names})
        for row in party.availabilities.all()
    ]


def _absences(party: Volunteer) -> list[AbsenceInput]:
    """Those that are not over."""
    today = timezone.localdate()
    rows = sorted(
        (row for row in party.absences.all() if row.until_on >= today), key=lambda row: (row.from_on, row.pk)
    )
    return [AbsenceInput(from_on=row.from_on, until_on=row.until_on) for row in rows]


def coming_absences(party: Volunteer) -> list[tuple[date, date]]:
    """First and last day of the absences that are not over, in their order."""
    return [(row.from_on, row.until_on) for row in _absences(party)]


def times_in_words(window: Any) -> str:
    """土日・5–10月, or Sat Sun, May: what one window says, in a line."""
    parts = [
        _named(window.weekdays, ALL_WEEKDAYS, weekday_names(), _("any day")),
        _named(window.months, ALL_MONTHS, month_names(), _("all year")),
    ]
    if window.parts != ALL_PARTS:
        parts.append(_named(window.parts, ALL_PARTS, [str(name) for name in PARTS], ""))
    return (", " if is_english() else "、").join(part for part in parts if part)


def _named(mask: int, whole: int, names: list[str], all_of_them: Any) -> str:
    if mask == whole:
        return str(all_of_them)
    joint = " " if is_english() else "・"
    return joint.join(names[bit] for bit in bits_of(mask))
