"""What the two sides can do on the page of a match: one address an act, one form, one service."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from matching.enums import Side
from matching.models import Match
from matching.selectors.guiding import has_begun
from matching.selectors.paths import calls_path, match_path, slips_path
from matching.selectors.reviews import place_on_list
from matching.selectors.sights import MatchSight, sight_of
from matching.services import answers, endings, meetings, review
from matching.web import match_forms as forms
from matching.web.acts import Act, Acts, SideAct
from matching.web.attendance import AttendanceForm, attest
from matching.web.base import actor_of, known_match, private, take
from matching.web.calls import next_call_path
from matching.web.entry_forms import ConsentForm
from matching.web.guide_acts import guide_acts_of
from matching.web.guide_forms import PromiseForm

ACTS: Acts = {
    "answer": SideAct(
        "answer", _("Your answer"), _("Send the answer"), _("Your answer has been recorded. Thank you."),
        forms.YesForm, answers.answer_match,
    ),
    "decline": SideAct(
        "decline", _("Not this time"), _("Not this time"), _("It ends here. Thank you for telling us."),
        forms.EndForm, endings.decline_match,
    ),
    "board-date": SideAct(
        "set_board_date", _("When does your board meet next?"), _("Record the date"),
        _("The date is recorded. The time to answer follows it."), forms.BoardForm, answers.set_board_date,
    ),
    "extend": SideAct(
        "extend", _("More time to answer"), _("Ask for more time"), _("You have more time now."),
        forms.EmptyForm, answers.extend_answer,
    ),
    "promise": SideAct(
        "confirm_promise", _("What is promised in return"), _("This is right"), _("Confirmed. Thank you."),
        forms.EmptyForm, answers.confirm_promise,
    ),
    "plan": SideAct(
        "plan_meeting", _("The first meeting"), _("Record the plan"), _("The plan is recorded, and the others are told."),
        forms.PlanForm, meetings.plan_meeting,
    ),
    "people": SideAct(
        "name_people", _("Who comes"), _("Record who comes"), _("Recorded who comes."),
        forms.PeopleForm, review.name_people,
    ),
    "consents": SideAct(
        "record_consent", _("A consent of the community"), _("Record it"), _("The consent is on record."),
        ConsentForm, answers.record_consent,
    ),
    "word-promise": SideAct(
        "change_promise", _("Word the promise anew"), _("Change the promise"), _("The promise is changed; both sides confirm it again."),
        PromiseForm, answers.change_promise,
    ),
    "who-came": SideAct(
        "attest", _("Who came"), _("Record who came"), _("Recorded who came."),
        AttendanceForm, attest, _("A second record of the same date takes the place of the first; both stay on record."),
    ),
    "other-dates": SideAct(
        "redate", _("Propose other dates"), _("Propose these dates"),
        _("The guide has your dates and asks the other side."), forms.DatesForm, endings.redate_match,
    ),
    "withdraw": SideAct(
        "withdraw", _("Take it back"), _("Take it back"), _("It is taken back. Nobody blames you."),
        forms.WithdrawForm, endings.withdraw_match,
    ),
    "cancel": SideAct(
        "cancel", _("We cannot come after all"), _("Call it off"),
        _("It is called off; the others are told and the places are free again. Nobody blames you."),
        forms.CancelForm, endings.cancel_match,
    ),
}  # fmt: skip
ANSWERING = frozenset({"answer", "set_board_date", "extend"})
ASKED_BY_ADDRESS = frozenset({"side", "kind", "slot", "consent"})
"""What a link to an act may have chosen already: of what it is about, never what is said."""


def acts_of(sight: MatchSight) -> Acts:
    """The acts that somebody who speaks for a side may try now by their path, in the order of the page."""
    if not sight.sides:
        return {}
    return {path: act for path, act in ACTS.items() if act.move in sight.moves and _is_left(sight, act)}


def _is_left(sight: MatchSight, act: Act) -> bool:
    """Whether there is still something to do: who has answered or confirmed is not asked again."""
    if act.move in ANSWERING:
        return sight.owes_answer
    if act.move == "record_consent":
        return bool(sight.open_consents)
    if act.move == "attest":
        return has_begun(sight.match, now=timezone.now())
    return sight.owes_promise if act.move == "confirm_promise" else True


MENDS = {
    "answers": ("answer", "enter-answer"),
    "meeting": ("plan", "record-meeting"),
    "consents": ("consents", "enter-consent"),
    "promise_party": ("promise", "enter-promise"),
    "promise_region": ("promise", "enter-promise"),
}
"""Which act brings what is missing: of a side, and of a guide."""
WHOSE = {"promise_party": Side.PARTY, "promise_region": Side.REGION}


@dataclass(frozen=True, slots=True)
class Mend:
    """An act that brings what is missing; ``side``: for whom a guide enters it, where that is plain."""

    path: str
    act: Act
    side: str = ""


def mending(code: str, sight: MatchSight, own: Acts, desk: Acts) -> Mend | None:
    """The act by which the viewer can bring what is missing now; None where it is others' to bring."""
    side, guide = MENDS.get(code, ("", ""))
    if side in own and WHOSE.get(code) in {None, *sight.sides}:
        return Mend(side, own[side])
    return Mend(guide, desk[guide], WHOSE.get(code, "")) if guide in desk else None


@private
@require_http_methods(["GET", "POST"])
def match_act(request: HttpRequest, public_id: str, act: str) -> HttpResponse:
    """Ask for what an act needs, and do it. 404 for who may not know of the match."""
    actor = actor_of(request)
    sight = sight_of(known_match(actor, public_id), actor)
    back = _way_back(request, sight.match)
    chosen = (acts_of(sight) | guide_acts_of(sight)).get(act)
    if chosen is None:
        messages.info(request, _("This is not possible any more. Here is how things stand."))
        return redirect(back)
    asked = {name: value for name, value in request.GET.items() if name in ASKED_BY_ADDRESS}
    sent = request.POST if request.method == "POST" else None
    called = place_on_list(actor, sight.match) if sent is not None and _from_calls(request) else None
    form = chosen.form(sent, match=sight.match, actor=actor, initial=asked)
    if request.method == "POST" and take(form, lambda **values: chosen.do(sight.match, actor, values)):
        messages.success(request, chosen.done)
        return redirect(next_call_path(actor, after=called) if _from_calls(request) else back)
    status = 422 if form.errors else 200
    context = {"sight": sight, "act": chosen, "form": form, "back": back, "no": _other_answer(sight, act)}
    return render(request, "match_act.html", context, status=status)


def _other_answer(sight: MatchSight, act: str) -> tuple[str, Act] | None:
    """A no is an answer too: the act that says it, beside the form that says yes."""
    no = acts_of(sight).get("decline") if act == "answer" else None
    return ("decline", no) if no else None


def _way_back(request: HttpRequest, match: Match) -> str:
    """The page one came from, as the address says: a list to be worked through, else the page of the match."""
    lists = {"calls": calls_path(), "slips": slips_path()}
    return lists.get(request.GET.get("from", ""), match_path(match))


def _from_calls(request: HttpRequest) -> bool:
    """Whether one came from the call list, to which one goes back."""
    return request.GET.get("from") == "calls"
