"""What a party can do, looks for and holds: first which words, then a line about each. Other answers about them stay."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from accounts.enums import GROUP_KINDS, AbilityLevel
from accounts.models import Qualification, User, Volunteer
from accounts.models.vocabulary import VocabularyEntry
from accounts.selectors.vocabulary import KindNode, asset_kind_tree, work_kind_tree
from accounts.services.inputs import AbilityInput, HeldInput, WishInput
from accounts.services.party_profile import set_abilities, set_qualifications, set_wishes
from accounts.web.kind_fields import ChooseForm, LineForm, people_field

WEIGHTS = [(1, _("nice to have")), (2, _("important")), (3, _("the main thing"))]


class PartyChoose(ChooseForm):
    """Which words. ``save`` replaces the list, keeping what was said about the words that stay."""

    def __init__(self, *args: Any, party: Volunteer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.party = party
        self.offer(self.words(), self.held())

    def words(self) -> Iterable[KindNode]:
        """What is offered."""
        raise NotImplementedError

    def held(self) -> list[VocabularyEntry]:
        """What the party has."""
        raise NotImplementedError

    def save(self, actor: User) -> Volunteer:
        """Call the service."""
        raise NotImplementedError


class PartyLines(LineForm):
    """A line about each word that the party has."""

    def __init__(self, *args: Any, party: Volunteer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.party = party
        self.is_group = party.kind in GROUP_KINDS
        self.prepare()

    def prepare(self) -> None:
        """Ask about each word."""

    def words(self) -> list[VocabularyEntry]:
        """The words, in the order of their places."""
        raise NotImplementedError

    @property
    def lines(self) -> list[tuple[str, list[BoundField]]]:
        """Each word with its questions."""
        asked = [(word.label, f"_{number}") for number, word in enumerate(self.words())]
        return [(label, [self[name] for name in self.fields if name.endswith(end)]) for label, end in asked]

    def people(self, number: int, known: int) -> int:
        """How many of the party, where a group was asked."""
        return int(self.told(number, "people")) if self.is_group else known


class AbilitiesForm(PartyChoose):
    """Kinds of work. A new one begins at «no experience, willing»."""

    def words(self) -> Iterable[KindNode]:
        return work_kind_tree()

    def held(self) -> list[VocabularyEntry]:
        return [row.work_kind for row in self.party.abilities.all()]

    def save(self, actor: User) -> Volunteer:
        known = {row.work_kind.code: row for row in self.party.abilities.all()}
        new = AbilityInput(code="", level=AbilityLevel.WILLING)
        chosen = [
            AbilityInput(code=code, level=row.level, people=row.people)
            if (row := known.get(code, new)) is not new
            else AbilityInput(code=code, level=new.level)
            for code in self.cleaned_data["codes"]
        ]
        return set_abilities(actor=actor, party=self.party, abilities=chosen)


class LevelsForm(PartyLines):
    """How well, and how many of a group."""

    def words(self) -> list[VocabularyEntry]:
        return [row.work_kind for row in self.party.abilities.all()]

    def prepare(self) -> None:
        for number, row in enumerate(self.party.abilities.all()):
            field = forms.ChoiceField(
                label=_("How well"), choices=AbilityLevel.choices, widget=forms.RadioSelect
            )
            self.ask(number, "level", field, row.level)
            if self.is_group:
                self.ask(number, "people", people_field(self.party.size), row.people)

    def save(self, actor: User) -> Volunteer:
        rows = [
            AbilityInput(
                code=row.work_kind.code,
                level=self.told(number, "level"),
                people=self.people(number, row.people),
            )
            for number, row in enumerate(self.party.abilities.all())
        ]
        return set_abilities(actor=actor, party=self.party, abilities=rows)


class WishesForm(PartyChoose):
    """Kinds of assets that the party looks for."""

    def words(self) -> Iterable[KindNode]:
        return asset_kind_tree()

    def held(self) -> list[VocabularyEntry]:
        return [row.asset_kind for row in self.party.wishes.all()]

    def save(self, actor: User) -> Volunteer:
        known = {row.asset_kind.code: row.weight for row in self.party.wishes.all()}
        chosen = [WishInput(code=code, weight=known.get(code, 1)) for code in self.cleaned_data["codes"]]
        return set_wishes(actor=actor, party=self.party, wishes=chosen)


class WeightsForm(PartyLines):
    """How much each matters."""

    def words(self) -> list[VocabularyEntry]:
        return [row.asset_kind for row in self.party.wishes.all()]

    def prepare(self) -> None:
        for number, row in enumerate(self.party.wishes.all()):
            field = forms.TypedChoiceField(
                label=_("How much it matters"), choices=WEIGHTS, coerce=int, widget=forms.RadioSelect
            )
            self.ask(number, "weight", field, row.weight)

    def save(self, actor: User) -> Volunteer:
        rows = [
            WishInput(code=row.asset_kind.code, weight=self.told(number, "weight"))
            for number, row in enumerate(self.party.wishes.all())
        ]
        return set_wishes(actor=actor, party=self.party, wishes=rows)


class HeldForm(PartyChoose):
    """Which qualifications are held."""

    def words(self) -> Iterable[KindNode]:
        rows = Qualification.objects.filter(retired=False)
        return [KindNode(kind=row, children=()) for row in rows]  # type: ignore[arg-type]  # a label and a code

    def held(self) -> list[VocabularyEntry]:
        return [row.qualification for row in self.party.held_qualifications.all()]

    def save(self, actor: User) -> Volunteer:
        known = {row.qualification.code: row for row in self.party.held_qualifications.all()}
        chosen = [
            HeldInput(code=code, people=row.people, expires_on=row.expires_on)
            if (row := known.get(code)) is not None
            else HeldInput(code=code)
            for code in self.cleaned_data["codes"]
        ]
        return set_qualifications(actor=actor, party=self.party, qualifications=chosen)


class ExpiryForm(PartyLines):
    """Until when each is valid, and how many of a group hold it."""

    def words(self) -> list[VocabularyEntry]:
        return [row.qualification for row in self.party.held_qualifications.all()]

    def prepare(self) -> None:
        for number, row in enumerate(self.party.held_qualifications.all()):
            field = forms.DateField(
                label=_("Valid until"), required=False, help_text=_("Leave it empty if it does not expire."),
                widget=forms.DateInput(attrs={"type": "date", "class": "input input--short"}, format="%Y-%m-%d"),
            )  # fmt: skip
            self.ask(number, "expires", field, row.expires_on)
            if self.is_group:
                self.ask(number, "people", people_field(self.party.size), row.people)

    def save(self, actor: User) -> Volunteer:
        rows = [
            HeldInput(
                code=row.qualification.code,
                people=self.people(number, row.people),
                expires_on=self.told(number, "expires"),
            )
            for number, row in enumerate(self.party.held_qualifications.all())
        ]
        return set_qualifications(actor=actor, party=self.party, qualifications=rows)
