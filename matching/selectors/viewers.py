"""In which roles one person looks at many matches: ``policies.roles_on`` for a whole page, in four queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from accounts.models import Guide, User, Volunteer
from accounts.policies import is_admin, is_guide
from matching.enums import DISCLOSED, MatchState, Role, Side
from matching.models import Match
from matching.transitions import Move, moves_from
from regions.models import Region
from regions.policies import guide_regions, proxy_label, represented_regions

OVERSEEING = frozenset({Role.GUIDE, Role.ADMIN, Role.SYSTEM})
FOLLOWING = frozenset({"open_meeting", "lapse", "propose", "escalate", "drop_date", "move_date"})
"""Moves that follow from facts or time: nobody makes them by hand."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, for which of the communities at hand this person speaks and guides."""

    user: User
    guide_id: int | None
    represented: frozenset[int]
    guided: frozenset[int]

    def roles_on(self, match: Match) -> frozenset[Role]:
        """Twin of ``policies.roles_on``; no query on a match that came with need and participant."""
        if not self.user.is_active:
            return frozenset()
        region_id = match.need.region_id
        held = {
            Role.SYSTEM: self.user.is_system,
            Role.PARTY: match.volunteer.representative_id == self.user.pk,
            Role.REGION: region_id in self.represented,
            Role.GUIDE: region_id in self.guided
            or (self.guide_id is not None and match.guide_id == self.guide_id),
            Role.ADMIN: is_admin(self.user),
        }
        return frozenset(role for role, is_held in held.items() if is_held)

    def is_trusted_with(self, party: Volunteer, region: Region) -> bool:
        """Whether this person may read of kept and broken promises of the two: the participant, guides, administrators."""
        is_own = party.representative_id == self.user.pk
        return is_own or region.pk in self.guided or is_admin(self.user) or self.user.is_system

    def knows_all_of(self, region: Region) -> bool:
        """Twin of ``regions.policies.can_post_for`` for the communities at hand. No query."""
        return region.pk in self.represented or region.pk in self.guided or is_admin(self.user)

    def oversees(self, match: Match) -> bool:
        """Whether this person sees the whole match: its guides, administrators, the system."""
        return bool(self.roles_on(match) & OVERSEEING)

    def sides_on(self, match: Match) -> frozenset[Side]:
        """The sides this person speaks for."""
        return frozenset(Side(role.value) for role in self.roles_on(match) if role.value in Side.values)

    def knows_party(self, match: Match) -> bool:
        """Whether the participant may be named: to itself, to who oversees, from the meeting on to the other side."""
        return self.oversees(match) or Side.PARTY in self.sides_on(match) or has_met(match)

    def knows_region(self, match: Match) -> bool:
        """Whether the community may be named beyond its public label."""
        return self.oversees(match) or Side.REGION in self.sides_on(match) or has_met(match)

    def moves_on(self, match: Match) -> list[str]:
        """Names of the moves this person may try now, in the order of the table. Guards are asked when it is tried."""
        rows: dict[str, Move] = {}
        for role in self.roles_on(match) - {Role.SYSTEM}:
            rows |= {row.name: row for row in moves_from(MatchState(match.state), role)}
        return sorted(set(rows) - FOLLOWING)


def has_met(match: Match) -> bool:
    """Whether both sides stand face to face: from the meeting on, until it ends otherwise."""
    return match.state == MatchState.MEETING or match.state in DISCLOSED


def viewer_of(user: User, matches: Iterable[Match]) -> Viewer:
    """The viewer of these matches. Four queries at most, whatever their number."""
    at_hand = {match.need.region_id for match in matches}
    return viewer_in(user, at_hand)


def party_viewer(user: User) -> Viewer:
    """Somebody on the page of an own party: as the participant alone, whatever else they are. No query."""
    return Viewer(user=user, guide_id=None, represented=frozenset(), guided=frozenset())


def viewer_in(user: User, region_ids: Iterable[int]) -> Viewer:
    """The viewer of anything in these communities. One query for who is known to be no guide, else four."""
    at_hand = set(region_ids)
    desk = Guide.objects.filter(user=user) if is_guide(user) else Guide.objects.none()
    return Viewer(
        user=user,
        guide_id=desk.values_list("pk", flat=True).first(),
        represented=frozenset(represented_regions(user).filter(pk__in=at_hand).values_list("pk", flat=True)),
        guided=frozenset(guide_regions(user).filter(pk__in=at_hand).values_list("pk", flat=True)),
    )


def entered_for(user: User, region: Region, *, stated: str = "", as_party: bool = False) -> str:
    """On whose behalf an entry is marked: as stated, else by the office of a municipal officer. Two queries at most."""
    if stated or as_party or not represented_regions(user).filter(pk=region.pk).exists():
        return stated
    return proxy_label(user, region)
