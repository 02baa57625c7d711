"""What keeps people from a need in words, what would bring more, and a sentence to say to its community."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from matching.engine import ReasonCode
from matching.models import NeedDiagnosis
from matching.selectors.change_words import ChangeWords
from matching.selectors.reasons import barrier_sentence

RULES_SHOWN = 3
ASKS: Mapping[str, Any] = {
    ReasonCode.EMPLOYMENT: _(
        "Would it also be possible as help without pay, or shall we only pass on the link?"
    ),
    ReasonCode.GROUP_NOT_ACCEPTED: _("Could you also receive a group?"),
    ReasonCode.BEGINNER_NOT_ACCEPTED: _("Could beginners come too, if somebody shows them how?"),
    ReasonCode.AGE: _("Could younger people come too, for part of the work?"),
    ReasonCode.MINORS: _("Could families bring their children, if there is a safe place for them?"),
    ReasonCode.LOAD: _("Is there a lighter part of the work that could be asked for on its own?"),
    ReasonCode.NO_WORK_FIT: _("Is there other work that day for people who cannot do this kind?"),
    ReasonCode.OFFER_NOT_PERMITTED: _(
        "How far has the permission for what you offer come, and whom may we ask?"
    ),
    ReasonCode.NO_WISH_FIT: _("Is there anything else you could offer in return, a meal or a walk, say?"),
    ReasonCode.TOO_SOON: _("Could it also be a few weeks later? People need ten days before."),
    ReasonCode.NO_COMMON_DATE: _("Could it also be on another day, a Saturday morning, say?"),
    ReasonCode.NO_LOCAL_HANDS: _("Could somebody of the community work alongside?"),
    ReasonCode.NO_ROUTE: _("Could somebody fetch people from the station or the bus stop?"),
    ReasonCode.TRAVEL_TOO_FAR: _("Could it begin later, or could people stay for a night?"),
    ReasonCode.PLACES_SHORT: _("Could a few more people come?"),
    ReasonCode.FIRST_VISIT_MAX: _("Could you receive a few more people on a first visit?"),
    ReasonCode.QUALIFICATION: _("Could people without the qualification do another part of the work?"),
}
"""What a guide may ask the community, by the rule of the change that brings most. One for each that can be changed."""


@dataclass(frozen=True, slots=True)
class Cost:
    """A rule in words, how many it keeps away, and how many it alone keeps away."""

    text: str
    failed: int
    only: int


@dataclass(frozen=True, slots=True)
class Advice:
    """A diagnosis as the pages show it."""

    row: NeedDiagnosis
    words: ChangeWords

    @property
    def costs(self) -> list[Cost]:
        """The rules that cost most."""
        known = [(barrier_sentence(rule["code"]), rule) for rule in self.row.rules]
        return [Cost(text, rule["failed"], rule["only"]) for text, rule in known if text][:RULES_SHOWN]

    @property
    def changes(self) -> list[str]:
        """What would bring more, each alone, best first: sentences with numbers."""
        return [sentence for _change, sentence in self._said]

    @property
    def ask(self) -> str:
        """The sentence to say to the community about the first of ``changes``; empty where there is nothing to ask it for."""
        return str(ASKS.get(self._said[0][0]["code"], "")) if self._said else ""

    @property
    def brings(self) -> int:
        """How many more could be asked by the first of ``changes``; 0 where there is none."""
        return int(self._said[0][0]["brings"]) if self._said else 0

    @property
    def _said(self) -> list[tuple[Mapping[str, Any], str]]:
        """The changes for which there are words, with them; a rule may be gone since."""
        said = [(change, self.words.sentence(change)) for change in self.row.changes]
        return [(change, sentence) for change, sentence in said if sentence]


def advice_of(rows: Iterable[NeedDiagnosis]) -> list[Advice]:
    """Diagnoses in words, in their order. Three queries at most beside those of the rows."""
    found = list(rows)
    words = ChangeWords.of(found)
    return [Advice(row, words) for row in found]
