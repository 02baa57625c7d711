"""A guide's desk: proposals by deadline on the left, what to decide on beside them; and each decision on a page of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import DomainError
from accounts.models import User
from accounts.policies import is_guide
from matching.enums import EndReason
from matching.models import Match
from matching.selectors.candidates import Compared, candidates_of
from matching.selectors.desk import Lying, held_back, in_hand, just_approved, lying_open, overseen, to_decide
from matching.selectors.sights import MatchSight
from matching.selectors.viewers import viewer_of
from matching.services import instead, interviews, previews, review, terms
from matching.services.deadlines import UNDO_SECONDS
from matching.web import desk_forms as forms
from matching.web.base import actor_of, known_match, private, sent_from, take

ON_A_PAGE = 20


@private
@require_safe
def desk(request: HttpRequest, public_id: str = "") -> HttpResponse:
    """The list, and the proposal in hand: the one of the address, else the most urgent."""
    actor, now = actor_of(request), timezone.now()
    held = request.GET.get("held") == "1"
    lying = (held_back if held else lying_open)(actor, now=now)
    page = Paginator(lying, ON_A_PAGE).get_page(request.GET.get("page"))
    rows = list(page)
    chosen = _chosen(actor, rows, public_id)
    if public_id and chosen is None:
        messages.info(request, _("This proposal is decided already. Here is what is left."))
        return redirect("desk")
    viewer = viewer_of(actor, [*rows, *([chosen] if chosen else [])])
    since = now - timedelta(seconds=UNDO_SECONDS)
    asked = _ids(request.GET.getlist("asked"))
    shown = [Lying(MatchSight(match, viewer), now) for match in rows]
    context = {
        "rows": shown,
        "may_pick": any(row.may_be_approved_with_others for row in shown),
        "hand": in_hand(MatchSight(chosen, viewer), actor, now=now) if chosen else None,
        "lying": Lying(MatchSight(chosen, viewer), now) if chosen else None,
        "held": held,
        "page": page,
        "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=1),
        "asked": just_approved(actor, asked, since=since) if asked else [],
        "may_pair": is_guide(actor),
    }
    return render(request, "desk.html", context)


def _ids(said: list[str]) -> list[str]:
    """What can be an id at all, no more than a page of them."""
    return [value for value in said if value.isalnum()][:ON_A_PAGE]


def _chosen(actor: User, rows: list[Match], public_id: str) -> Match | None:
    """The proposal of the address, wherever it lies; else the first of the page."""
    if not public_id:
        return next(iter(rows), None)
    shown = next((match for match in rows if match.public_id == public_id), None)
    return shown or to_decide(actor).filter(public_id=public_id).first()


@dataclass(frozen=True, slots=True)
class Decision:
    """One act of the desk. ``letters``: what its page shows before anything is sent. ``done``: empty where the desk tells. ``keeps_in_hand``: leads back to the proposal."""

    title: Any
    button: Any
    done: Any
    form: type[forms.MatchForm]
    service: Callable[..., Match]
    letters: Callable[[Match], list[previews.Letter]]
    keeps_in_hand: bool = False


DECISIONS: dict[str, Decision] = {
    "approve": Decision(
        _("Ask both sides"), _("Ask both sides"), "", forms.ApproveForm,
        review.approve_match, lambda match: previews.letters_of_approval(match, now=timezone.now()),
    ),
    "reject": Decision(
        _("Send back with a reason"), _("Send back"), _("It is sent back, with your reason on record."),
        forms.RejectForm, review.reject_match, previews.letters_of_rejection,
    ),
    "hold": Decision(
        _("Hold back"), _("Hold back"), _("It is held back and comes up again by itself."),
        forms.HoldForm, review.snooze_match, lambda _match: [],
    ),
    "terms": Decision(
        _("Change people or promise"), _("Change it"), _("Changed. The record keeps how it was before."),
        forms.TermsForm, terms.change_terms, lambda _match: [], keeps_in_hand=True,
    ),
}  # fmt: skip


@private
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, public_id: str, act: str) -> HttpResponse:
    """Ask what a decision needs, show what it would send, and do it."""
    actor, decision = actor_of(request), DECISIONS.get(act)
    match = to_decide(actor).filter(public_id=public_id).first()
    if decision is None:
        raise Http404
    if match is None:
        messages.info(request, _("This proposal is decided already. Here is what is left."))
        return redirect("desk")
    form = decision.form(request.POST if request.method == "POST" else None, match=match, actor=actor)
    if request.method == "POST" and take(
        form, lambda **values: decision.service(match_id=match.pk, actor=actor, **values)
    ):
        if decision.done:
            messages.success(request, decision.done)
        if decision.keeps_in_hand:
            return redirect("desk-match", public_id=public_id)
        return redirect(_address([match] if act == "approve" else []))
    context = _page(actor, match, form) | {
        "act": act,
        "decision": decision,
        "letters": decision.letters(match),
    }
    return render(request, "desk_decide.html", context, status=422 if form.errors else 200)


def _page(actor: User, match: Match, form: forms.MatchForm) -> dict[str, Any]:
    return {"sight": MatchSight(match, viewer_of(actor, [match])), "form": form}


def _address(asked: Iterable[Match]) -> str:
    """The desk; there an approval says so itself, and can be taken back for some seconds."""
    query = urlencode([("asked", match.public_id) for match in asked])
    return f"{reverse('desk')}?{query}" if query else reverse("desk")


@sent_from("desk")
@private
def undo(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take an approval back."""
    actor = actor_of(request)
    match = known_match(actor, public_id)
    try:
        review.undo_approval(match_id=match.pk, actor=actor)
    except DomainError as refusal:
        messages.warning(request, str(refusal.message))
        return redirect("desk")
    messages.success(request, _("Taken back. Nobody has been told."))
    return redirect("desk-match", public_id=public_id)


