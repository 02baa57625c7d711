"""Slips of circulars that came back: what a number on one belongs to, for who enters it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from accounts.models import User
from accounts.policies import is_guide
from accounts.selectors.folding import folded
from matching.enums import Role, Side
from matching.policies import matches_visible_to
from matching.selectors.guiding import sides_that_owe
from matching.selectors.sights import MatchSight, sight_of
from regions.models import Need
from regions.policies import guide_regions, represented_regions


@dataclass(frozen=True, slots=True)
class Slip:
    """What a number belongs to: a match whose community answers, or a need whose households tell their representative something."""

    sight: MatchSight | None = None
    need: Need | None = None

    @property
    def is_waited_for(self) -> bool:
        """Whether the community still owes the answer that such a slip gives."""
        return self.sight is not None and Side.REGION in sides_that_owe(self.sight.match)


def can_enter_slips(actor: User) -> bool:
    """Guides, and who acts for a community. Two queries at most."""
    return is_guide(actor) or represented_regions(actor).exists()


def slip_of(actor: User, number: str) -> Slip | None:
    """The match or the need of a number, however it was typed; None where ``actor`` neither guides nor acts for its community.

    Some fifteen queries.
    """
    public_id = "".join(letter for letter in folded(number) if letter.isalnum())
    match = matches_visible_to(actor).filter(public_id=public_id).first()
    if match is not None:
        sight = sight_of(match, actor)
        return Slip(sight=sight) if {Role.GUIDE, Role.REGION} & set(sight.roles) else None
    mine = Q(region__in=guide_regions(actor)) | Q(region__in=represented_regions(actor))
    need = Need.objects.filter(mine, public_id=public_id).select_related("region__municipality").first()
    return Slip(need=need) if need is not None else None
