"""When a need is: by rule («second Sunday of June, rain → next») or on one day."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from accounts.services.dates import TOKYO
from accounts.web.party_times import month_names, weekday_names
from regions.enums import NeedMode, SlotRuleKind
from regions.models import Region
from regions.services.inputs import SlotInput, SlotRuleInput
from regions.services.occurrences import LAST, WEEKDAYS
from regions.web.need_forms import PEOPLE_MAX, number

DAY = "day"
AFAR = "afar"
NTHS = [
    ("", _("not settled yet")),
    ("1", _("first")),
    ("2", _("second")),
    ("3", _("third")),
    ("4", _("fourth")),
    (str(LAST), _("last")),
    (DAY, _("one day")),
    (AFAR, _("from afar, whole months")),
]
RAIN = [
    ("", _("not settled yet")),
    ("next", _("a week later")),
    ("off", _("called off")),
    ("light", _("takes place in light rain")),
]
RAIN_SAID = dict(RAIN)
NEEDED = _("Please say this as well, or leave the week open.")
TIME = {"type": "time", "class": "input input--short"}
BY_RULE = ("months", "weekday", "start", "end", "places")
ON_A_DAY = ("on", "start", "end", "places")
FROM_AFAR = ("months", "places")


class WhenForm(forms.Form):
    """Months, week and weekday with hours, or one day; how many people; what happens when it rains."""

    months = forms.TypedMultipleChoiceField(
        label=_("Months"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    nth = forms.ChoiceField(label=_("Which week"), required=False, choices=NTHS)
    weekday = forms.ChoiceField(label=_("Day of the week"), required=False, initial="sun")
    on = forms.DateField(
        label=_("Day, where it is one day"), required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "input input--short"}),
    )  # fmt: skip
    start = forms.TimeField(
        label=_("Begins at"),
        required=False,
        initial="08:00",
        widget=forms.TimeInput(attrs=TIME, format="%H:%M"),
    )
    end = forms.TimeField(
        label=_("Ends at"),
        required=False,
        initial="12:00",
        widget=forms.TimeInput(attrs=TIME, format="%H:%M"),
    )
    rain = forms.ChoiceField(label=_("When it rains"), required=False, choices=RAIN)
    places = number(_("People wanted"), min_value=1, max_value=PEOPLE_MAX)

    def __init__(self, *args: Any, region: Region, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.region = region
        self.initial.setdefault("places", region.first_visit_max)
        fields: dict[str, Any] = self.fields
        fields["months"].choices = [(month + 1, name) for month, name in enumerate(month_names())]
        fields["weekday"].choices = list(zip(WEEKDAYS, weekday_names(), strict=True))

    def clean(self) -> dict[str, Any]:
        """Whoever settles the week says the rest of it as well."""
        answers: dict[str, Any] = super().clean() or {}
        for name in self._needed(answers.get("nth") or ""):
            if answers.get(name) in (None, "", []) and name not in self.errors:
                self.add_error(name, NEEDED)
        start, end = answers.get("start"), answers.get("end")
        if self.has_dates and start and end and end <= start and "end" not in self.errors:
            self.add_error("end", _("The end is not after the beginning."))
        return answers

    @staticmethod
    def _needed(nth: str) -> tuple[str, ...]:
        if nth in ("", DAY, AFAR):
            return {"": (), DAY: ON_A_DAY, AFAR: FROM_AFAR}[nth]
        return BY_RULE

    @property
    def has_dates(self) -> bool:
        """Whether a date was settled."""
        return bool(self.cleaned_data.get("nth"))

    def slots(self) -> list[SlotInput]:
        """The one day, where it is one."""
        said = self.cleaned_data
        if said["nth"] != DAY:
            return []
        times = [datetime.combine(said["on"], said[name], tzinfo=TOKYO) for name in ("start", "end")]
        return [SlotInput(start_at=times[0], end_at=times[1], places=said["places"], rain=self._rain())]

    def rules(self) -> list[SlotRuleInput]:
        """The rule, where it is one."""
        said = self.cleaned_data
        if said["nth"] in ("", DAY):
            return []
        if said["nth"] == AFAR:
            months: dict[str, Any] = {"months": sorted(said["months"])}
            return [SlotRuleInput(kind=SlotRuleKind.REMOTE_WINDOW, places=said["places"], parameters=months)]
        parameters = {
            "nth": int(said["nth"]), "weekday": said["weekday"], "months": sorted(said["months"]),
            "start": f"{said['start']:%H:%M}", "end": f"{said['end']:%H:%M}",
        }  # fmt: skip
        kind = SlotRuleKind.NTH_WEEKDAY
        return [SlotRuleInput(kind=kind, places=said["places"], parameters=parameters, rain=self._rain())]

    def _rain(self) -> str:
        said = self.cleaned_data["rain"]
        with override("ja"):  # it is printed for the households and read by everybody
            return str(RAIN_SAID[said]) if said else ""

    def fits(self, mode: str) -> str:
        """The mode of a need with these dates: from afar, or as was said."""
        return NeedMode.REMOTE if self.cleaned_data["nth"] == AFAR and mode == NeedMode.ON_SITE else mode
