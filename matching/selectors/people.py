"""The people of a party."""

from __future__ import annotations

from django.db.models import Case, IntegerField, QuerySet, Value, When

from accounts.models import Membership, User, Volunteer


def people_of_party(party: Volunteer) -> QuerySet[User]:
    """The representative and the members who joined, the representative first. One query."""
    representative = Volunteer.objects.filter(pk=party.pk).values("representative")
    who = representative.union(Membership.objects.filter(volunteer=party).values("user"))
    after = Case(
        When(pk=party.representative_id, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    return User.objects.filter(pk__in=who, is_active=True).alias(after=after).order_by("after", "pk")
