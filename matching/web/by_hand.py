"""A pair put together by hand: choose a need, then a participant, look at what is known of the two, propose them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import Conflict, DomainError, NotAllowed
from accounts.models import User, Volunteer
from accounts.policies import is_guide
from accounts.web.dates import span
from matching.enums import LIVE, MatchState
from matching.models import Match
from matching.selectors.desk import in_mind
from matching.selectors.labels import home_label
from matching.selectors.matches import parties_nameable_by
from matching.selectors.pairable import Pairable, needs_to_pair, pairable, pairable_by, pairable_parties
from matching.selectors.paths import change_path, match_path, review_path
from matching.selectors.reasons import barrier_sentence
from matching.services.by_hand import Room, barriers_ahead, dates_ahead, pair_in_mind, suggest_by_hand
from matching.web.base import actor_of, private, take
from regions.models import Need, Slot
from regions.selectors.needs import coming_slots

ON_A_PAGE, WHY_MAX = 20, 500
REMEDIES: Mapping[str, Any] = {
    "need_not_open": _("Please open the need first, or choose another one."),
    "party_paused": _("Only the participant can take it up again: please talk with them, or choose somebody else."),
    "blocked": _("Please choose somebody else."),
    "places_short": _("Please choose dates with more room, or ask the community whether more people can come."),
    "slot_over": _("Please choose other dates, or add some together with the community."),
}  # fmt: skip
"""What a guide can do when a check refuses a pair, by the code of the refusal, where the refusal itself does not say so."""


class NeedWords(forms.Form):
    """Which need one looks for."""

    words = forms.CharField(label=_("Title or place"), required=False, max_length=60)


class PartyWords(forms.Form):
    """Whom one looks for."""

    words = forms.CharField(label=_("Name, home or kind"), required=False, max_length=60)


class NumberForm(forms.Form):
    """The number of a participant who is not in the list."""

    party = forms.CharField(label=_("Number of the participant"), max_length=40)


class HandForm(forms.Form):
    """When, with how many, and why these two."""

    slots = forms.ModelMultipleChoiceField(
        label=_("Which dates"), queryset=Slot.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    people = forms.IntegerField(
        label=_("With how many"), required=False, min_value=1, help_text=_("Leave it empty for as many as may come."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "input input--num"}),
    )  # fmt: skip
    note = forms.CharField(
        label=_("Why these two"), help_text=_("Only guides read this."), max_length=WHY_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def __init__(self, *args: Any, need: Need, dates: Sequence[Room], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        free = {date.slot.pk: date.free for date in dates}
        fields["slots"].queryset = coming_slots().filter(need=need)
        fields["slots"].label_from_instance = lambda slot: _date_label(slot, free.get(slot.pk, 0))
        if len(dates) == 1:
            self.initial["slots"] = [dates[0].slot.pk]


def _date_label(slot: Slot, free: int) -> str:
    words = {"date": span(slot.start_at, slot.end_at), "free": free}
    return str(_("%(date)s (room for %(free)d)") % words)


@dataclass(frozen=True, slots=True)
class Choice:
    """A participant one may choose. ``fits``: None where no date has room, so that nobody can be compared."""

    who: Pairable
    fits: bool | None
    barrier: str


@private
@require_safe
def by_hand(request: HttpRequest) -> HttpResponse:
    """Which need: the open ones of the communities one guides."""
    actor = _guide(request)
    asked = NeedWords(request.GET)
    words = asked.cleaned_data["words"] if asked.is_valid() else ""
    page = Paginator(needs_to_pair(actor, now=timezone.now(), words=words), ON_A_PAGE).get_page(request.GET.get("page"))  # fmt: skip
    context = {"form": asked, "words": words.strip(), "rows": list(page)}
    return render(request, "by_hand_need.html", context | _pages(page))


@private
@require_safe
def by_hand_party(request: HttpRequest, need_id: str) -> HttpResponse:
    """Whom for a need: who knows the community or was compared, each with whether it fits; or anybody by number."""
    actor, now = _guide(request), timezone.now()
    need = _need(actor, need_id)
    asked = NumberForm(request.GET if "party" in request.GET else None)
    if asked.is_valid():
        named = parties_nameable_by(actor).filter(public_id=asked.cleaned_data["party"]).first()
        if named is not None:
            return redirect("by-hand-pair", need_id=need_id, party=named.public_id)
        asked.add_error("party", _("There is no participant with this number. Please check it with the participant."))  # fmt: skip
    search = PartyWords(request.GET)
    words = search.cleaned_data["words"] if search.is_valid() else ""
    page = Paginator(pairable_parties(actor, need, now=now, words=words), ON_A_PAGE).get_page(request.GET.get("page"))  # fmt: skip
    dates = dates_ahead(need, now=now)
    context = {
        "need": need, "change": change_path(need), "dates": dates, "has_room": any(date.free for date in dates),
        "form": search, "asked": asked, "words": words.strip(),
        "choices": _choices(actor, need, list(page), dates),
    }  # fmt: skip
    status = 422 if asked.errors else 200
    return render(request, "by_hand_party.html", context | _pages(page), status=status)


@private
@require_http_methods(["GET", "POST"])
def by_hand_pair(request: HttpRequest, need_id: str, party: str) -> HttpResponse:
    """The two side by side, and the form that proposes them."""
    actor, now = _guide(request), timezone.now()
    need = _need(actor, need_id)
    volunteer = get_object_or_404(parties_nameable_by(actor).select_related("home"), public_id=party)
    there = Match.objects.filter(need=need, volunteer=volunteer, state__in=sorted(LIVE)).first()
    if there is not None and request.method != "POST":
        messages.info(request, _("There is a proposal for this participant already."))
        return redirect(_where(there))
    dates = dates_ahead(need, now=now)
    form = HandForm(request.POST if request.method == "POST" else None, need=need, dates=dates)
    made: list[Match] = []
    refusals: list[DomainError] = []

    def propose(**values: Any) -> None:
        try:
            made.append(suggest_by_hand(actor=actor, need=need, party=party, **values))
        except DomainError as refusal:
            refusals.append(refusal)
            raise

    if request.method == "POST" and take(form, propose):
        messages.success(request, _("Proposed. It lies on the desk."))
        return redirect("desk-match", public_id=made[0].public_id)
    context = {"need": need, "form": form, "there": there and _where(there), "change": change_path(need)}
    context |= _known(actor, need, volunteer, dates)
    context["remedies"] = [REMEDIES[each.code] for each in refusals if each.code in REMEDIES]
    return render(request, "by_hand_pair.html", context, status=422 if form.errors else 200)


def _guide(request: HttpRequest) -> User:
    """Who proposes is a guide; administrators look after the house and propose nobody."""
    actor = actor_of(request)
    if not is_guide(actor):
        raise NotAllowed("guides_only", str(_("This page is for community guides.")))
    return actor


def _need(actor: User, public_id: str) -> Need:
    return get_object_or_404(needs_to_pair(actor, now=timezone.now()), public_id=public_id)


def _where(match: Match) -> str:
    return review_path(match) if match.state == MatchState.PROPOSED else match_path(match)


def _choices(actor: User, need: Need, rows: Sequence[Volunteer], dates: Sequence[Room]) -> list[Choice]:
    found = barriers_ahead(actor=actor, need=need, parties=rows, dates=dates, now=timezone.now())
    return [_choice(pairable(row), found) for row in rows]


def _choice(who: Pairable, found: Mapping[int, Any]) -> Choice:
    if who.party.pk not in found:
        return Choice(who, None, "")
    code = found[who.party.pk]
    return Choice(who, code is None, barrier_sentence(code) if code else "")


def _known(actor: User, need: Need, party: Volunteer, dates: Sequence[Room]) -> dict[str, Any]:
    """What may be read of the pair. Of who is not within reach, whose number alone was told: no name and no evidence."""
    within = pairable_by(actor, need).filter(pk=party.pk).exists()
    known: dict[str, Any] = {"label": home_label(party), "name": party.name if within else ""}
    try:
        match = pair_in_mind(actor=actor, need=need, party=party, dates=dates, now=timezone.now())
    except Conflict as refusal:
        return known | {"short": refusal.message, "short_remedy": REMEDIES[refusal.code]}
    failed = [barrier_sentence(code) for code in match.explanation.get("failed", [])]
    return known | {"failed": failed, "hand": in_mind(match, actor) if within else None}


def _pages(page: Page[Any]) -> dict[str, Any]:
    return {
        "page": page,
        "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=1),
    }
