"""What is proposed, changed by the guide before anybody is asked: how many come, and what is promised in return."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.errors import Invalid
from accounts.models import User
from matching.enums import Origin
from matching.locks import named_people
from matching.models import Match, MatchEvent
from matching.services.matches import apply_move
from matching.services.proposals import proposed_people, room_for
from matching.services.relations import knows
from matching.services.steps import Step, Words

PROMISE_MAX = 2000


def change_terms(
    *,
    match_id: int,
    actor: User,
    people: int | None = None,
    promise: str | None = None,
    note: str = "",
    now: datetime | None = None,
) -> Match:
    """Change how many people are proposed, or how the promise is worded; None leaves it. The event keeps before and after.

    Locks as every move and counts the free places again. Nobody is told. A side that asked first with a number reads the
    new one on its page; where it is another than it asked for, approval asks that side like the other, and its own word does not
    count as given (see ``asked_for_as_many``). Explanation and score stay those of the proposal.

    Raises:
        NotAllowed("role_may_not"), Conflict("match_not_proposed"),
        Invalid("terms_unchanged"): neither is other than it was.
        Invalid("people_out_of_range"), Conflict("places_short"): as for a new proposal.
        Invalid("too_many_people"): more are named than would come.
        Invalid("promise_needed"): nothing instead of what was promised.
    """
    wanted = {"people": people, "promise": None if promise is None else _worded(promise)}
    return apply_move(
        match_id=match_id, move="change_terms", actor=actor, now=now, words=Words(note=note),
        work=lambda step: _changed(step, wanted),
    )  # fmt: skip


def _worded(promise: str) -> str:
    """As it is stored: a browser ends lines otherwise."""
    return promise.replace("\r\n", "\n").strip()[:PROMISE_MAX]


def _changed(step: Step, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    match = step.match
    new = {name: to for name, to in wanted.items() if to is not None and to != getattr(match, name)}
    if not new:
        raise Invalid(
            "terms_unchanged", _("This is how it stands already. Please change a number or a word.")
        )
    if "people" in new:
        _require_as_many(match, new["people"])
    if "promise" in new and not new["promise"]:
        message = _("Please state what is promised in return.")
        raise Invalid("promise_needed", message, fields={"promise": [message]})
    changes = {name: {"before": getattr(match, name), "after": to} for name, to in new.items()}
    step.words = replace(step.words, data=changes)
    return new


def _require_as_many(match: Match, people: int) -> None:
    """As many fit the party, the dates and a first visit, and no fewer than are named. Under the lock of the need."""
    slots = list(match.slots.filter(cancelled_at=None))
    room = room_for(slots, match.volunteer, Origin(match.origin))
    is_first = not knows(match.volunteer, match.need)
    proposed_people(match.need, match.volunteer, room, is_first_visit=is_first, wanted=people)
    if len(named_people(match.pk)) > people:
        message = _("More people are named than would come. Please name fewer people first.")
        raise Invalid("too_many_people", message, fields={"people": [message]})


def asked_for_as_many(match: Match) -> bool:
    """Whether who asked first asked for the number of people that is proposed now. One query."""
    changes = MatchEvent.objects.filter(match=match, move="change_terms", data__has_key="people")
    first = changes.order_by("seq").values_list("data", flat=True).first()
    return first is None or bool(first["people"]["before"] == match.people)
