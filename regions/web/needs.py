"""The needs of a community for who works for it: all of them, one with its record, revising it and giving it dates."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.web.base import actor_of, private, take
from regions.models import Need, Region
from regions.selectors.desk import desk_needs, record_of, repeatable_needs
from regions.services.needs import post_need, update_need
from regions.services.slots import add_rule, add_slot
from regions.services.stages import opening_problems
from regions.web.acts import NEXT_STEPS
from regions.web.base import is_proxy, own_need, own_region, paged, posted
from regions.web.date_forms import WhenForm
from regions.web.intake import IntakeForm
from regions.web.need_forms import NeedForm
from regions.web.records import Told
from regions.web.rule_words import rule_in_words

REPEATABLE_SHOWN = 5


@private
@require_safe
def place_needs(request: HttpRequest, public_id: str) -> HttpResponse:
    """The needs of a community in every stage. A fixed number of queries."""
    region = own_region(actor_of(request), public_id)
    again = set(repeatable_needs(region).values_list("pk", flat=True))
    context = paged(request, desk_needs(region)) | {"region": region, "tab": "needs", "again": again}
    return render(request, "place/needs.html", context)


@private
@require_safe
def place_need(request: HttpRequest, public_id: str, need_id: str) -> HttpResponse:
    """One need: what was said, its dates, the next step, and who did what on whose behalf."""
    region = own_region(actor_of(request), public_id)
    need = own_need(region, need_id)
    context = {
        "region": region,
        "need": need,
        "rules": [rule_in_words(rule) for rule in need.slot_rules.all()],
        "steps": NEXT_STEPS[need.stage],
        "gaps": opening_problems(need).lines if need.stage not in ("open", "closed") else [],
        "may_repeat": repeatable_needs(region).filter(pk=need.pk).exists(),
        "record": [Told(entry) for entry in record_of(need)],
    }
    return render(request, "place/need.html", context)


@private
@require_http_methods(["GET", "POST"])
def need_new(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a need down, in the order in which one talks. It is kept as a consultation from the first answer on."""
    actor = actor_of(request)
    region = own_region(actor, public_id)
    form = IntakeForm(posted(request), region=region, is_proxy=is_proxy(actor, region))
    made: list[Need] = []
    if request.method == "POST" and take(form, lambda **_said: made.append(_post(actor, region, form))):
        messages.success(request, _("Kept as a consultation. Nothing is public yet."))
        then = "need-read" if request.POST.get("then") == "read" else "place-need"
        return redirect(then, public_id=public_id, need_id=made[0].public_id)
    context = {"region": region, "form": form, "again": repeatable_needs(region)[:REPEATABLE_SHOWN]}
    return render(request, "place/intake.html", context, status=422 if form.errors else 200)


def _post(actor: User, region: Region, form: IntakeForm) -> Need:
    return post_need(
        actor=actor, region=region, on_behalf_of=form.on_behalf_of, slots=form.when.slots(), slot_rules=form.when.rules(),
        **form.values(),
    )  # fmt: skip


@private
@require_http_methods(["GET", "POST"])
def need_revise(request: HttpRequest, public_id: str, need_id: str) -> HttpResponse:
    """Change what was said of a need. Its dates have a page of their own."""
    actor = actor_of(request)
    region = own_region(actor, public_id)
    need = own_need(region, need_id)
    form = NeedForm(posted(request), region=region, need=need)
    if request.method == "POST" and take(
        form, lambda **_said: update_need(actor=actor, need=need, **form.values())
    ):
        messages.success(request, _("Changed. What was said before stays on record."))
        return redirect("place-need", public_id=public_id, need_id=need_id)
    context = {"region": region, "need": need, "form": form}
    return render(request, "place/revise.html", context, status=422 if form.errors else 200)


@private
@require_http_methods(["GET", "POST"])
def need_dates(request: HttpRequest, public_id: str, need_id: str) -> HttpResponse:
    """Give a need dates: by a rule, or one day."""
    actor = actor_of(request)
    region = own_region(actor, public_id)
    need = own_need(region, need_id)
    form = DatesForm(posted(request), region=region)
    if request.method == "POST" and take(form, lambda **_said: _add_dates(actor, need, form)):
        messages.success(request, _("The dates are added."))
        return redirect("place-need", public_id=public_id, need_id=need_id)
    context = {"region": region, "need": need, "form": form}
    return render(request, "place/need_dates.html", context, status=422 if form.errors else 200)


class DatesForm(WhenForm):
    """On this page the week is what one came for."""

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        if not answers.get("nth") and "nth" not in self.errors:
            self.add_error("nth", _("Say which week, or that it is one day."))
        return answers


def _add_dates(actor: User, need: Need, form: DatesForm) -> None:
    """One rule or one day: whichever the form holds."""
    for slot in form.slots():
        add_slot(actor=actor, need=need, slot=slot)
    for rule in form.rules():
        add_rule(actor=actor, need=need, rule=rule)
