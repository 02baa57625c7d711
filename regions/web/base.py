"""What the pages of a community's desk share: whose community it is, and what of it is looked at."""

from __future__ import annotations

from typing import Any, TypeVar

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, QueryDict

from accounts.models import User
from regions.models import Need, Offer, Region
from regions.policies import represents_region
from regions.selectors.desk import desk_needs, desk_offers
from regions.selectors.regions import regions_known_to

ON_A_PAGE = 20


def own_region(actor: User, public_id: str) -> Region:
    """A community this person acts or guides for, with details. Seven queries at most.

    Raises:
        Http404: there is none.
    """
    region = regions_known_to(actor).filter(public_id=public_id).first()
    if region is None:
        raise Http404
    return region


def own_need(region: Region, public_id: str) -> Need:
    """A need of a community in any stage, with details. Raises Http404."""
    return _one(desk_needs(region), public_id)


def own_offer(region: Region, public_id: str) -> Offer:
    """An offer of a community, given at present or not, with details. Raises Http404."""
    return _one(desk_offers(region), public_id)


Row = TypeVar("Row", Need, Offer)


def _one(rows: QuerySet[Row], public_id: str) -> Row:
    row = rows.filter(public_id=public_id).first()
    if row is None:
        raise Http404
    return row


def is_proxy(actor: User, region: Region) -> bool:
    """Whether what this person enters is put on record as entered for the community. One query."""
    return not represents_region(actor, region)


def posted(request: HttpRequest) -> QueryDict | None:
    """The answers that were sent; None for who only opens the page."""
    return request.POST if request.method == "POST" else None


def paged(request: HttpRequest, rows: Any) -> dict[str, Any]:
    """The page asked for, with the numbers around it. Two queries beside those of the rows' details."""
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    return {
        "page": page,
        "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=1),
    }
