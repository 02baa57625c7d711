"""The questions people search needs by, asked in one form whose answers stand in the address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.errors import Invalid
from accounts.models import Municipality
from accounts.selectors.places import municipalities_for_postal
from accounts.selectors.vocabulary import asset_kind_tree, work_kind_tree
from accounts.web.dates import day
from accounts.web.prefectures import PREFECTURES
from matching.selectors.reach import NEARNESS, within_label
from matching.selectors.search import CONDITIONS, needs_found_anywhere, needs_in_prefecture
from regions.enums import Compensation
from regions.models import Need

STAYS = [("day", _("day trip")), ("stay", _("overnight"))]


DAYS = ("date_from", "date_to")


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
        answers["home"] = self.origin.pk if self.origin is not None else ""
        first, last = answers.get("date_from"), answers.get("date_to")
        if first and last and last < first:
            self.add_error("date_to", _("This day is before the first one."))
        return answers

    def found_anywhere(self, needs: QuerySet[Need]) -> QuerySet[Need]:
        """The needs that fit every answer but the prefecture. Answers with a mistake are left out, and said to be."""
        return needs_found_anywhere(needs, self._answers())

    def in_prefecture(self, needs: QuerySet[Need]) -> QuerySet[Need]:
        """Those that stand in the prefecture that was asked for. No query."""
        return needs_in_prefecture(needs, self._answers())

    def stated(self) -> dict[str, Any]:
        """The answers that were given, as a watch keeps them."""
        answers = {name: value for name, value in self._answers().items() if value}
        return {
            name: value.isoformat() if isinstance(value, date) else value for name, value in answers.items()
        }

    def words_of(self, answers: Mapping[str, Any]) -> str:
        """Answers as a watch keeps them, in the words of the page. No query beyond those of the form."""
        asked = [
            name for name in self.fields if name in answers and name != "home"
        ]  # the database keeps no order of names
        return str(_(", ")).join(word for name in asked for word in self._words(name, answers[name]))

    def _words(self, name: str, value: Any) -> list[str]:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            labels: dict[str, Any] = {str(code): label for code, label in cast("Any", field).choices}
            return [
                str(labels.get(str(code), code)) for code in (value if isinstance(value, list) else [value])
            ]
        return [f"{field.label}: {day(date.fromisoformat(value)) if name in DAYS else value}"]

    def _answers(self) -> dict[str, Any]:
        self.is_valid()
        return self.cleaned_data
