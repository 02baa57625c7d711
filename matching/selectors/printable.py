"""What can be printed for a community, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import User
from matching.enums import Role
from matching.models import Match
from matching.policies import can_carry_card, can_print_circular, can_print_roster
from matching.selectors.letters import matches_on_paper
from matching.selectors.matches import with_details
from matching.selectors.sights import MatchSight
from matching.selectors.viewers import viewer_of
from regions.enums import NeedStage
from regions.models import Need, Region

SHOWN = 60


@dataclass(frozen=True, slots=True)
class MatchSheets:
    """A match, and which of its sheets this person may print now."""

    sight: MatchSight

    @property
    def circular(self) -> bool:
        return can_print_circular(self._roles, self.sight.match)

    @property
    def roster(self) -> bool:
        return can_print_roster(self._roles, self.sight.match)

    @property
    def card(self) -> bool:
        return self.circular or can_carry_card(self._roles, self.sight.match)

    @property
    def of_region(self) -> bool:
        """Whether all paper of the community is this person's to see: not for who is only in charge of this match."""
        return self.circular and self.sight.viewer.knows_all_of(self.sight.match.need.region)

    @property
    def any(self) -> bool:
        """Whether there is anything to print of it."""
        return self.circular or self.roster or self.card

    @property
    def _roles(self) -> frozenset[Role]:
        return self.sight.viewer.roles_on(self.sight.match)


@dataclass(frozen=True, slots=True)
class Printable:
    """The needs and matches of a community that have sheets."""

    needs: Sequence[Need]
    matches: Sequence[MatchSheets]

    @property
    def circulars(self) -> int:
        """How many circulars are open now."""
        open_needs = [need for need in self.needs if need.stage == NeedStage.OPEN]
        return len(open_needs) + sum(sheets.circular for sheets in self.matches)


def printable_of(region: Region, actor: User) -> Printable:
    """What ``actor`` may print for a community: needs that are not closed, matches that go on. Some eight queries."""
    needs = Need.objects.filter(region=region).exclude(stage=NeedStage.CLOSED).order_by("-changed_at", "-pk")
    found: list[Match] = list(with_details(matches_on_paper(region)))
    viewer = viewer_of(actor, found)
    return Printable(list(needs[:SHOWN]), [MatchSheets(MatchSight(match, viewer)) for match in found])
