"""A side does not want to be matched with the other any more."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed
from accounts.locks import lock_party
from accounts.models import User
from accounts.services.audit import record
from accounts.services.rescoring import party_changed
from matching import policies
from matching.enums import Role, Side
from matching.models import Block, Match


@transaction.atomic
def block_other_side(*, match: Match, actor: User, side: Side | None = None, note: str = "") -> Block:
    """The side ``actor`` speaks for (``side`` where it is both) blocks the other side of ``match`` for good.

    No new match of the two begins and none is approved; one that is already asked or promised ends by its own acts.
    Locks the party; owes its rescoring; writes an audit row. Blocking twice leaves the first block as it is.

    Raises:
        NotAllowed("role_may_not"): actor speaks for neither side, or not for that one.
    """
    blocking = _side_of(match, actor, side)
    party = lock_party(match.volunteer_id)
    block, is_new = Block.objects.get_or_create(
        volunteer=party,
        region_id=match.need.region_id,
        side=blocking,
        defaults={"made_by": actor, "note": note[:300]},
    )
    if is_new:
        record(actor=actor, action="block.make", target=match, label="", details={"side": blocking})
        party_changed(party)
    return block


def _side_of(match: Match, actor: User, wanted: Side | None) -> Side:
    held = [Side(role.value) for role in (Role.PARTY, Role.REGION) if role in policies.roles_on(actor, match)]
    if not held or (wanted is not None and wanted not in held):
        raise NotAllowed("role_may_not", _("Only one of the two sides can do this, for itself."))
    return wanted or held[0]
