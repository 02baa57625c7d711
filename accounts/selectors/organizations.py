"""Who reviews where: organizations that cover a municipality, and their guides present on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotFound
from accounts.models import Coverage, Guide, Municipality, Organization
from accounts.policies import Actor, guides_visible_to


@dataclass(frozen=True)
class CoverageMap:
    """Who covers which of many municipalities, and who guides there. Made by ``coverage_map``."""

    organization_ids: dict[str, tuple[int, ...]]
    guides: dict[int, tuple[Guide, ...]]

    def guides_in(self, municipality_code: str) -> tuple[Guide, ...]:
        """The guides present of the organizations that cover it, without repetition, by primary key."""
        found = (self.guides.get(pk, ()) for pk in self.organization_ids.get(municipality_code, ()))
        unique = {guide.pk: guide for guides in found for guide in guides}
        return tuple(unique[pk] for pk in sorted(unique))


def organizations_listed() -> QuerySet[Organization]:
    """All organizations with their coverage and guides, by name. Five queries."""
    return Organization.objects.prefetch_related("coverages__municipality", "guides__user").order_by(
        "name", "pk"
    )


def organizations_in_public() -> QuerySet[Organization]:
    """All organizations with their coverage, by name. Three queries."""
    return Organization.objects.prefetch_related("coverages__municipality").order_by("name", "pk")


def guides_at_work(organizations: Iterable[Organization]) -> dict[int, int]:
    """How many guides work in each organization now, by primary key; none: left out. One query."""
    rows = Guide.objects.filter(organization__in=list(organizations), user__is_active=True)
    counted = rows.values("organization_id").annotate(count=Count("pk"))
    return dict(counted.values_list("organization_id", "count"))


def guides_with_stand_ins(actor: Actor) -> QuerySet[Guide]:
    """The guides whose desks ``actor`` may know, with stand-ins. One query."""
    return guides_visible_to(actor).select_related("user", "organization", "stand_in__user").order_by("pk")


def desk_known_to(actor: Actor, user_id: str) -> Guide:
    """The desk of the guide with this person's public id, for colleagues and administrators. One query.

    Raises:
        NotFound("guide_unknown")
    """
    guide = guides_with_stand_ins(actor).filter(user__public_id=user_id).first()
    if guide is None:
        raise NotFound("guide_unknown", _("There is no such guide here."))
    return guide


def colleagues_of(actor: Actor, guide: Guide) -> QuerySet[Guide]:
    """The other guides of the same organization whose accounts are open. One query."""
    rows = guides_with_stand_ins(actor).filter(organization=guide.organization_id, user__is_active=True)
    return rows.exclude(pk=guide.pk)


def coverage_map(municipalities: Iterable[Municipality], *, on: date | None = None) -> CoverageMap:
    """Coverage and guides of many municipalities at once. Two queries, whatever their number."""
    wanted = {municipality.pk: municipality.prefecture_code for municipality in municipalities}
    rows = Coverage.objects.filter(
        Q(municipality__in=wanted) | Q(municipality=None, prefecture_code__in=set(wanted.values()))
    ).order_by("organization_id")
    named: dict[str, list[int]] = defaultdict(list)
    whole: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        if row.municipality_id is None:
            whole[row.prefecture_code].append(row.organization_id)
        else:
            named[row.municipality_id].append(row.organization_id)
    organization_ids = {code: tuple(named[code] or whole[prefecture]) for code, prefecture in wanted.items()}
    ids = {pk for found in organization_ids.values() for pk in found}
    return CoverageMap(organization_ids, guides_of(ids, on=on))


def guides_of(organization_ids: Iterable[int], *, on: date | None = None) -> dict[int, tuple[Guide, ...]]:
    """The guides present on a day (today) by organization, with users. One query.

    An absent guide is replaced by the stand-in. If that leaves nobody, the absent ones are named
    all the same: a proposal must never stand before an empty desk unseen.
    """
    day = on or timezone.localdate()
    rows = Guide.objects.filter(organization__in=set(organization_ids), user__is_active=True)
    by_organization: dict[int, list[Guide]] = defaultdict(list)
    desks = rows.select_related("user", "organization", "stand_in__user", "stand_in__organization")
    for guide in desks.order_by("pk"):
        by_organization[guide.organization_id].append(guide)
    return {pk: present_guides(guides, on=day) for pk, guides in by_organization.items()}


def present_guides(guides: Iterable[Guide], *, on: date) -> tuple[Guide, ...]:
    """Those present, absent ones replaced by their stand-in; if nobody is left, all of them. No query."""
    everyone = list(guides)
    desks = [desk_of(guide, on=on) for guide in everyone]
    found = {guide.pk: guide for guide in desks if guide is not None}
    chosen = found or {guide.pk: guide for guide in everyone}
    return tuple(chosen[pk] for pk in sorted(chosen))


def desk_of(guide: Guide, *, on: date) -> Guide | None:
    """Who sits at a guide's desk that day: the guide, the stand-in, or nobody."""
    if not is_absent(guide, on=on):
        return guide
    stand_in = guide.stand_in
    if stand_in is None or stand_in.ended_on is not None:
        return None
    return stand_in if stand_in.user.is_active and not is_absent(stand_in, on=on) else None


def is_absent(guide: Guide, *, on: date) -> bool:
    """Whether the guide has said to be absent that day; without a first or last day it is open on that side."""
    if guide.absent_from is None and guide.absent_until is None:
        return False
    begun = guide.absent_from is None or guide.absent_from <= on
    over = guide.absent_until is not None and guide.absent_until < on
    return begun and not over
