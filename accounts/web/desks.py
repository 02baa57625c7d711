"""The desk of a guide: how much a week, when away, who stands in, and what that one must know. For colleagues too."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.models import Guide, User
from accounts.selectors.organizations import colleagues_of, desk_known_to, is_absent
from accounts.services.organizations import CAPACITY_MAX, set_absence, set_weekly_capacity
from accounts.web.base import actor_of, private, take

HANDOVER_MAX = 4000
CAPACITY, ABSENCE = "capacity", "absence"


class CapacityForm(forms.Form):
    """How much a guide can read."""

    weekly_capacity = forms.IntegerField(
        label=_("Proposals a week"),
        help_text=_("No more new proposals are put on this desk than this."),
        min_value=1,
        max_value=CAPACITY_MAX,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "input input--num"}),
    )


class AbsenceForm(forms.Form):
    """When a guide is away, and who looks after the desk meanwhile."""

    absent_from = forms.DateField(
        label=_("First day away"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )  # fmt: skip
    absent_until = forms.DateField(
        label=_("Last day away"),
        help_text=_("Leave both days empty for somebody who is there."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    stand_in = forms.ModelChoiceField(
        label=_("Who stands in"), queryset=Guide.objects.none(), required=False, empty_label=_("nobody in particular")
    )  # fmt: skip
    handover = forms.CharField(
        label=_("Handover notes"),
        help_text=_("What a colleague must know: who was newly elected, who is best called when. Only colleagues read it."),
        max_length=HANDOVER_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
    )  # fmt: skip

    def __init__(self, *args: Any, actor: User, guide: Guide, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["stand_in"].queryset = colleagues_of(actor, guide)
        fields["stand_in"].label_from_instance = lambda each: each.user.name


@private
@require_http_methods(["GET", "POST"])
def own_desk(request: HttpRequest) -> HttpResponse:
    """One's own desk. 404 for who is no guide."""
    return _desk(request, actor_of(request).public_id)


@private
@require_http_methods(["GET", "POST"])
def colleague_desk(request: HttpRequest, user_id: str) -> HttpResponse:
    """The desk of a colleague, for one who is ill. 404 for who is of another organization."""
    return _desk(request, user_id)


def _desk(request: HttpRequest, user_id: str) -> HttpResponse:
    """Both forms of a desk; which of them was sent, its button says."""
    actor = actor_of(request)
    guide = desk_known_to(actor, user_id)
    sent = request.POST.get("form", "") if request.method == "POST" else ""
    capacity = CapacityForm(
        request.POST if sent == CAPACITY else None, initial=_values(guide), prefix=CAPACITY
    )
    absence = AbsenceForm(
        request.POST if sent == ABSENCE else None, initial=_values(guide), prefix=ABSENCE, actor=actor, guide=guide
    )  # fmt: skip
    if _is_done(sent, capacity, absence, actor, guide):
        messages.success(request, _("The desk is changed."))
        return redirect(request.path)
    colleagues = list(colleagues_of(actor, guide))
    context = {
        "desk": guide,
        "is_own": guide.user_id == actor.pk,
        "capacity": capacity,
        "absence": absence,
        "colleagues": [(each, is_absent(each, on=timezone.localdate())) for each in colleagues],
        "wrong": next((form for form in (capacity, absence) if form.errors), None),
    }
    return render(request, "guide_desk.html", context, status=422 if context["wrong"] else 200)


def _is_done(sent: str, capacity: CapacityForm, absence: AbsenceForm, actor: User, guide: Guide) -> bool:
    if sent == CAPACITY:
        return take(capacity, lambda **values: set_weekly_capacity(actor=actor, guide=guide, **values))
    if sent == ABSENCE:
        return take(absence, lambda **values: set_absence(actor=actor, guide=guide, **values))
    return False


def _values(guide: Guide) -> dict[str, Any]:
    names = ("weekly_capacity", "absent_from", "absent_until", "stand_in", "handover")
    return {name: getattr(guide, name) for name in names}
