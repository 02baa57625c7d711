"""What a community can give: its offers, and for each what every holder has said so far."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.web.base import actor_of, private, take
from regions.models import Offer, Permission
from regions.selectors.desk import OfferLine, desk_offers
from regions.services.offers import post_offer, record_permission, update_offer
from regions.web.base import own_offer, own_region, paged, posted
from regions.web.offer_forms import OfferForm, PermissionForm

PUBLIC_ID = re.compile(r"[a-z0-9]{1,16}")


@private
@require_safe
def place_offers(request: HttpRequest, public_id: str) -> HttpResponse:
    """The offers of a community with their permissions. A fixed number of queries."""
    region = own_region(actor_of(request), public_id)
    context = paged(request, desk_offers(region)) | {"region": region, "tab": "offers"}
    context["lines"] = [OfferLine(offer) for offer in context["page"]]
    return render(request, "place/offers.html", context)


@private
@require_http_methods(["GET", "POST"])
def offer_new(request: HttpRequest, public_id: str) -> HttpResponse:
    """Something more the community can give. The next page asks who must permit it."""
    actor = actor_of(request)
    region = own_region(actor, public_id)
    form = OfferForm(posted(request))
    made: list[Offer] = []
    if request.method == "POST" and take(
        form, lambda **_said: made.append(post_offer(actor=actor, region=region, **form.values()))
    ):
        messages.success(request, _("Kept. Now say who has to permit it, and how far that has come."))
        return redirect("place-offer", public_id=public_id, offer_id=made[0].public_id)
    context = {"region": region, "form": form}
    return render(request, "place/offer_form.html", context, status=422 if form.errors else 200)


@private
@require_safe
def place_offer(request: HttpRequest, public_id: str, offer_id: str) -> HttpResponse:
    """One offer with a row for each holder."""
    region = own_region(actor_of(request), public_id)
    offer = own_offer(region, offer_id)
    context = {
        "region": region,
        "offer": offer,
        "line": OfferLine(offer),
        "permissions": offer.permissions.all(),
        "match_id": _came_from(request),
    }
    return render(request, "place/offer.html", context)


@private
@require_http_methods(["GET", "POST"])
def offer_revise(request: HttpRequest, public_id: str, offer_id: str) -> HttpResponse:
    """Change an offer, or give it no longer."""
    actor = actor_of(request)
    region = own_region(actor, public_id)
    offer = own_offer(region, offer_id)
    form = OfferForm(posted(request), offer=offer)
    if request.method == "POST" and take(
        form, lambda **_said: update_offer(actor=actor, offer=offer, **form.values())
    ):
        messages.success(request, _("Changed. Promises that stand are not touched."))
        return redirect("place-offer", public_id=public_id, offer_id=offer_id)
    context = {"region": region, "offer": offer, "form": form}
    return render(request, "place/offer_form.html", context, status=422 if form.errors else 200)


@private
@require_http_methods(["GET", "POST"])
def permission_new(request: HttpRequest, public_id: str, offer_id: str) -> HttpResponse:
    """Record what one more holder said."""
    return _permission(request, public_id, offer_id, row_id=None)


@private
@require_http_methods(["GET", "POST"])
def permission_revise(request: HttpRequest, public_id: str, offer_id: str, row_id: int) -> HttpResponse:
    """Record what a holder says now; what was said before stays in the audit."""
    return _permission(request, public_id, offer_id, row_id=row_id)


def _permission(request: HttpRequest, public_id: str, offer_id: str, *, row_id: int | None) -> HttpResponse:
    actor = actor_of(request)
    region = own_region(actor, public_id)
    offer = own_offer(region, offer_id)
    row = None if row_id is None else _holder(offer, row_id)
    form = PermissionForm(posted(request), row=row)
    match_id = _came_from(request)
    if request.method == "POST" and take(
        form, lambda **_said: record_permission(actor=actor, offer=offer, permission=form.permission())
    ):
        messages.success(request, _("Recorded."))
        return redirect(_offer_page(public_id, offer_id, match_id))
    context: dict[str, Any] = {
        "region": region,
        "offer": offer,
        "row": row,
        "form": form,
        "match_id": match_id,
    }
    return render(request, "place/permission.html", context, status=422 if form.errors else 200)


def _came_from(request: HttpRequest) -> str:
    """The id of the match whose page led here and is to be found again, "" without one. Only that page judges who may see it."""
    asked = request.GET.get("match", "")
    return asked if PUBLIC_ID.fullmatch(asked) else ""


def _offer_page(public_id: str, offer_id: str, match_id: str) -> str:
    path = reverse("place-offer", args=[public_id, offer_id])
    return f"{path}?{urlencode({'match': match_id})}" if match_id else path


def _holder(offer: Offer, row_id: int) -> Permission:
    found = next((row for row in offer.permissions.all() if row.pk == row_id), None)
    if found is None:
        raise Http404
    return found
