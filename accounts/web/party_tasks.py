"""The profile of a party as tasks: each says what is known, whether it is done, and leads to one short form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import TextChoices
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import GROUP_KINDS
from accounts.models import User, Volunteer
from accounts.selectors.parties import own_parties, with_details
from accounts.web import party_kinds as kinds
from accounts.web import party_plain as plain
from accounts.web import party_times as times
from accounts.web.base import actor_of, private, take
from accounts.web.dates import day


class Standing(TextChoices):
    """How a task stands, in a word that the page shows beside a shape."""

    DONE = "done", _("said")
    OPEN = "open", _("not yet")
    FREE = "free", _("if you like")


@dataclass(frozen=True, slots=True)
class PartyTask:
    """One task. ``says`` puts what is known into words, empty for nothing; ``needed`` counts while it is empty."""

    title: Any
    question: Any
    form: type[Any]
    says: Callable[[Volunteer], str]
    needed: bool = False
    template: str = "me/task.html"
    then: str = ""
    hint: Any = ""
    is_listed: bool = True


def _join(words: list[str]) -> str:
    return gettext(", ").join(words)


def _in_brackets(what: str, more: str) -> str:
    return gettext("%(what)s (%(more)s)") % {"what": what, "more": more}


def _abilities(party: Volunteer) -> str:
    return _join(
        [_in_brackets(row.work_kind.label, row.get_level_display()) for row in party.abilities.all()]
    )


def _wishes(party: Volunteer) -> str:
    return _join([row.asset_kind.label for row in party.wishes.all()])


def _held(party: Volunteer) -> str:
    return _join([_one_held(row) for row in party.held_qualifications.all()])


def _one_held(row: Any) -> str:
    if row.expires_on is None:
        return str(row.qualification.label)
    until = gettext("valid until %(day)s") % {"day": day(row.expires_on, with_year=True)}
    return _in_brackets(row.qualification.label, until)


def _travel(party: Volunteer) -> str:
    limit = gettext("%(time)s one way") % {"time": plain.minutes_label(party.travel_limit_minutes)}
    return _join([party.home.label, party.get_transport_display(), limit])


def _days(party: Volunteer) -> str:
    return " / ".join(times.times_in_words(window) for window in party.availabilities.all())


def _absences(party: Volunteer) -> str:
    return _join([f"{day(first)}–{day(last)}" for first, last in times.coming_absences(party)])


def _people(party: Volunteer) -> str:
    if party.kind not in GROUP_KINDS:
        return party.name
    count = gettext("%(size)d people, at least %(least)d come") % {
        "size": party.size,
        "least": party.min_people,
    }
    return _join([party.name, count])


def _limits(party: Volunteer) -> str:
    words = [str(dict(plain.LOADS)[party.load_limit])]
    return _join([*words, gettext("from home as well")] if party.remote_ok else words)


def _words(party: Volunteer) -> str:
    return " / ".join(text for text in (party.note, party.insurance) if text)


def _nothing(_party: Volunteer) -> str:
    return ""


PICK, LINES = "me/choose.html", "me/lines.html"
TASKS: Mapping[str, PartyTask] = {
    "abilities": PartyTask(
        _("What you can do"), _("What would you like to do?"), kinds.AbilitiesForm, _abilities,
        needed=True, template=PICK, then="levels", hint=_("As many as you like. On the next page you say how well."),
    ),
    "levels": PartyTask(
        _("How well you can do it"), _("How well can you do it?"), kinds.LevelsForm, _nothing, template=LINES, is_listed=False,
        hint=_("In your own judgement. «No experience, willing» is a good answer."),
    ),
    "wishes": PartyTask(
        _("What you are looking for"), _("What are you looking for?"), kinds.WishesForm, _wishes,
        needed=True, template=PICK, then="weights", hint=_("As many as you like. On the next page you say how much each matters."),
    ),
    "weights": PartyTask(
        _("How much it matters"), _("How much does each matter?"), kinds.WeightsForm, _nothing, template=LINES, is_listed=False,
    ),
    "travel": PartyTask(
        _("Home and way"), _("From where do you come, and how far?"), plain.TravelForm, _travel, needed=True, template="me/travel.html",
    ),
    "days": PartyTask(
        _("When you can come"), _("When can you come?"), times.DaysForm, _days, needed=True, template="me/days.html",
    ),
    "absences": PartyTask(
        _("When you are away"), _("On which days can you not come?"), times.AbsencesForm, _absences, template="me/absences.html",
        hint=_("For these days nothing is proposed to you. Leave the end empty for a single day."),
    ),
    "people": PartyTask(
        _("Name and people"), _("Who are you?"), plain.PeopleForm, _people, needed=True,
    ),
    "qualifications": PartyTask(
        _("Qualifications"), _("Which qualifications do you hold?"), kinds.HeldForm, _held, template=PICK, then="expiry",
        hint=_("Some work asks for one. Nothing need be chosen."),
    ),
    "expiry": PartyTask(
        _("How long they are valid"), _("Until when are they valid?"), kinds.ExpiryForm, _nothing, template=LINES, is_listed=False,
    ),
    "limits": PartyTask(
        _("How heavy, and from home"), _("What suits you?"), plain.LimitsForm, _limits, needed=True,
    ),
    "words": PartyTask(
        _("In your own words"), _("What else should we know?"), plain.WordsForm, _words,
    ),
    "rest": PartyTask(
        _("Pause or go on"), _("Would you like to pause?"), plain.RestForm, _nothing, template="me/rest.html", is_listed=False,
    ),
}  # fmt: skip


MOST_TELLING = ("abilities", "wishes", "days", "travel")


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task as the list shows it."""

    name: str
    title: Any
    says: str
    standing: Standing


