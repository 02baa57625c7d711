"""Who may print what. Each verb authorises, gathers the facts and answers with a PDF; always in Japanese."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.errors import Conflict, NotFound
from accounts.models import User
from matching import policies
from matching.models import Match
from matching.paper.press import pdf
from matching.selectors import letters
from matching.selectors.cards import card_values
from matching.selectors.matches import match_shown
from matching.selectors.receipts import receipt_values
from matching.services.disclosure import reveal
from matching.services.rosters import roster
from regions.enums import NeedStage
from regions.models import Need, Region
from regions.policies import can_post_for


@dataclass(frozen=True, slots=True)
class Paper:
    """A PDF and what it is to be called."""

    name: str
    content: bytes


def print_need_circular(*, actor: User, need: Need) -> Paper:
    """The circular of an open need.

    Raises:
        NotFound("paper_unknown"): the need is not open, or is not the actor's to print.
    """
    if need.stage != NeedStage.OPEN or not can_post_for(actor, need.region):
        raise _unknown()
    return _circular(letters.letter_of_need, need, title=need.title, number=need.public_id)


def print_match_circular(*, actor: User, match: Match) -> Paper:
    """The circular of people who want to come or who come, with the slip that says what the community answers.

    Raises:
        NotFound("paper_unknown"): no guide has approved it yet, it is over, or it is not the actor's to print.
    """
    if not policies.can_print_circular(policies.roles_on(actor, match), match):
        raise _unknown()
    return _circular(letters.letter_of_match, match, title=match.need.title, number=match.public_id)


def print_region_circulars(*, actor: User, region: Region) -> Paper:
    """Every open circular of a community as one PDF, a page each.

    Raises:
        NotFound("paper_unknown"): there is none, or the community is not the actor's to print for.
    """
    if not can_post_for(actor, region):
        raise _unknown()
    return _circular(letters.letters_of_region, region, title=region.name, number=region.public_id)


def print_receipt(*, actor: User, need: Need) -> Paper:
    """What was taken down of a need, for who rang.

    Raises:
        NotFound("paper_unknown"): the need is closed, or is not the actor's to print.
    """
    if need.stage == NeedStage.CLOSED or not can_post_for(actor, need.region):
        raise _unknown()
    with override("ja"):
        values = receipt_values(need)
    return Paper(f"控え-{need.public_id}.pdf", pdf("receipt", values))


def print_card(*, actor: User, need: Need) -> Paper:
    """The emergency card of a need, with a line to write on for each fact that is not known.

    Raises:
        NotFound("paper_unknown"): the actor neither acts nor guides for the community, nor has promised to come.
    """
    if not policies.can_read_card(actor, need):
        raise _unknown()
    with override("ja"):
        values = card_values(need)
    return Paper(f"緊急時カード-{need.public_id}.pdf", pdf("card", values))


def print_roster(*, actor: User, match: Match) -> Paper:
    """Who comes on the day, with telephone numbers; ``reveal`` puts on record what is shown to whom.

    Raises:
        NotFound("match_unknown" | "paper_unknown"): the actor neither speaks nor guides for the community.
        Conflict("no_roster_now"): before the promise, or when the day is over.
    """
    roles = policies.roles_on(actor, match)
    if not roles & policies.ON_THE_DAY:
        raise _unknown()
    shown = match_shown(match)
    if not policies.can_print_roster(roles, shown):
        message = _("The roster can be printed from the promise to the day, and not afterwards.")
        raise Conflict("no_roster_now", message)
    contacts = reveal(match=shown, viewer=actor)
    with override("ja"):
        values = roster(shown, contacts, printed_by=actor.name)
    return Paper(f"当日名簿-{match.public_id}.pdf", pdf("roster", values))


def _circular(gather: Any, about: Any, *, title: str, number: str) -> Paper:
    with override("ja"):
        values = gather(about)
    if not values["letters"]:
        raise _unknown()
    return Paper(f"回覧-{number}.pdf", pdf("circular", values | {"heading": f"回覧　{title}"}))


def _unknown() -> NotFound:
    return NotFound("paper_unknown", _("There is nothing to print here."))
