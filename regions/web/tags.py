"""What every template may ask about communities."""

from __future__ import annotations

from django import template

from accounts.policies import Actor
from regions import policies

register = template.Library()


@register.filter
def has_communities(user: Actor) -> bool:
    """See ``policies.has_communities``."""
    return policies.has_communities(user)