def tasks_of(party: Volunteer) -> list[TaskRow]:
    """The tasks of a party that came with its details. No query."""
    return [_row(name, task, party) for name, task in TASKS.items() if task.is_listed]


def _row(name: str, task: PartyTask, party: Volunteer) -> TaskRow:
    says = task.says(party)
    empty = Standing.OPEN if task.needed else Standing.FREE
    return TaskRow(name, task.title, says, Standing.DONE if says else empty)


def told_of(party: Volunteer) -> list[tuple[str, Any, str]]:
    """Name, title and words of what matters most for what fits. No query on one of ``told_parties``."""
    return [(name, TASKS[name].title, TASKS[name].says(party)) for name in MOST_TELLING]


def open_tasks(rows: list[TaskRow]) -> int:
    """How many tasks are still to be done."""
    return sum(row.standing == Standing.OPEN for row in rows)


def own_party(actor: User, public_id: str) -> Volunteer:
    """A party this person represents, with details.

    Raises:
        Http404: there is none.
    """
    party = with_details(own_parties(actor)).filter(public_id=public_id).first()
    if party is None:
        raise Http404
    return party


@private
@require_safe
def party_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """The task list of one party. Twelve queries."""
    party = own_party(actor_of(request), public_id)
    rows = tasks_of(party)
    return render(request, "me/party.html", {"party": party, "tasks": rows, "left": open_tasks(rows)})


@private
@require_http_methods(["GET", "POST"])
def party_task(request: HttpRequest, public_id: str, task: str) -> HttpResponse:
    """One short form about a party. 404 for a task nobody knows, or a party of somebody else."""
    actor = actor_of(request)
    party = own_party(actor, public_id)
    chosen = TASKS.get(task)
    if chosen is None:
        raise Http404
    form = chosen.form(
        request.POST if request.method == "POST" else None, party=party, **_grown(request, task)
    )
    if request.method == "POST" and take(form, lambda **_answers: form.save(actor)):
        return _onwards(request, party, chosen, form)
    context = {"party": party, "task": chosen, "form": form, "back": _back(task)}
    return render(request, chosen.template, context, status=422 if form.errors else 200)


def _grown(request: HttpRequest, task: str) -> dict[str, Any]:
    """Whether one more window of days was asked for in the address."""
    return {"more": "more" in request.GET} if task == "days" else {}


def _back(task: str) -> str:
    """The task that leads to this one, for the pages that follow a choice."""
    return next((name for name, other in TASKS.items() if other.then == task), "")


def _onwards(request: HttpRequest, party: Volunteer, task: PartyTask, form: Any) -> HttpResponse:
    """A choice of something leads to the lines about it; everything else back to the list."""
    if task.then and form.cleaned_data["codes"]:
        return redirect("party-task", public_id=party.public_id, task=task.then)
    messages.success(request, _("Saved. What fits is looked for anew."))
    return redirect("party-page", public_id=party.public_id)
