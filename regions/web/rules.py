"""How a community wants to be treated: what is public, first visits, consents, quiet times; and who speaks for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.web.base import actor_of, private, take
from regions.selectors.desk import offices_of
from regions.web import rule_forms as forms
from regions.web.base import own_region, posted


@dataclass(frozen=True, slots=True)
class Rule:
    """One page: what it asks, and its form."""

    title: Any
    hint: Any
    form: Callable[..., Any]


RULES: dict[str, Rule] = {
    "visits": Rule(
        _("First visits and the way there"),
        _("What is the same for every need of this community."), forms.VisitsForm,
    ),
    "public": Rule(
        _("What may be public"),
        _("The community decides this itself. A change says who agreed, when and how."), forms.PublicForm,
    ),
    "consents": Rule(
        _("Consents the community requires"),
        _("Who has to agree, and to what, before a promise is made. To take one away, empty its first line. Matches under way keep theirs."),
        forms.ConsentsForm,
    ),
    "quiet": Rule(
        _("Quiet times"),
        _("Days of every year on which the community is not to be asked: planting, harvest, Bon, New Year, festivals. To take one away, empty its name."),
        forms.QuietForm,
    ),
    "office": Rule(
        _("Who speaks for the community"),
        _("From that day on. Whoever held the same office leaves it the day before; what was said before stays under that name."),
        forms.OfficeForm,
    ),
}  # fmt: skip


@private
@require_safe
def place_rules(request: HttpRequest, public_id: str) -> HttpResponse:
    """All rules and offices of a community, each with the way to change it."""
    region = own_region(actor_of(request), public_id)
    context = {
        "region": region, "tab": "rules", "offices": offices_of(region),
        "consents": region.required_consents.all(), "quiet": [forms.quiet_in_words(row) for row in region.quiet_periods.all()],
    }  # fmt: skip
    return render(request, "place/rules.html", context)


@private
@require_http_methods(["GET", "POST"])
def place_rule(request: HttpRequest, public_id: str, rule: str) -> HttpResponse:
    """Change one of them."""
    actor = actor_of(request)
    region = own_region(actor, public_id)
    chosen = RULES.get(rule)
    if chosen is None:
        raise Http404
    form = chosen.form(posted(request), region=region, actor=actor)
    if request.method == "POST" and take(form, lambda **_said: form.save()):
        messages.success(request, _("Saved."))
        return redirect("place-rules", public_id=public_id)
    context = {"region": region, "rule": chosen, "form": form}
    return render(request, "place/rule.html", context, status=422 if form.errors else 200)
