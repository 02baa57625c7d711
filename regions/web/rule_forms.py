"""What is asked about a community's rules and offices. Each form saves by one service."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.selectors.users import people_in_reach
from accounts.web.dates import is_english
from accounts.web.kind_fields import LineForm
from accounts.web.party_times import month_names
from regions.enums import ConsentMatter, Publicity
from regions.models import QuietPeriod, Region
from regions.services.inputs import QuietInput, RequiredConsentInput
from regions.services.offices import name_representative
from regions.services.regions import set_quiet_periods, set_required_consents, update_region
from regions.web.need_forms import line, number

BLANK_LINES, LINES_MAX = 2, 20
FIRST_VISIT_MAX = 500
DATE = {"type": "date", "class": "input input--short"}
PLAIN = ("first_visit_max", "wants_circular", "nearest_stop", "last_mile")


class RegionForm(forms.Form):
    """A form about one community."""

    def __init__(self, *args: Any, region: Region, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.region, self.actor = region, actor


class VisitsForm(RegionForm):
    """Values that hold for every need."""

    first_visit_max = forms.IntegerField(
        label=gettext_lazy("People at most of a party that is new here"), min_value=1, max_value=FIRST_VISIT_MAX,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "input input--num"}),
    )  # fmt: skip
    wants_circular = forms.BooleanField(
        label=gettext_lazy("A circular goes round before people come"), required=False
    )
    nearest_stop = line(gettext_lazy("Nearest station or stop"), 120)
    last_mile = line(gettext_lazy("From the station on"), 200)

    def __init__(self, *args: Any, region: Region, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, region=region, actor=actor, **kwargs)
        self.initial.update({name: getattr(region, name) for name in PLAIN})

    def save(self) -> Region:
        """Change them."""
        return update_region(actor=self.actor, region=self.region, **self.cleaned_data)


class PublicForm(RegionForm):
    """How much of the community everybody may see."""

    publicity = forms.ChoiceField(
        label=gettext_lazy("May be public"), choices=Publicity.choices, widget=forms.RadioSelect
    )
    publicity_evidence = line(
        gettext_lazy("Who agreed, when and how"), 300, help_text=gettext_lazy("Such as: the board on 9 May, told by the head of the ward."),
    )  # fmt: skip

    def __init__(self, *args: Any, region: Region, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, region=region, actor=actor, **kwargs)
        self.initial["publicity"] = region.publicity

    def save(self) -> Region:
        """Change it, with who agreed."""
        said = self.cleaned_data
        return update_region(
            actor=self.actor, region=self.region, publicity=said["publicity"], publicity_evidence=said["publicity_evidence"],
        )  # fmt: skip


class RegionLines(LineForm):
    """Rows of the same kind, with two blank ones for more."""

    names: tuple[str, ...] = ()

    def __init__(self, *args: Any, region: Region, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.region, self.actor = region, actor
        rows = self.rows()
        self.count = min(len(rows) + BLANK_LINES, LINES_MAX)
        for place in range(self.count):
            self.ask_row(place, rows[place] if place < len(rows) else None)

    def rows(self) -> list[Any]:
        """What is on record."""
        raise NotImplementedError

    def ask_row(self, place: int, row: Any) -> None:
        """The questions about one row."""
        raise NotImplementedError

    @property
    def lines(self) -> list[tuple[int, list[BoundField]]]:
        """Each row with its questions."""
        return [(place + 1, [self[f"{name}_{place}"] for name in self.names]) for place in range(self.count)]

    def _kept(self) -> Iterator[int]:
        """The rows whose first line is filled."""
        return (place for place in range(self.count) if self.told(place, self.names[0]))


class ConsentsForm(RegionLines):
    """By whom, to what, when they meet."""

    names = ("by", "matter", "meets")

    def rows(self) -> list[Any]:
        return list(self.region.required_consents.all())

    def ask_row(self, place: int, row: Any) -> None:
        self.words = getattr(self, "words", {}) | {place: row.needed_for if row else ""}
        self.ask(place, "by", line(_("Who has to agree"), 60), row.by if row else "")
        matter = forms.ChoiceField(label=_("To what"), choices=ConsentMatter.choices, required=False)
        self.ask(place, "matter", matter, row.matter if row else ConsentMatter.NEW_PARTY)
        self.ask(place, "meets", line(_("When they meet"), 120), row.meets if row else "")

    def save(self) -> Region:
        """Replace the list."""
        rows = [
            RequiredConsentInput(
                by=self.told(place, "by"), matter=self.told(place, "matter"), meets=self.told(place, "meets"),
                needed_for=self.words[place],
            )
            for place in self._kept()
        ]  # fmt: skip
        return set_required_consents(actor=self.actor, region=self.region, consents=rows)


class QuietForm(RegionLines):
    """An occasion with its first and last day, which may span New Year."""

    names = ("label", "from_month", "from_day", "until_month", "until_day")

    def rows(self) -> list[Any]:
        return list(self.region.quiet_periods.all())

    def ask_row(self, place: int, row: Any) -> None:
        self.ask(place, "label", line(_("Occasion"), 60), row.label if row else "")
        months = [("", "–"), *((month + 1, name) for month, name in enumerate(month_names()))]
        ends = (
            ("from", _("From (month)"), _("From (day)"), row and row.from_mmdd),
            ("until", _("Until (month)"), _("Until (day)"), row and row.until_mmdd),
        )
        for end, month_label, day_label, mmdd in ends:
            month, day = divmod(mmdd, 100) if mmdd else ("", None)
            field = forms.TypedChoiceField(
                label=month_label, choices=months, coerce=int, empty_value=None, required=False
            )
            self.ask(place, f"{end}_month", field, month)
            self.ask(place, f"{end}_day", number(day_label, min_value=1, max_value=31), day)

    def clean(self) -> dict[str, Any]:
        """Who names an occasion says both its days."""
        answers: dict[str, Any] = super().clean() or {}
        for place in range(self.count):
            if not answers.get(f"label_{place}"):
                continue
            for name in self.names[1:]:
                field = f"{name}_{place}"
                if answers.get(field) is None and field not in self.errors:
                    self.add_error(field, _("Please say this as well."))
        return answers

    def save(self) -> Region:
        """Replace the list."""
        periods = [
            QuietInput(
                label=self.told(place, "label"), from_mmdd=self._mmdd(place, "from"), until_mmdd=self._mmdd(place, "until"),
            )
            for place in self._kept()
        ]  # fmt: skip
        return set_quiet_periods(actor=self.actor, region=self.region, periods=periods)

    def _mmdd(self, place: int, end: str) -> int:
        return int(self.told(place, f"{end}_month") * 100 + self.told(place, f"{end}_day"))


def quiet_in_words(row: QuietPeriod) -> str:
    """田植え 6月1日–6月20日."""
    return f"{row.label} {_mmdd_words(row.from_mmdd)}–{_mmdd_words(row.until_mmdd)}"


def _mmdd_words(mmdd: int) -> str:
    month, day = divmod(mmdd, 100)
    return f"{day} {month_names()[month - 1]}" if is_english() else f"{month}月{day}日"


class OfficeForm(RegionForm):
    """Somebody comes into an office; often without an account."""

    role = forms.CharField(
        label=gettext_lazy("Office"), max_length=60, help_text=gettext_lazy("Such as: head of the ward. The same word as before hands the office over."),
    )  # fmt: skip
    from_on = forms.DateField(
        label=gettext_lazy("From"), widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d")
    )
    term = line(gettext_lazy("Term"), 80, help_text=gettext_lazy("Such as: two years, until March 2029."))
    contact_way = line(
        gettext_lazy("How they are reached"), 80, help_text=gettext_lazy("Such as: by telephone in the evening, by circular. No number.")
    )  # fmt: skip
    person = line(
        gettext_lazy("Number of their account here"), 16,
        help_text=gettext_lazy("Only where they have one: it stands under «About you». Without, the municipality answers for them."),
    )  # fmt: skip

    def __init__(self, *args: Any, region: Region, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, region=region, actor=actor, **kwargs)
        self.initial["from_on"] = timezone.localdate()
        offices = list(region.representatives.all())
        self.initial["role"] = offices[0].role if offices else ""

    def clean_person(self) -> User | None:
        """The account with that number. Numbers are handed over by their owner; addresses would tell who has an account."""
        said = self.cleaned_data["person"].strip()
        user = people_in_reach(self.actor).filter(public_id=said).first() if said.isalnum() else None
        if said and user is None:
            raise forms.ValidationError(_("No account has this number."))
        return user

    def save(self) -> Any:
        """Put them into the office."""
        said = dict(self.cleaned_data)
        return name_representative(actor=self.actor, region=self.region, user=said.pop("person"), **said)
