"""Entering something for somebody: a guide states for which side and on whose behalf."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.errors import Invalid
from matching.enums import Role, Side


def require_side(side: Side | None, on_behalf_of: str) -> Role | None:
    """The role an entry is made in: GUIDE when it is made for a side, else whatever the actor is.

    Raises:
        Invalid("on_behalf_needed"): an entry for somebody names for whom.
    """
    if side is None:
        return None
    if not on_behalf_of:
        message = _("Please state on whose behalf you enter this.")
        raise Invalid("on_behalf_needed", message, fields={"on_behalf_of": [message]})
    return Role.GUIDE
