"""Parties as screens and the API want them, in a fixed number of queries."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from accounts.models import Ability, HeldQualification, Membership, Volunteer, Wish
from accounts.policies import Actor, parties_visible_to


def with_details(parties: QuerySet[Volunteer]) -> QuerySet[Volunteer]:
    """Parties with home, representative, members and all that they can and wish. Seven queries."""
    return parties.select_related("home", "representative").prefetch_related(
        Prefetch("abilities", Ability.objects.select_related("work_kind").order_by("work_kind__position")),
        Prefetch(
            "wishes", Wish.objects.select_related("asset_kind").order_by("-weight", "asset_kind__position")
        ),
        Prefetch(
            "held_qualifications",
            HeldQualification.objects.select_related("qualification").order_by("qualification__position"),
        ),
        Prefetch("memberships", Membership.objects.select_related("user").order_by("joined_at", "pk")),
        "availabilities",
        "absences",
    )


def parties_for(actor: Actor) -> QuerySet[Volunteer]:
    """The parties ``actor`` may know of, with details, newest first. Seven queries."""
    return with_details(parties_visible_to(actor)).order_by("-created_at", "-pk")


def own_parties(actor: Actor) -> QuerySet[Volunteer]:
    """The parties ``actor`` represents, newest first."""
    return Volunteer.objects.filter(representative_id=actor.pk).order_by("-created_at", "-pk")


def told_parties(actor: Actor) -> QuerySet[Volunteer]:
    """The parties ``actor`` represents with what they can do and look for, and when they can come, the first one first.

    Four queries.
    """
    return (
        own_parties(actor)
        .select_related("home")
        .prefetch_related(
            Prefetch(
                "abilities", Ability.objects.select_related("work_kind").order_by("work_kind__position")
            ),
            Prefetch(
                "wishes",
                Wish.objects.select_related("asset_kind").order_by("-weight", "asset_kind__position"),
            ),
            "availabilities",
        )
        .order_by("pk")
    )


def joined_parties(actor: Actor) -> QuerySet[Volunteer]:
    """The groups ``actor`` is a named member of and does not represent, by name."""
    joined = Membership.objects.filter(user=actor.pk).values("volunteer")
    others = Volunteer.objects.filter(pk__in=joined).exclude(representative_id=actor.pk)
    return others.select_related("representative").order_by("name", "pk")
