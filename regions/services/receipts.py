"""What a community is told when its need has been taken in: that a guide will come, or that one is looked for."""

from __future__ import annotations

from accounts.models import User
from accounts.selectors.users import administrators
from accounts.services.notifications import notify
from regions.models import Need
from regions.policies import is_covered, public_label
from regions.selectors.regions import speakers_for


def tell_received(need: Need) -> None:
    """Owe who speaks for the community a receipt; where nobody reviews, as ``tell_uncovered``. In a transaction."""
    if not is_covered(need.region):
        tell_uncovered(need)
        return
    for user in speakers_for(need.region):
        _tell(user, "need_received", need)


def tell_uncovered(need: Need) -> None:
    """Owe the community, the poster and the administrators word that nobody reviews there; once each and need."""
    community = {user.pk: user for user in [need.posted_by, *speakers_for(need.region)]}
    for user in community.values():
        _tell(user, "need_uncovered", need)
    for admin in administrators():
        _tell(admin, "need_uncovered_admin", need)


def _tell(user: User, kind: str, need: Need) -> None:
    context = {"need": need.title, "region": public_label(need.region)}
    notify(user=user, kind=kind, key=f"{kind}:{need.public_id}:{user.public_id}", context=context)
