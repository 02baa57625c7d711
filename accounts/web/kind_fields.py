"""Choosing words of a vocabulary: roots as chips, what is below them folded away, and one line more for each chosen word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models.vocabulary import VocabularyEntry
from accounts.selectors.vocabulary import KindNode


@dataclass(frozen=True, slots=True)
class Chip:
    """One word to choose, in the field ``name``."""

    code: str
    label: str
    is_chosen: bool
    name: str = "codes"


@dataclass(frozen=True, slots=True)
class Branch:
    """A root with everything below it. Open where something below is chosen, so that nothing chosen is hidden."""

    root: Chip
    below: list[Chip]

    @property
    def is_open(self) -> bool:
        return any(chip.is_chosen for chip in self.below)


class ChooseForm(forms.Form):
    """Words of a tree or of a plain list. A word that is retired stays for who has it already."""

    codes = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def offer(self, nodes: Iterable[KindNode], held: Iterable[VocabularyEntry]) -> None:
        """Offer a tree, and what is held already."""
        held = list(held)
        used = list(nodes)
        known = {code for node in used for code, _label in words_of(node)}
        used += [KindNode(kind=word, children=()) for word in held if word.code not in known]  # type: ignore[arg-type]  # a label and a code
        self.nodes = used
        fields: dict[str, Any] = self.fields
        fields["codes"].choices = [pair for node in used for pair in words_of(node)]
        self.initial["codes"] = [word.code for word in held]

    @property
    def branches(self) -> list[Branch]:
        """What stands on the page, with what is chosen."""
        chosen = set(self["codes"].value() or [])
        return [branch_of(node, chosen) for node in self.nodes]


def words_of(node: KindNode) -> Iterator[tuple[str, str]]:
    """Code and label of a kind and of all kinds under it, as choices."""
    yield node.kind.code, node.kind.label
    for child in node.children:
        yield from words_of(child)


def branch_of(node: KindNode, chosen: set[str], *, name: str = "codes") -> Branch:
    """A tree as the page shows it; ``name``: the field its chips belong to."""
    (root, *below) = (Chip(code, label, code in chosen, name) for code, label in words_of(node))
    return Branch(root, below)


class LineForm(forms.Form):
    """One or two short questions about each of several words: fields are named after the word's place."""

    def ask(self, number: int, name: str, field: forms.Field, initial: Any) -> None:
        """Add the question ``name`` about the word in place ``number``."""
        self.fields[f"{name}_{number}"] = field
        self.initial[f"{name}_{number}"] = initial

    def told(self, number: int, name: str) -> Any:
        """The answer to a question that was asked."""
        return self.cleaned_data[f"{name}_{number}"]


def people_field(size: int) -> forms.IntegerField:
    """How many of a group."""
    return forms.IntegerField(
        label=_("How many of you"),
        min_value=1,
        max_value=size,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "input input--num"}),
    )
