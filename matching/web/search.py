"""The questions people search needs by, asked in one form whose answers stand in the address."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.errors import Invalid
from accounts.geo import TravelMode
from accounts.models import Municipality
from accounts.selectors.places import municipalities_for_postal
from accounts.selectors.vocabulary import asset_kind_tree, work_kind_tree
from accounts.web.prefectures import PREFECTURES
from matching.selectors.reach import NEARNESS, needs_within, within_label
from regions.enums import Compensation
from regions.models import Need
from regions.selectors import filters as narrow

STAYS = [("day", _("day trip")), ("stay", _("overnight"))]
CONDITIONS = {
    "home": (_("from home"), narrow.needs_from_afar),
    "no_car": (_("without a car"), narrow.needs_with_last_mile),
    "beginner": (_("for the first time"), narrow.needs_for_beginners),
    "group": (_("as a group"), narrow.needs_for_groups),
    "children": (_("with children"), narrow.needs_with_children),
    "unqualified": (_("without a qualification"), narrow.needs_without_qualification),
}


class NeedSearch(forms.Form):
    """What one is looking for. Every question may be left open; ``found`` narrows needs by the answers."""

    wish = forms.MultipleChoiceField(
        label=_("What you are looking for"), required=False, widget=forms.CheckboxSelectMultiple
    )
    kind = forms.MultipleChoiceField(
        label=_("What you would like to do"), required=False, widget=forms.CheckboxSelectMultiple
    )
    with_ = forms.MultipleChoiceField(
        label=_("Conditions"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(code, label) for code, (label, _narrow) in CONDITIONS.items()],
    )
    stay = forms.ChoiceField(label=_("How long"), required=False, choices=[("", _("either")), *STAYS])
    prefecture = forms.ChoiceField(label=_("Prefecture"), required=False)
    compensation = forms.ChoiceField(
        label=_("Money"), required=False, choices=[("", _("either")), *Compensation.choices]
    )
    date_from = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    date_to = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    postal = forms.CharField(label=_("Postal code of your home"), required=False, max_length=12)
    home = forms.ChoiceField(label=_("Which municipality"), required=False, widget=forms.RadioSelect)
    within = forms.ChoiceField(label=_("How far"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.origin: Municipality | None = None
        self.asks_which = False
        fields: dict[str, Any] = self.fields
        fields["wish"].choices = [(node.kind.code, node.kind.label) for node in asset_kind_tree()]
        fields["kind"].choices = [(node.kind.code, node.kind.label) for node in work_kind_tree()]
        fields["within"].choices = [
            ("", _("anywhere")),
            *((str(each), within_label(each)) for each in NEARNESS),
        ]
        fields["prefecture"].choices = [
            ("", _("all prefectures")),
            *((each.code, each.label) for each in PREFECTURES),
        ]

    def clean_postal(self) -> str:
        """The code stays as it was typed; ``origin`` is the municipality it stands in."""
        typed: str = self.cleaned_data["postal"]
        if typed:
            try:
                found = municipalities_for_postal(typed)
            except Invalid as refusal:
                raise forms.ValidationError(str(refusal.message)) from refusal
            self._choose_home(found)
        return typed

    def _choose_home(self, found: list[Municipality]) -> None:
        """One municipality is taken; of several, the one that was chosen, else the question is asked."""
        fields: dict[str, Any] = self.fields
        fields["home"].choices = [(place.code, place.label) for place in found]
        self.asks_which = len(found) > 1
        chosen = self.data.get("home", "")
        self.origin = next((place for place in found if not self.asks_which or place.code == chosen), None)
        if self.origin is None:
            raise forms.ValidationError(
                gettext("This postal code lies in several municipalities. Which one is yours?")
            )

    def clean(self) -> dict[str, Any]:
        """A distance needs a home; days stand in their order."""
        answers: dict[str, Any] = super().clean() or {}
        if answers.get("within") and not answers.get("postal") and "postal" not in self.errors:
            self.add_error("postal", _("Please enter a postal code, so that we know from where."))
        first, last = answers.get("date_from"), answers.get("date_to")
        if first and last and last < first:
            self.add_error("date_to", _("This day is before the first one."))
        return answers

    def found(self, needs: QuerySet[Need]) -> QuerySet[Need]:
        """The needs that fit every answer given. Answers with a mistake are left out, and said to be."""
        prefecture = self._answers().get("prefecture")
        found = self.found_anywhere(needs)
        return found.filter(region__municipality__prefecture_code=prefecture) if prefecture else found

    def found_anywhere(self, needs: QuerySet[Need]) -> QuerySet[Need]:
        """The needs that fit every answer but the prefecture."""
        answers = self._answers()
        needs = self._by_kind(needs, answers)
        for condition in answers.get("with_", []):
            needs = CONDITIONS[condition][1](needs)
        if answers.get("stay"):
            needs = narrow.needs_by_nights(needs, overnight=answers["stay"] == "stay")
        if answers.get("compensation"):
            needs = needs.filter(compensation=answers["compensation"])
        if answers.get("date_from") or answers.get("date_to"):
            needs = narrow.needs_between(needs, first=answers.get("date_from"), last=answers.get("date_to"))
        return self._by_distance(needs, answers)

    def _answers(self) -> dict[str, Any]:
        self.is_valid()
        return self.cleaned_data

    def _by_kind(self, needs: QuerySet[Need], answers: dict[str, Any]) -> QuerySet[Need]:
        if answers.get("kind"):
            needs = narrow.needs_of_work(needs, answers["kind"])
        if answers.get("wish"):
            needs = narrow.needs_in_return_for(needs, answers["wish"])
        return needs

    def _by_distance(self, needs: QuerySet[Need], answers: dict[str, Any]) -> QuerySet[Need]:
        if self.origin is None or not answers.get("within"):
            return needs
        mode = TravelMode.PUBLIC if "no_car" in answers.get("with_", []) else TravelMode.CAR
        return needs_within(needs, self.origin, limit_minutes=int(answers["within"]), mode=mode)
