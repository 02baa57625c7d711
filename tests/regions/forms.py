"""Pages about a need, opened and filled in."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from accounts.models import User
from regions.models import Need, Region


def sent(client: Client, user: User, page: str, need: Need | Region, **answers: object):
    """A form of a page about a need (or, for a new one, of a community), sent."""
    client.force_login(user)
    where = [need.public_id] if isinstance(need, Region) else [need.region.public_id, need.public_id]
    act = [answers.pop("act")] if "act" in answers else []
    return client.post(reverse(page, args=[*where, *act]), answers)


def shown(client: Client, user: User, page: str, need: Need):
    """A page about a need, opened."""
    client.force_login(user)
    return client.get(reverse(page, args=[need.region.public_id, need.public_id]))
