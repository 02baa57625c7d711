"""My calendar: the dates to come, and a private address from which calendar programs read them."""

from __future__ import annotations

import hashlib
from urllib.parse import urljoin

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import CalendarFeed, User
from accounts.services.feeds import make_feed, reader_of_feed, remove_feed
from accounts.web.throttles import may_guess_again
from matching.selectors.calendar import coming_dates, feed_dates
from matching.selectors.ical import as_ical
from matching.web.base import actor_of, private, sent_from

ON_A_PAGE = 20
CACHE_SECONDS = 900
TOO_MANY = 429


@private
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """The dates to come by pages, and how to read them elsewhere."""
    return _page(request, actor_of(request))


@private
@sent_from("calendar")
def feed_new(request: HttpRequest) -> HttpResponse:
    """Make the private address, or make it anew; shown this once, because only its digest is kept."""
    actor = actor_of(request)
    secret = make_feed(actor=actor)
    return _page(
        request, actor, address=urljoin(settings.ENISHI_BASE_URL, reverse("calendar-feed", args=[secret]))
    )


@private
@sent_from("calendar")
def feed_remove(request: HttpRequest) -> HttpResponse:
    """Take the private address away."""
    remove_feed(actor=actor_of(request))
    return redirect("calendar")


def _page(request: HttpRequest, actor: User, *, address: str = "") -> HttpResponse:
    page = Paginator(coming_dates(actor, now=timezone.now()), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=1),
        "address": address,
        "feed": CalendarFeed.objects.filter(user=actor).first(),
    }
    return render(request, "calendar.html", context)


@require_safe
def calendar_feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The dates of whoever made this address, for a calendar program. 404 for any other; who guesses on is told to wait."""
    reader = reader_of_feed(secret)
    if reader is None:
        if not may_guess_again(request):
            return HttpResponse(_("Too many wrong addresses. Please wait a minute."), status=TOO_MANY)
        raise Http404
    body = as_ical(feed_dates(reader, now=timezone.now()), language=reader.language)
    etag = quote_etag(hashlib.sha256(body).hexdigest()[:32])
    answer = HttpResponse(body, content_type="text/calendar; charset=utf-8", headers={"ETag": etag})
    patch_cache_control(answer, private=True, max_age=CACHE_SECONDS)
    return get_conditional_response(request, etag=etag, response=answer) or answer
