"""A guardian's consent: asked from the page of a match, and said on a page for whoever holds the link of the letter."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.errors import Invalid
from accounts.models import User
from matching.selectors.guardians import GuardianStatus, guarded_of, minors_of, status_of
from matching.selectors.sights import MatchSight
from matching.selectors.viewers import viewer_of
from matching.services.guardians import answer_guardian, ask_guardian, asked_by
from matching.web.base import actor_of, known_match, private, take
from regions.policies import public_label


class AskForm(forms.Form):
    """Whose guardian, and the address."""

    minor = forms.ModelChoiceField(
        label=_("Who is 16 or 17"), queryset=User.objects.none(), widget=forms.RadioSelect, empty_label=None
    )
    email = forms.EmailField(
        label=_("E-mail address of a parent or guardian"),
        help_text=_("Used for this letter alone, and forgotten after the activity."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, minors: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["minor"].queryset = User.objects.filter(pk__in=[minor.pk for minor in minors]).order_by("pk")
        fields["minor"].label_from_instance = lambda user: user.name or _("(no name yet)")
        self.initial.setdefault("minor", minors[0].pk if minors else None)


class GuardianForm(forms.Form):
    """Who says it. What is said is the button that was pressed."""

    name = forms.CharField(
        label=_("Your name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )


@private
@require_http_methods(["GET", "POST"])
def match_guardians(request: HttpRequest, public_id: str) -> HttpResponse:
    """How it stands with the guardians of those aged 16 or 17, and writing to one. For the participant and the guides."""
    actor = actor_of(request)
    match = known_match(actor, public_id)
    sight = MatchSight(match, viewer_of(actor, [match]))
    if not sight.cares_for_people:
        raise Http404
    form = AskForm(request.POST if request.method == "POST" else None, minors=minors_of(match))
    if request.method == "POST" and take(
        form, lambda **values: ask_guardian(match_id=match.pk, actor=actor, **values)
    ):
        messages.success(request, _("The letter is on its way."))
        return redirect("match-guardians", public_id=public_id)
    context = {"sight": sight, "guarded": guarded_of(match), "form": form}
    return render(request, "match_guardians.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def guardian(request: HttpRequest, code: str) -> HttpResponse:
    """What, where roughly, when and which dangers, for a guardian without an account; agrees, does not, or takes it back."""
    try:
        ask = asked_by(code)
    except Invalid as refusal:
        return render(request, "guardian_page.html", {"refusal": refusal.message}, status=404)
    form = GuardianForm(request.POST if request.method == "POST" else None)
    agrees = request.POST.get("agrees") == "yes"
    if request.method == "POST" and take(
        form, lambda name: answer_guardian(code=code, agrees=agrees, name=name)
    ):
        messages.success(request, _("Thank you. The guide has your answer."))
        return redirect("guardian", code=code)
    need = ask.match.need
    context = {
        "ask": ask,
        "need": need,
        "place": public_label(need.region),
        "slots": ask.match.slots.order_by("start_at", "pk"),
        "hazards": need.hazards.all(),
        "status": status_of(ask),
        "has_agreed": status_of(ask) == GuardianStatus.AGREED,
        "form": form,
    }
    return render(request, "guardian_page.html", context, status=422 if form.errors else 200)
