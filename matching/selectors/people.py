"""The people of a party."""

from __future__ import annotations

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from accounts.models import User, Volunteer


def people_of_party(party: Volunteer) -> QuerySet[User]:
    """The representative and the members who joined, the representative first. One query."""
    who = Q(pk=party.representative_id) | Q(memberships__volunteer=party)
    after = Case(
        When(pk=party.representative_id, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    return User.objects.filter(who, is_active=True).alias(after=after).order_by("after", "pk").distinct()
