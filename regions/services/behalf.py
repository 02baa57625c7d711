"""For whom an entry is made: every act for a community that it does not do itself says so in the audit."""

from __future__ import annotations

from accounts.models import User
from accounts.policies import is_system
from regions.models import Region
from regions.policies import represents_region


def behalf_of(actor: User, region: Region, named: str = "") -> str:
    """As named, else the community where an officer, a guide or an administrator enters it; empty for itself.

    The worker acts for nobody. Two queries at most.
    """
    if named.strip():
        return named.strip()
    return "" if is_system(actor) or represents_region(actor, region) else region.name