@private
@require_http_methods(["GET", "POST"])
def together(request: HttpRequest) -> HttpResponse:
    """Approve several at once: pairs that know each other and have nothing flagged. The others are left on the desk."""
    actor = actor_of(request)
    ids = (request.POST if request.method == "POST" else request.GET).getlist("pick")
    picked = list(to_decide(actor).filter(public_id__in=_ids(ids)))
    viewer, now = viewer_of(actor, picked), timezone.now()
    rows = [Lying(MatchSight(match, viewer), now) for match in picked]
    clear = [row for row in rows if row.may_be_approved_with_others]
    if request.method == "POST":
        return redirect(_address(_approve_each(request, actor, clear)))
    context = {"rows": clear, "left": [row for row in rows if row not in clear]}
    return render(request, "desk_together.html", context)


def _approve_each(request: HttpRequest, actor: User, rows: Iterable[Lying]) -> list[Match]:
    """Each in a transaction of its own; what is refused stays on the desk and is said."""
    asked = []
    for row in rows:
        match = row.sight.match
        try:
            asked.append(review.approve_match(match_id=match.pk, actor=actor))
        except DomainError as refusal:
            messages.warning(request, f"{match.need.title} × {row.sight.party['label']}: {refusal.message}")
    return asked


@private
@require_http_methods(["GET", "POST"])
def another(request: HttpRequest, public_id: str, party: str) -> HttpResponse:
    """Propose somebody who was compared: too, or instead of the proposal at hand."""
    actor = actor_of(request)
    match = get_object_or_404(to_decide(actor), public_id=public_id)
    compared = candidates_of(match, viewer_of(actor, [match]), now=timezone.now()).rows
    row = next((row for row in compared if row.party.public_id == party and row.can_be_proposed), None)
    if row is None:
        messages.info(request, _("This participant cannot be proposed here any more."))
        return redirect("desk-match", public_id=public_id)
    form = forms.AnotherForm(request.POST if request.method == "POST" else None, match=match, actor=actor)
    made: list[Match] = []
    if request.method == "POST" and take(
        form, lambda **values: made.append(_propose(match, row, actor, **values))
    ):
        messages.success(request, _("Proposed. It lies on the desk."))
        return redirect("desk-match", public_id=made[0].public_id)
    context = _page(actor, match, form) | {"row": row}
    return render(request, "desk_another.html", context, status=422 if form.errors else 200)


def _propose(match: Match, row: Compared, actor: User, *, how: str, reason: str, note: str) -> Match:
    """The one of the two services that was chosen."""
    if how == "instead":
        return instead.suggest_instead(
            match_id=match.pk, actor=actor, party=row.party, reason=EndReason(reason), note=note
        )
    return instead.suggest_also(match_id=match.pk, actor=actor, party=row.party, note=note)


@private
@require_http_methods(["GET", "POST"])
def interview(request: HttpRequest, public_id: str) -> HttpResponse:
    """Write down a talk with the participant of a match, at any time of its life."""
    actor = actor_of(request)
    match = get_object_or_404(overseen(actor), public_id=public_id)
    form = forms.InterviewForm(request.POST if request.method == "POST" else None, match=match, actor=actor)
    if request.method == "POST" and take(
        form, lambda **values: interviews.record_interview(actor=actor, match=match, **values)
    ):
        messages.success(request, _("The interview is on record."))
        return redirect("desk-match" if match.state == "proposed" else "match-page", public_id=public_id)
    return render(
        request, "desk_interview.html", _page(actor, match, form), status=422 if form.errors else 200
    )
