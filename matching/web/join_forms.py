"""The three screens before the account, and what they make of a party."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.enums import PartyKind, Transport
from accounts.models import AssetKind, Municipality, WorkKind
from accounts.models.vocabulary import Kind
from accounts.models.volunteers import SIZE_MAX
from accounts.services.consents import TERMS_VERSION
from accounts.services.inputs import AbilityInput, AvailabilityInput, WishInput
from accounts.web.postal import PostalForm

DO_TILES = {
    "grass": "grass",
    "waterway": "ditch",
    "farm": "field",
    "forest": "forest",
    "wildlife": "fence",
    "festival": "fest",
    "building": "shop",
    "care": "people",
    "learning": "learn",
    "media": "camera",
}
WISH_TILES = {
    "trail": "bike",
    "nature": "forest",
    "food": "meal",
    "land": "field",
    "base": "stay",
    "culture": "fest",
    "learn": "learn",
    "belonging": "people",
}
"""Kinds that are offered as pictures, by code, with their drawing. A retired kind is left out."""
WEEKDAYS, WEEKEND = 0b0011111, 0b1100000
DAYS = {"weekend": WEEKEND, "weekday": WEEKDAYS, "any": WEEKDAYS | WEEKEND}
FAR = {"60": (60, None), "120": (120, None), "180": (180, None), "stay": (480, 180)}
"""Longest way, and longest way on a day trip, in minutes."""


class JoinForm(forms.Form):
    """A screen. ``kept`` is what stays in the session; ``is_whole`` whether that would be taken today."""

    needed: ClassVar[tuple[str, ...]] = ()

    def kept(self) -> dict[str, Any]:
        """The answers as plain values."""
        return dict(self.cleaned_data)

    @classmethod
    def is_whole(cls, kept: Mapping[str, Any]) -> bool:
        """Whether what is kept has been answered, and is still offered: kinds are retired, codes change."""
        return all(kept.get(name) for name in cls.needed) and cls(data=dict(kept)).is_valid()


class InterestsForm(JoinForm):
    """What one would like to do and what one looks for. Nothing need be chosen."""

    do = forms.MultipleChoiceField(label=_("What you would like to do"), required=False)
    wish = forms.MultipleChoiceField(label=_("What you are looking for"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["do"].choices = _labels(WorkKind, DO_TILES)
        fields["wish"].choices = _labels(AssetKind, WISH_TILES)

    @property
    def tiles(self) -> list[tuple[str, Any, list[tuple[str, Any, str, bool]]]]:
        """Name and legend of each question with its tiles: code, label, drawing, whether chosen."""
        return [(name, self[name].label, self._tiles(name, drawings)) for name, drawings in QUESTIONS.items()]

    def _tiles(self, name: str, drawings: Mapping[str, str]) -> list[tuple[str, Any, str, bool]]:
        fields: dict[str, Any] = self.fields
        chosen = set(self[name].value() or [])
        return [(code, label, drawings[code], code in chosen) for code, label in fields[name].choices]


QUESTIONS = {"do": DO_TILES, "wish": WISH_TILES}


def _labels(model: type[Kind], tiles: Mapping[str, str]) -> list[tuple[str, str]]:
    found = {kind.code: kind.label for kind in model._default_manager.filter(code__in=tiles, retired=False)}  # noqa: SLF001  # documented API
    return [(code, found[code]) for code in tiles if code in found]


class HomeForm(JoinForm, PostalForm):
    """From where, and how one comes. A postal code of two municipalities asks which."""

    needed = ("postal", "home", "go")
    go = forms.ChoiceField(
        label=_("How you come"), choices=Transport.choices, widget=forms.RadioSelect, initial=Transport.PUBLIC
    )


class DaysForm(JoinForm):
    """When, how far, and with how many."""

    needed = ("days", "far", "who")
    days = forms.ChoiceField(
        label=_("When you could come"),
        choices=[("weekend", _("at weekends")), ("weekday", _("on weekdays")), ("any", _("any day"))],
        widget=forms.RadioSelect,
        initial="weekend",
    )
    far = forms.ChoiceField(
        label=_("How far you would go, one way"),
        choices=[
            ("60", _("an hour")),
            ("120", _("two hours")),
            ("180", _("three hours")),
            ("stay", _("further, if I can stay over night")),
        ],
        widget=forms.RadioSelect,
        initial="120",
    )
    who = forms.ChoiceField(
        label=_("Who comes"),
        choices=[
            (PartyKind.INDIVIDUAL, _("I alone")),
            (PartyKind.HOUSEHOLD, _("my family")),
            (PartyKind.GROUP, _("a group, club or team")),
        ],
        widget=forms.RadioSelect,
        initial=PartyKind.INDIVIDUAL,
    )
    size = forms.IntegerField(
        label=_("How many you are"), required=False, min_value=1, max_value=SIZE_MAX,
        help_text=_("For a family or a group. Members can be named later."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "input input--num"}),
    )  # fmt: skip
    name = forms.CharField(
        label=_("Name of the group"),
        required=False,
        max_length=120,
        help_text=_("Leave it empty if you come alone."),
    )

    def clean(self) -> dict[str, Any]:
        """A family or a group has a number of people."""
        answers: dict[str, Any] = super().clean() or {}
        if answers.get("who") in {PartyKind.HOUSEHOLD, PartyKind.GROUP} and not answers.get("size"):
            self.add_error("size", _("Please say how many you are."))
        return answers


STEPS: dict[str, type[JoinForm]] = {"interests": InterestsForm, "home": HomeForm, "days": DaysForm}


def party_values(kept: Mapping[str, Any]) -> dict[str, Any]:
    """What ``create_party`` takes, from the answers of the three screens."""
    farthest, on_a_day = FAR[kept["far"]]
    alone = kept["who"] == PartyKind.INDIVIDUAL
    values = {
        "kind": kept["who"],
        "home_code": kept["home"],
        "transport": kept["go"],
        "travel_limit_minutes": farthest,
        "day_trip_limit_minutes": on_a_day,
        "size": 1 if alone else kept["size"],
        "abilities": [AbilityInput(code=code, level="willing") for code in kept.get("do", [])],
        "wishes": [WishInput(code=code, weight=1) for code in kept.get("wish", [])],
        "availabilities": [AvailabilityInput(weekdays=DAYS[kept["days"]])],
    }
    if kept.get("name") and not alone:
        values["name"] = kept["name"]
    return values


class CheckForm(forms.Form):
    """The last step: consent to the texts in force, where it has not been given."""

    accepts_terms = forms.BooleanField(
        label=_("I have read both texts and agree to them."),
        error_messages={"required": _("Please read both texts. You can sign up once you agree to them.")},
    )
    terms_version = forms.CharField(max_length=20, initial=TERMS_VERSION, widget=forms.HiddenInput)

    def __init__(self, *args: Any, asks_consent: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_consent:
            del self.fields["accepts_terms"], self.fields["terms_version"]


def summary(kept: Mapping[str, Any]) -> list[tuple[Any, str, str]]:
    """Question, answer in words, and the screen where it can be changed."""
    interests, home, days = (form(initial=dict(kept)) for form in STEPS.values())
    asked = [
        (interests, "do", "interests"), (interests, "wish", "interests"), (home, "go", "home"),
        (days, "days", "days"), (days, "far", "days"), (days, "who", "days"),
    ]  # fmt: skip
    rows = [(form[name].label, _chosen(form, name, kept), screen) for form, name, screen in asked]
    place = Municipality.objects.filter(pk=kept["home"]).first()
    rows.insert(2, (home["postal"].label, place.label if place is not None else "", "home"))
    if kept.get("size") and kept["who"] != PartyKind.INDIVIDUAL:
        rows.append((days["size"].label, str(kept["size"]), "days"))
    return rows


def _chosen(form: forms.Form, name: str, kept: Mapping[str, Any]) -> str:
    fields: dict[str, Any] = form.fields
    value = kept.get(name) or []
    picked = {value} if isinstance(value, str) else set(value)
    return str(gettext(", ")).join(str(label) for code, label in fields[name].choices if code in picked)
