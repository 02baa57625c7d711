"""Who speaks for a community, who reviews for it, what of it may be public: predicates and their twin querysets.

Every predicate is false for nobody (an anonymous or deactivated user).
"""

from __future__ import annotations

from datetime import date
from typing import TypeGuard

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.utils import timezone

from accounts.models import Coverage, Guide, Municipality, User
from accounts.policies import (
    Actor,
    is_admin,
    is_guide,
    is_system,
    municipalities_covered_by,
    organizations_covering,
)
from regions.enums import NeedStage, Publicity
from regions.models import MunicipalStaff, Need, Offer, Region, Representative

OFFICER, SPEAKER = "officer", "speaker"
NOTED = "offices_noted"
"""Where a request's user carries what ``needs_second_factor`` has read, for the menu."""


# Who speaks for a community.
def in_office(on: date | None = None) -> Q:
    """Representatives whose term has begun and is not over that day (today)."""
    day = on or timezone.localdate()
    begun = Q(from_on=None) | Q(from_on__lte=day)
    return begun & (Q(until_on=None) | Q(until_on__gte=day))


def represents_region(user: Actor, region: Region) -> bool:
    """Whether ``user`` is a representative of ``region`` in office today."""
    if not _is_somebody(user):
        return False
    return Representative.objects.filter(in_office(), region=region, user_id=user.pk).exists()


def is_staff_for(user: Actor, region: Region) -> bool:
    """Whether ``user`` is an officer of the municipality of ``region``."""
    return _is_somebody(user) and _is_officer(user, region.municipality_id)


def _is_officer(user: User, municipality_id: str) -> bool:
    return MunicipalStaff.objects.filter(municipality_id=municipality_id, user_id=user.pk).exists()


def acts_for_region(user: Actor, region: Region) -> bool:
    """Whether ``user`` posts and answers for ``region``: its representative, or the municipality's officer."""
    return represents_region(user, region) or is_staff_for(user, region)


def represented_regions(user: Actor) -> QuerySet[Region]:
    """Twin of ``acts_for_region``: the communities ``user`` represents or is an officer for."""
    if not _is_somebody(user):
        return Region.objects.none()
    represented = Representative.objects.filter(in_office(), user_id=user.pk).values("region_id")
    staffed = MunicipalStaff.objects.filter(user_id=user.pk).values("municipality_id")
    return Region.objects.filter(Q(pk__in=represented) | Q(municipality__in=staffed))


def proxy_label(user: User, region: Region) -> str:
    """How an entry by ``user`` for ``region`` is marked: "" for its representative, else office or organization."""
    if represents_region(user, region):
        return ""
    officer = MunicipalStaff.objects.filter(municipality=region.municipality_id, user=user).first()
    if officer is not None:
        return f"{region.municipality.label} {officer.office}".strip()
    guide = Guide.objects.filter(user=user).select_related("organization").first()
    return guide.organization.name if guide is not None else str(user)


# Who reviews for a community.
def is_guide_for(user: Actor, region: Region) -> bool:
    """Whether ``user`` guides for ``region``: see ``guide_regions``. One query."""
    return guide_regions(user).filter(pk=region.pk).exists()


def guide_regions(user: Actor) -> QuerySet[Region]:
    """Communities ``user`` guides for.

    Where an administrator named a guide, all guides of that one's organization; else (or when that account is
    closed or the guide dismissed) those of the organizations that cover the municipality. Colleagues see the same, so that nothing hangs on one person.

    Who is known to be no guide costs no query; who was one when the request began is asked for anew.
    """
    if not _is_somebody(user) or not is_guide(user):
        return Region.objects.none()
    guide = Guide.objects.filter(user=user).select_related("organization").first()
    if guide is None:
        return Region.objects.none()
    covered = municipalities_covered_by(guide.organization).values("pk")
    named = Q(guide__organization=guide.organization)
    nobody_named = Q(guide=None) | Q(guide__user__is_active=False) | Q(guide__ended_on__isnull=False)
    return Region.objects.filter(named | Q(nobody_named, municipality__in=covered))


def covered_regions() -> QuerySet[Region]:
    """Communities with somebody to review for them: a named guide, or an organization with guides that covers them.

    A closed account and a dismissed guide review nothing: twin of a ``guides_for`` that is not empty.
    """
    with_guides = Coverage.objects.filter(
        organization__guides__user__is_active=True, organization__guides__ended_on=None
    )
    named = Exists(with_guides.filter(municipality=OuterRef("municipality")))
    is_named = Exists(Coverage.objects.filter(municipality=OuterRef("municipality")))
    prefecture = OuterRef("municipality__prefecture_code")
    whole = Exists(with_guides.filter(municipality=None, prefecture_code=prefecture))
    in_charge = Q(guide__user__is_active=True, guide__ended_on=None)
    return Region.objects.filter(in_charge | Q(named) | Q(~is_named, whole))


