"""What becomes of the matches of a guide who was dismissed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts.errors import Conflict
from accounts.models import Guide, User
from matching.enums import LIVE
from matching.models import Match
from matching.services.matches import apply_move
from matching.services.steps import Step
from regions.selectors.reviewers import reviewers_for


def hand_over_matches(*, guide_id: int, now: datetime) -> None:
    """Every live match of a dismissed guide goes to who may review for its community; where nobody may, to nobody: then
    the administrators are told. Ended matches keep the guide's name. Each in its own transaction, with the locks of a move;
    again, or where the guide was appointed again meanwhile and covers the community: no change.
    """
    live = Match.objects.filter(guide=guide_id, state__in=sorted(LIVE)).order_by("pk")
    for match_id in live.values_list("pk", flat=True):
        _hand_over(match_id, guide_id=guide_id, now=now)


def _hand_over(match_id: int, *, guide_id: int, now: datetime) -> None:
    system = User.objects.system()
    try:
        apply_move(
            match_id=match_id,
            move="assign",
            actor=system,
            now=now,
            work=lambda step: _take_over(step, guide_id),
        )
    except Conflict:
        return  # it ended, or somebody took charge, since it was listed


def _take_over(step: Step, guide_id: int) -> Mapping[str, Any]:
    """The colleague with the fewest live matches in hand, or nobody."""
    desk = reviewers_for(step.match.need)
    if step.match.guide_id != guide_id or guide_id in {guide.pk for guide in desk}:
        raise Conflict("guide_moved_on")
    step.match.guide = min(desk, key=_in_hand, default=None)
    return {"guide": step.match.guide}


def _in_hand(guide: Guide) -> tuple[int, int]:
    return guide.matches.filter(state__in=sorted(LIVE)).count(), guide.pk
