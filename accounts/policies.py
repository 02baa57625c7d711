"""Who someone is to the house, to an organization and to a party: predicates and their twin querysets.

Every predicate is false for nobody (an anonymous or deactivated user); nothing here trusts a caller to have asked.
"""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.models import Coverage, Guide, Membership, Municipality, Organization, User, Volunteer

Actor = User | AnonymousUser


def is_admin(user: Actor) -> bool:
    """Whether ``user`` administers the whole installation."""
    return bool(user.is_active and user.is_superuser)


def is_system(user: Actor) -> bool:
    """Whether ``user`` is the one in whose name the worker acts."""
    return isinstance(user, User) and user.is_active and user.is_system


def represents_party(user: Actor, party: Volunteer) -> bool:
    """Whether ``user`` speaks for ``party``."""
    return bool(user.is_active and party.representative_id == user.pk)


def can_edit_party(user: Actor, party: Volunteer) -> bool:
    """The representative and administrators change a party."""
    return represents_party(user, party) or is_admin(user)


def parties_visible_to(user: Actor) -> QuerySet[Volunteer]:
    """Parties of one's own (represented or joined); all for administrators and the system.

    A guide sees the parties of proposals to covered communities; ``matching`` adds those.
    """
    if not isinstance(user, User) or not user.is_active:
        return Volunteer.objects.none()
    if is_admin(user) or user.is_system:
        return Volunteer.objects.all()
    joined = user.memberships.values("volunteer_id")
    return Volunteer.objects.filter(Q(representative=user) | Q(pk__in=joined))


def memberships_ended_by(user: Actor) -> QuerySet[Membership]:
    """Memberships that ``user`` may end: of the groups they represent, and their own. A representative's own stays."""
    if not isinstance(user, User) or not user.is_active:
        return Membership.objects.none()
    others = Membership.objects.exclude(user=F("volunteer__representative"))
    return others.filter(Q(volunteer__representative=user) | Q(user=user))


def is_guide(user: Actor) -> bool:
    """Whether ``user`` is a guide of any organization, and not dismissed. One query at most."""
    if not isinstance(user, User) or not user.is_active:
        return False
    return hasattr(user, "guide") and user.guide.ended_on is None


def is_guide_of(user: Actor, organization: Organization) -> bool:
    """Whether ``user`` is a guide of ``organization``."""
    if not isinstance(user, User) or not user.is_active:
        return False
    return organization.guides.filter(user=user).exists()


def can_edit_organization(user: Actor, organization: Organization) -> bool:
    """Its own guides keep an organization's absences and notes; administrators keep the rest."""
    return is_admin(user) or is_guide_of(user, organization)


def guides_visible_to(user: Actor) -> QuerySet[Guide]:
    """Twin of ``can_edit_organization``: the desks (absences, notes) of one's own organization; all for administrators."""
    if not isinstance(user, User) or not user.is_active:
        return Guide.objects.none()
    if is_admin(user):
        return Guide.objects.all()
    return Guide.objects.filter(organization__in=Guide.objects.filter(user=user).values("organization_id"))


def organizations_covering(municipality: Municipality) -> QuerySet[Organization]:
    """Organizations that review for a municipality: those that named it, else those of the whole prefecture."""
    named = Organization.objects.filter(coverages__municipality=municipality)
    whole = Organization.objects.filter(
        ~Exists(Coverage.objects.filter(municipality=municipality)),
        coverages__prefecture_code=municipality.prefecture_code,
        coverages__municipality=None,
    )
    return Organization.objects.filter(Q(pk__in=named.values("pk")) | Q(pk__in=whole.values("pk"))).order_by(
        "pk"
    )


def municipalities_covered_by(organization: Organization) -> QuerySet[Municipality]:
    """Twin of ``organizations_covering``: named ones, and those of its prefectures that nobody named."""
    coverages = organization.coverages
    named = coverages.exclude(municipality=None).values("municipality_id")
    prefectures = coverages.filter(municipality=None).values("prefecture_code")
    unnamed = ~Exists(Coverage.objects.filter(municipality=OuterRef("pk")))
    return Municipality.objects.filter(Q(pk__in=named) | Q(unnamed, prefecture_code__in=prefectures))