def is_covered(region: Region) -> bool:
    """Whether somebody reviews for ``region``. One query."""
    return covered_regions().filter(pk=region.pk).exists()


def needs_second_factor(user: User) -> bool:
    """Whether the role of ``user`` asks for a second factor: guides, municipal officers, administrators. Two queries."""
    return user.is_staff or user.is_superuser or is_guide(user) or OFFICER in _offices_now(user)


def _offices_now(user: User) -> frozenset[str]:
    """``OFFICER`` and ``SPEAKER`` as far as ``user`` is one; noted on the user for the rest of the request. One query."""
    staff = MunicipalStaff.objects.filter(user=user).values_list(Value(OFFICER))
    speakers = Representative.objects.filter(in_office(), user=user).values_list(Value(SPEAKER))
    offices = frozenset(name for (name,) in staff.union(speakers))
    setattr(user, NOTED, offices)
    return offices


def lacks_second_factor(user: User) -> bool:
    """Whether ``user`` has a role that asks for a second factor and none set up. Three queries at most.

    Asked anew for every request: roles are given to people who are signed in already. Sample people of the demo lack none.
    """
    if settings.ENISHI_DEMO and user.is_sample:
        return False
    return needs_second_factor(user) and not is_mfa_enabled(user)


# Who may change what.
def can_post_for(user: Actor, region: Region) -> bool:
    """Needs and offers of a community: who acts for it, its guides, administrators."""
    return acts_for_region(user, region) or is_guide_for(user, region) or is_admin(user)


def can_edit_region(user: Actor, region: Region) -> bool:
    """The community's own record: the same people."""
    return can_post_for(user, region)


def can_edit_need(user: Actor, need: Need) -> bool:
    """A need's words, dates and stage: who may post for its community."""
    return can_post_for(user, need.region)


def can_expand_slots(user: Actor, need: Need) -> bool:
    """New dates by rule: who may change the need, and the worker."""
    return is_system(user) or can_post_for(user, need.region)


def can_create_region_in(user: Actor, municipality: Municipality) -> bool:
    """A new community is recorded by an officer of the municipality, a guide covering it, or an administrator."""
    if not _is_somebody(user):
        return False
    guides = organizations_covering(municipality).filter(guides__user_id=user.pk)
    return is_admin(user) or _is_officer(user, municipality.pk) or guides.exists()


def has_communities(user: Actor) -> bool:
    """Whether ``user`` acts or guides for any community (administrators: for all). No query where the second factor was
    asked for before, as for every page; one at most.

    Decides no more than whether the menu leads there: each page asks for itself.
    """
    if not isinstance(user, User) or not _is_somebody(user):
        return False
    if is_admin(user) or is_guide(user):
        return True
    noted: frozenset[str] | None = getattr(user, NOTED, None)
    return bool(_offices_now(user) if noted is None else noted)


# What may be known of a community.
def knows_region(user: Actor, region: Region) -> bool:
    """Whether ``user`` may see all of ``region``'s record, whatever is public."""
    return is_system(user) or can_post_for(user, region)


def known_regions(user: Actor) -> QuerySet[Region]:
    """Twin of ``knows_region``."""
    if is_admin(user) or is_system(user):
        return Region.objects.all()
    represented, guided = represented_regions(user).values("pk"), guide_regions(user).values("pk")
    return Region.objects.filter(Q(pk__in=represented) | Q(pk__in=guided))


def regions_visible_to(user: Actor) -> QuerySet[Region]:
    """Communities with an open need, for everyone; known ones whatever their needs. Show the rest by ``public_label``."""
    has_open = Exists(Need.objects.filter(region=OuterRef("pk"), stage=NeedStage.OPEN))
    return Region.objects.filter(Q(has_open) | Q(pk__in=known_regions(user).values("pk")))


def needs_visible_to(user: Actor) -> QuerySet[Need]:
    """Open needs for everyone; of known communities those in all stages."""
    return Need.objects.filter(Q(stage=NeedStage.OPEN) | Q(region__in=known_regions(user).values("pk")))


def offers_visible_to(user: Actor) -> QuerySet[Offer]:
    """Active offers tied to an open need, for everyone; of known communities all."""
    tied = Exists(Need.objects.filter(offers=OuterRef("pk"), stage=NeedStage.OPEN))
    return Offer.objects.filter(Q(tied, is_active=True) | Q(region__in=known_regions(user).values("pk")))


def public_label(region: Region) -> str:
    """What a community may be called in public: its name where it agreed to that, else only its municipality."""
    municipality = region.municipality.label
    if region.publicity == Publicity.MUNICIPALITY_ONLY:
        return f"{municipality}の地区"
    return f"{municipality} {region.name}"


def _is_somebody(user: Actor) -> TypeGuard[User]:
    return isinstance(user, User) and user.is_active
