"""What an act on the page of a match is: one address, one form, one service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from matching.models import Match
from matching.selectors.viewers import entered_for
from matching.web.match_forms import MatchForm

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Act:
    """One act. ``move`` is its row in the table, which says whether it may be tried now.

    ``hint`` is read before it is done.
    """

    move: str
    title: Any
    button: Any
    done: Any
    form: type[MatchForm]
    service: Callable[..., Match]
    hint: Any = ""

    def do(self, match: Match, actor: User, values: Values) -> Match:
        """Call the service with the answers of the form."""
        return self.service(match_id=match.pk, actor=actor, **values)


class SideAct(Act):
    """An act of a side; what an officer of the municipality enters is marked with the office."""

    __slots__ = ()

    def do(self, match: Match, actor: User, values: Values) -> Match:
        """The service, told on whose behalf it is entered."""
        is_party = match.volunteer.representative_id == actor.pk
        entered = entered_for(actor, match.need.region, as_party=is_party)
        return self.service(match_id=match.pk, actor=actor, on_behalf_of=entered, **values)


Acts = dict[str, Act]
"""Acts by their path, in the order of the page."""
