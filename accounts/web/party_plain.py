"""What a party says of itself in plain values: home and way, people, heaviest work, own words. One service takes them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.enums import GROUP_KINDS, Transport
from accounts.models import User, Volunteer
from accounts.models.volunteers import SIZE_MAX
from accounts.services.parties import pause_party, resume_party, update_party
from accounts.services.party_values import ADULT, LIVE_MAX
from accounts.web.dates import is_english
from accounts.web.postal import PostalForm

NUMBER = {"inputmode": "numeric", "class": "input input--num"}
LOADS = [(1, _("light work only")), (2, _("ordinary work")), (3, _("hard work as well"))]
WAYS = (30, 60, 90, 120, 180, 240, 300, 480)
HOUR = 60


def minutes_label(minutes: int) -> str:
    """1時間30分, or 1 h 30 min."""
    hours, rest = divmod(minutes, HOUR)
    words = ("%d h", "%d min") if is_english() else ("%d時間", "%d分")
    return (" " if is_english() else "").join(
        word % number for word, number in zip(words, (hours, rest), strict=True) if number
    )


def _ways(known: int | None) -> list[tuple[int, str]]:
    """The lengths one may choose, and the one that was said."""
    lengths = sorted({*WAYS, *([known] if known else [])})
    return [(minutes, minutes_label(minutes)) for minutes in lengths]


class PartyForm(forms.Form):
    """Plain values of a party; ``save`` changes those that were asked."""

    def __init__(self, *args: Any, party: Volunteer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.party = party
        self.is_group = party.kind in GROUP_KINDS
        for name in self.fields:
            self.initial.setdefault(name, getattr(party, name, None))
        self.prepare()

    def prepare(self) -> None:
        """Choices that depend on the party."""

    def changes(self) -> dict[str, Any]:
        """What ``update_party`` takes."""
        return dict(self.cleaned_data)

    def save(self, actor: User) -> Volunteer:
        """Call the service."""
        return update_party(actor=actor, party=self.party, **self.changes())


class TravelForm(PartyForm, PostalForm):
    """Home and way. An empty postal code leaves the home as it is."""

    transport = forms.ChoiceField(
        label=_("How you come"), choices=Transport.choices, widget=forms.RadioSelect
    )
    travel_limit_minutes = forms.TypedChoiceField(label=_("How far you would go, one way"), coerce=int)
    day_trip_limit_minutes = forms.TypedChoiceField(
        label=_("How far on a day trip, one way"), coerce=int, required=False, empty_value=None
    )

    def prepare(self) -> None:
        fields: dict[str, Any] = self.fields
        self.initial["home"] = ""
        fields["postal"].required = False
        fields["postal"].help_text = _("Now: %(home)s. Leave it empty to keep it.") % {
            "home": self.party.home.label
        }
        fields["travel_limit_minutes"].choices = _ways(self.party.travel_limit_minutes)
        fields["day_trip_limit_minutes"].choices = [
            ("", _("the same")),
            *_ways(self.party.day_trip_limit_minutes),
        ]

    def changes(self) -> dict[str, Any]:
        """The municipality stands for the postal code."""
        answers = dict(self.cleaned_data)
        home, typed = answers.pop("home"), answers.pop("postal")
        return answers | ({"home_code": home} if typed else {})


class PeopleForm(PartyForm):
    """How the party is called and, of a group, how many it is."""

    name = forms.CharField(label=_("Name shown"), max_length=120)
    size = forms.IntegerField(
        label=_("How many you are"), min_value=1, max_value=SIZE_MAX, widget=forms.NumberInput(attrs=NUMBER)
    )
    min_people = forms.IntegerField(
        label=_("At least so many come"), min_value=1, max_value=SIZE_MAX,
        help_text=_("You are not asked to come where there is room for fewer."),
        widget=forms.NumberInput(attrs=NUMBER),
    )  # fmt: skip
    youngest_age = forms.IntegerField(
        label=_("Age of the youngest who comes along"), required=False, min_value=0, max_value=120,
        help_text=_("Only if somebody under 18 comes along. Some work has a least age."),
        widget=forms.NumberInput(attrs=NUMBER),
    )  # fmt: skip

    def prepare(self) -> None:
        if not self.is_group:
            for name in ("size", "min_people", "youngest_age"):
                del self.fields[name]

    def changes(self) -> dict[str, Any]:
        """Whether minors come along follows from the youngest, where that was changed."""
        answers = dict(self.cleaned_data)
        if "youngest_age" in self.changed_data:
            youngest = answers["youngest_age"]
            answers["has_minors"] = youngest is not None and youngest < ADULT
        return answers


class LimitsForm(PartyForm):
    """How heavy, whether from home, how much at once."""

    load_limit = forms.TypedChoiceField(
        label=_("How heavy the work may be"), choices=LOADS, coerce=int, widget=forms.RadioSelect
    )
    remote_ok = forms.TypedChoiceField(
        label=_("Would you help from home as well?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        coerce="yes".__eq__, widget=forms.RadioSelect,
    )  # fmt: skip
    live_limit = forms.IntegerField(
        label=_("How many matches at once"), min_value=1, max_value=LIVE_MAX,
        help_text=_("So many proposals at most wait for you at the same time."),
        widget=forms.NumberInput(attrs=NUMBER),
    )  # fmt: skip

    def prepare(self) -> None:
        self.initial["remote_ok"] = "yes" if self.party.remote_ok else "no"


class WordsForm(PartyForm):
    """Own words for the guide and the community."""

    note = forms.CharField(
        label=_("In your own words"), required=False, max_length=1000,
        help_text=_("What the guide and the community should know: what you enjoy, what you cannot do."),
        widget=forms.Textarea(attrs={"rows": 5, "class": "input"}),
    )  # fmt: skip
    insurance = forms.CharField(
        label=_("Insurance you have"), required=False, max_length=200,
        help_text=_("For example: volunteer insurance, until 31 March 2027."),
        widget=forms.TextInput(attrs={"class": "input"}),
    )  # fmt: skip


class RestForm(PartyForm):
    """Pause matching, or take part again: whichever it is not now."""

    def save(self, actor: User) -> Volunteer:
        act = pause_party if self.party.is_active else resume_party
        return act(actor=actor, party=self.party)
