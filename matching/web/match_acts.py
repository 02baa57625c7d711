"""What the two sides can do on the page of a match: one address an act, one form, one service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from matching.models import Match
from matching.selectors.sights import MatchSight, sight_of
from matching.selectors.viewers import entered_for
from matching.services import answers, endings, meetings, review
from matching.web import match_forms as forms
from matching.web.base import actor_of, known_match, private, take


@dataclass(frozen=True, slots=True)
class Act:
    """One act. ``move`` is its row in the table, which says whether it may be tried now."""

    move: str
    title: Any
    button: Any
    done: Any
    form: type[forms.MatchForm]
    service: Callable[..., Match]


ACTS: dict[str, Act] = {
    "answer": Act(
        "answer", _("Your answer"), _("Send the answer"), _("Your answer has been recorded. Thank you."),
        forms.YesForm, answers.answer_match,
    ),
    "decline": Act(
        "decline", _("Not this time"), _("Not this time"), _("It ends here. Thank you for telling us."),
        forms.EndForm, endings.decline_match,
    ),
    "board-date": Act(
        "set_board_date", _("When does your board meet next?"), _("Record the date"),
        _("The date is recorded. The time to answer follows it."), forms.BoardForm, answers.set_board_date,
    ),
    "extend": Act(
        "extend", _("More time to answer"), _("Ask for more time"), _("You have more time now."),
        forms.EmptyForm, answers.extend_answer,
    ),
    "promise": Act(
        "confirm_promise", _("What is promised in return"), _("This is right"), _("Confirmed. Thank you."),
        forms.EmptyForm, answers.confirm_promise,
    ),
    "plan": Act(
        "plan_meeting", _("The first meeting"), _("Record the plan"), _("The plan is recorded, and the others are told."),
        forms.PlanForm, meetings.plan_meeting,
    ),
    "people": Act(
        "name_people", _("Who comes"), _("Record who comes"), _("Recorded who comes."),
        forms.PeopleForm, review.name_people,
    ),
    "other-dates": Act(
        "redate", _("Propose other dates"), _("Propose these dates"),
        _("The guide has your dates and asks the other side."), forms.DatesForm, endings.redate_match,
    ),
    "withdraw": Act(
        "withdraw", _("Take it back"), _("Take it back"), _("It is taken back. Nobody blames you."),
        forms.WithdrawForm, endings.withdraw_match,
    ),
    "cancel": Act(
        "cancel", _("We cannot come after all"), _("Call it off"),
        _("It is called off; the others are told and the places are free again. Nobody blames you."),
        forms.CancelForm, endings.cancel_match,
    ),
}  # fmt: skip
ANSWERING = frozenset({"answer", "set_board_date", "extend"})


def acts_of(sight: MatchSight) -> list[tuple[str, Act]]:
    """The acts that somebody who speaks for a side may try now, in the order of the page."""
    if not sight.sides:
        return []
    return [(path, act) for path, act in ACTS.items() if act.move in sight.moves and _is_left(sight, act)]


def _is_left(sight: MatchSight, act: Act) -> bool:
    """Whether there is still something to do: who has answered or confirmed is not asked again."""
    if act.move in ANSWERING:
        return sight.owes_answer
    return sight.owes_promise if act.move == "confirm_promise" else True


@private
@require_http_methods(["GET", "POST"])
def match_act(request: HttpRequest, public_id: str, act: str) -> HttpResponse:
    """Ask for what an act needs, and do it. 404 for who may not know of the match."""
    actor = actor_of(request)
    sight = sight_of(known_match(actor, public_id), actor)
    chosen = dict(acts_of(sight)).get(act)
    if chosen is None:
        messages.info(request, _("This is not possible any more. Here is how things stand."))
        return redirect("match-page", public_id=public_id)
    form = chosen.form(request.POST if request.method == "POST" else None, match=sight.match, actor=actor)
    if request.method == "POST" and take(form, lambda **values: _do(chosen, sight.match, actor, values)):
        messages.success(request, chosen.done)
        return redirect("match-page", public_id=public_id)
    status = 422 if form.errors else 200
    return render(request, "match_act.html", {"sight": sight, "act": chosen, "form": form}, status=status)


def _do(act: Act, match: Match, actor: User, values: dict[str, Any]) -> Match:
    """The service, told on whose behalf an officer of the municipality enters it."""
    is_party = match.volunteer.representative_id == actor.pk
    entered = entered_for(actor, match.need.region, as_party=is_party)
    return act.service(match_id=match.pk, actor=actor, on_behalf_of=entered, **values)
