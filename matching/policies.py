"""Who may do what on a match, and which matches someone may know of: predicates and their twin querysets."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from accounts.models import Guide, User, Volunteer
from accounts.policies import is_admin, represents_party
from matching.enums import DISCLOSED, HOLDING, MatchState, Role
from matching.models import Interview, Match, MatchPerson, MatchRun, Report
from matching.transitions import Move
from regions.models import Need, Region
from regions.policies import (
    acts_for_region,
    can_post_for,
    guide_regions,
    is_guide_for,
    known_regions,
    represented_regions,
)

PREFERENCE = (Role.SYSTEM, Role.PARTY, Role.REGION, Role.GUIDE, Role.ADMIN)
PRINTING = frozenset({Role.REGION, Role.GUIDE, Role.ADMIN})
ON_THE_DAY = frozenset({Role.REGION, Role.GUIDE})
REPORTING = frozenset({Role.PARTY, Role.REGION, Role.GUIDE})
REPORTED = DISCLOSED | {MatchState.CANCELLED}
"""States of a match of which there may be reports: an accident may be why it was called off."""
PROMISED = frozenset({MatchState.AGREED, MatchState.CONFIRMED})


def roles_on(user: User, match: Match) -> frozenset[Role]:
    """Every role ``user`` has on ``match``; empty for an outsider or nobody. The system has its own alone: no query."""
    if not user.is_active:
        return frozenset()
    if user.is_system:
        return frozenset({Role.SYSTEM})
    held = {
        Role.PARTY: represents_party(user, match.volunteer),
        Role.REGION: acts_for_region(user, match.need.region),
        Role.GUIDE: is_guide_for(user, match.need.region)
        or (match.guide is not None and match.guide.ended_on is None and match.guide.user_id == user.pk),
        Role.ADMIN: is_admin(user),
    }
    return frozenset(role for role, is_held in held.items() if is_held)


def role_for(user: User, match: Match, move: Move, *, wanted: Role | None = None) -> Role | None:
    """The role in which ``user`` may make ``move`` (the ``wanted`` one if given), or None if in none."""
    usable = roles_on(user, match) & move.roles
    if wanted is not None:
        return wanted if wanted in usable else None
    return next((role for role in PREFERENCE if role in usable), None)


def can_cancel_run(user: User, run: MatchRun) -> bool:
    """Whether ``user`` may end a run before its time: administrators, and whoever asked for it."""
    return is_admin(user) or (user.is_active and run.requested_by_id == user.pk)


def matches_visible_to(user: User) -> QuerySet[Match]:
    """Matches ``user`` may know of.

    A guide sees those of covered communities; a side sees a proposal only once it is asked or has
    itself begun it, so that nobody reads of a proposal the guide has not approved.

    Whose is whose is asked in subqueries: with joins, these alternatives make the database read every participant
    for one person's list.
    """
    if is_admin(user) or user.is_system:
        return Match.objects.all()
    own_party = (
        Q(volunteer__in=Volunteer.objects.filter(representative=user).values("pk")) & _known_to_party()
    )
    own_region = _about(represented_regions(user)) & _known_to_region()
    guided = _about(guide_regions(user)) | Q(guide__in=Guide.objects.filter(user=user).values("pk"))
    return Match.objects.filter(own_party | own_region | guided)


def _about(regions: QuerySet[Region]) -> Q:
    return Q(need__in=Need.objects.filter(region__in=regions).values("pk"))


def _known_to_party() -> Q:
    return Q(approved_at__isnull=False) | Q(origin="party")


def _known_to_region() -> Q:
    return Q(approved_at__isnull=False) | Q(origin="region")


# What may be printed of a match, by the roles somebody has on it.
def can_print_circular(roles: frozenset[Role], match: Match) -> bool:
    """The households read of a match once a guide has approved it, until it is over."""
    return match.state in HOLDING and bool(roles & PRINTING)


def can_print_roster(roles: frozenset[Role], match: Match) -> bool:
    """Who comes, for the people of the day: from the promise to the day, not before and not afterwards."""
    return match.state in PROMISED and bool(roles & ON_THE_DAY)


def can_carry_card(roles: frozenset[Role], match: Match) -> bool:
    """Who has promised to come takes the emergency card along."""
    return match.state in PROMISED and Role.PARTY in roles


def can_read_card(user: User, need: Need) -> bool:
    """The emergency card tells the exact place: the community, its guides, who is in charge, who has promised to come."""
    return can_post_for(user, need.region) or (user.is_active and _at_work(user).filter(need=need).exists())


def needs_worked_at(user: User) -> QuerySet[Need]:
    """Twin of ``can_read_card``: the needs of known communities, and those this person comes for or is in charge of."""
    return Need.objects.filter(
        Q(region__in=known_regions(user).values("pk")) | Q(pk__in=_at_work(user).values("need_id"))
    )


def _at_work(user: User) -> QuerySet[Match]:
    """Matches this person has promised to come for, and those in this guide's charge, whosever the community is."""
    comes = Q(volunteer__representative=user) | Q(named_people__user=user)
    in_charge = Q(guide__user=user, guide__ended_on=None, state__in=sorted(HOLDING))
    return Match.objects.filter(Q(comes, state__in=sorted(PROMISED)) | in_charge)


def interviews_visible_to(user: User) -> QuerySet[Interview]:
    """What guides wrote of participants: to the guides of the organization whose guide wrote it, and administrators.

    What a participant told one organization is not passed on to another by this table.
    """
    if is_admin(user):
        return Interview.objects.all()
    colleagues = Guide.objects.filter(user=user, ended_on=None).values("organization_id")
    return Interview.objects.filter(guide__organization__in=colleagues)


# Accidents and near misses.
def reporting_roles(user: User, match: Match) -> frozenset[Role]:
    """In which roles ``user`` may report of a match: a side or a guide, and as the participant everybody who comes along.

    Empty for everybody else, and before the promise.
    """
    if not user.is_active or match.state not in REPORTED:
        return frozenset()
    roles = roles_on(user, match) & REPORTING
    if Role.PARTY not in roles and Match.objects.filter(_coming_along(user), pk=match.pk).exists():
        return roles | {Role.PARTY}
    return roles


def matches_reportable_by(user: User) -> QuerySet[Match]:
    """Twin of ``reporting_roles``."""
    if not user.is_active:
        return Match.objects.none()
    promised = Match.objects.filter(state__in=sorted(REPORTED))
    return promised.filter(_coming_along(user) | _about(represented_regions(user)) | _in_care_of(user))


def _coming_along(user: User) -> Q:
    parties = Volunteer.objects.filter(Q(representative=user) | Q(memberships__user=user))
    named = MatchPerson.objects.filter(user=user)
    return Q(volunteer__in=parties.values("pk")) | Q(pk__in=named.values("match_id"))


def _in_care_of(user: User) -> Q:
    desks = Guide.objects.filter(user=user, ended_on=None)
    return _about(guide_regions(user)) | Q(guide__in=desks.values("pk"))


def reports_visible_to(user: User) -> QuerySet[Report]:
    """Reports of accidents: whom they must reach (guides, the community's side), the author, and of what its own people
    wrote the participant's representative. They may tell of health: an administrator alone reads none."""
    if not user.is_active:
        return Report.objects.none()
    reached = Match.objects.filter(_about(represented_regions(user)) | _in_care_of(user))
    own = Q(role=Role.PARTY, match__volunteer__representative=user)
    return Report.objects.filter(Q(match__in=reached.values("pk")) | Q(author=user) | own)
