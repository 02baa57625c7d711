"""Who may print what. Each verb authorises, gathers the facts and answers with a PDF; always in Japanese."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.errors import NotFound
from accounts.models import User
from matching import policies
from matching.models import Match
from matching.paper.press import pdf
from matching.selectors import letters
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


def _circular(gather: Any, about: Any, *, title: str, number: str) -> Paper:
    with override("ja"):
        values = gather(about)
    if not values["letters"]:
        raise _unknown()
    return Paper(f"回覧-{number}.pdf", pdf("circular", values | {"heading": f"回覧　{title}"}))


def _unknown() -> NotFound:
    return NotFound("paper_unknown", _("There is nothing to print here."))
