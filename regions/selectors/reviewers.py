"""Who may review proposals for a need, and so which needs are matched: paid employment asks for a legal basis."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from accounts.models import Guide
from regions.enums import Compensation, NeedStage
from regions.models import Need
from regions.selectors.regions import guides_by_region


def may_refer(guide: Guide, need: Need) -> bool:
    """Whether a guide may refer people to a need: to paid employment only where the guide's organization has recorded
    the legal basis on which it does so."""
    return need.compensation != Compensation.EMPLOYMENT or guide.organization.has_employment_basis


def reviewers_for(need: Need, on: date | None = None) -> list[Guide]:
    """The community's guides on a day (today) who may refer to this need. Three queries at most."""
    return list(reviewers_by_need([need], on=on)[need.pk])


def reviewers_by_need(needs: Iterable[Need], *, on: date | None = None) -> dict[int, tuple[Guide, ...]]:
    """``reviewers_for`` for many needs by primary key. Four queries at most, whatever their number."""
    everything = list(needs)
    guides = guides_by_region({need.region_id: need.region for need in everything}.values(), on=on)
    return {
        need.pk: tuple(guide for guide in guides[need.region_id] if may_refer(guide, need))
        for need in everything
    }


def matchable_needs() -> QuerySet[Need]:
    """Open needs that proposals may be made for: paid employment only where a guide of the community may refer to it.

    A community without guides is matched all the same (its proposals wait for an administrator), but not with employment.
    Five queries at most before the rows are read; one where no employment is open.
    """
    unpaid = ~Q(compensation=Compensation.EMPLOYMENT)
    paid = Need.objects.filter(stage=NeedStage.OPEN).exclude(unpaid).select_related("region__municipality")
    found = reviewers_by_need(paid)
    return Need.objects.filter(
        unpaid | Q(pk__in=[pk for pk, guides in found.items() if guides]), stage=NeedStage.OPEN
    )


def may_be_matched(need: Need) -> bool:
    """Twin of ``matchable_needs``, as the need now is. Four queries at most."""
    rows = Need.objects.filter(pk=need.pk, stage=NeedStage.OPEN).select_related("region__municipality")
    fresh = rows.first()
    if fresh is None:
        return False
    return fresh.compensation != Compensation.EMPLOYMENT or bool(reviewers_for(fresh))
