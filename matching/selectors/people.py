"""The people of a party."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from accounts.models import User, Volunteer


def people_of_party(party: Volunteer) -> QuerySet[User]:
    """The representative and the members who joined, the representative first. One query."""
    who = Q(pk=party.representative_id) | Q(memberships__volunteer=party)
    return User.objects.filter(who, is_active=True).distinct().order_by("pk")
