"""The messages of one match by pages, and the form to write one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from matching.enums import MatchState
from matching.models import Match, MatchMessage
from matching.models.messages import TEXT_MAX
from matching.selectors.conversation import Said, is_open_for_words, messages_of, said, takes_part
from matching.selectors.sights import MatchSight
from matching.selectors.viewers import entered_for, viewer_of
from matching.services.conversation import send_message
from matching.web.base import actor_of, known_match, private, take

ON_A_PAGE = 20
NEWEST = 3


class MessageForm(forms.Form):
    """A message. ``text`` is shown as it was typed: no links, no mark-up."""

    text = forms.CharField(
        label=_("Your message"),
        help_text=_("Plain text. Contacts are shown on the page of the match once the promise is made."),
        max_length=TEXT_MAX,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


@private
@require_http_methods(["GET", "POST"])
def message_list(request: HttpRequest, public_id: str) -> HttpResponse:
    """What was written, the newest page first and each page in the order of speaking; and a new message."""
    actor = actor_of(request)
    match = known_match(actor, public_id)
    sight = MatchSight(match, viewer_of(actor, [match]))
    if not takes_part(sight.viewer.roles_on(match)):
        raise Http404
    form = MessageForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and take(form, lambda **values: _send(match, actor, values)):
        messages.success(request, _("Your message is sent. The others are told."))
        return redirect("message-list", public_id=public_id)
    page = Paginator(messages_of(match), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "sight": sight,
        "form": form,
        "may_write": is_open_for_words(match, timezone.now()),
        "thread": [said(message, sight) for message in reversed(page.object_list)],
        "page": page,
        "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=1),
    }
    return render(request, "message_list.html", context, status=422 if form.errors else 200)


def _send(match: Match, actor: User, values: dict[str, Any]) -> MatchMessage:
    as_party = match.volunteer.representative_id == actor.pk
    behalf = entered_for(actor, match.need.region, as_party=as_party)
    return send_message(match_id=match.pk, actor=actor, on_behalf_of=behalf, **values)


def newest(sight: MatchSight) -> list[Said]:
    """The last few messages of a match for its page, in the order of speaking. One query."""
    shown = list(messages_of(sight.match)[:NEWEST])
    return [said(message, sight) for message in reversed(shown)]


def owes_thanks(sight: MatchSight, thread: Iterable[Said], now: datetime) -> bool:
    """Whether a side the viewer speaks for is still to be asked for a word of thanks: it can be said, and none of the
    ``newest`` messages is that side's since the match was completed. No query."""
    match = sight.match
    if match.state != MatchState.COMPLETED or not is_open_for_words(match, now):
        return False
    spoken = {word.role for word in thread if match.ended_at is None or word.sent_at >= match.ended_at}
    return any(side.value not in spoken for side in sight.sides)
