"""Groups: forming one, inviting by a link, joining for oneself, leaving."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.enums import GROUP_KINDS, AgeBand, PartyKind
from accounts.errors import Invalid
from accounts.models import Membership, User, Volunteer
from accounts.models.volunteers import SIZE_MAX
from accounts.policies import memberships_ended_by
from accounts.selectors.parties import own_parties
from accounts.services.members import invite_members, invited_party, join_party, remove_member
from accounts.services.parties import create_party
from accounts.web.base import actor_of, private, remember, take
from accounts.web.party_plain import NUMBER
from accounts.web.party_tasks import own_party

COPIED = ("transport", "travel_limit_minutes", "day_trip_limit_minutes", "load_limit")


class GroupForm(forms.Form):
    """What a new group is called and how many it is. Home and way begin as those of who forms it."""

    kind = forms.ChoiceField(
        label=_("Who comes"), initial=PartyKind.GROUP, widget=forms.RadioSelect,
        choices=[(PartyKind.GROUP, _("a group, club or team")), (PartyKind.HOUSEHOLD, _("my family"))],
    )  # fmt: skip
    name = forms.CharField(label=_("Name of the group"), max_length=120)
    size = forms.IntegerField(
        label=_("How many you are"), min_value=1, max_value=SIZE_MAX,
        help_text=_("About how many. It can be changed at any time."), widget=forms.NumberInput(attrs=NUMBER),
    )  # fmt: skip


class JoinGroupForm(forms.Form):
    """One's own word."""

    age = forms.ChoiceField(
        label=_("How old you are"), choices=AgeBand.choices, widget=forms.RadioSelect,
        help_text=_("We do not ask for a birthday. At 16 or 17 a parent or guardian is asked before each activity."),
    )  # fmt: skip
    agrees = forms.BooleanField(
        label=_("I agree to be named as a member of this group."),
        error_messages={"required": _("You can join once you agree.")},
    )


@private
@require_http_methods(["GET", "POST"])
def party_new(request: HttpRequest) -> HttpResponse:
    """Form a group. Who is no participant yet says first what interests them; that asks for groups as well."""
    actor = actor_of(request)
    first = own_parties(actor).last()
    if first is None:
        return redirect("join-begin")
    form = GroupForm(request.POST if request.method == "POST" else None)
    made: list[Volunteer] = []
    if request.method == "POST" and take(form, lambda **values: made.append(_form(actor, first, values))):
        messages.success(request, _("The group is formed. Invite its members, or do so later."))
        return redirect("party-members", public_id=made[0].public_id)
    return render(request, "me/group_new.html", {"form": form}, status=422 if form.errors else 200)


def _form(actor: User, like: Volunteer, values: dict[str, Any]) -> Volunteer:
    copied: dict[str, Any] = {name: getattr(like, name) for name in COPIED}
    return create_party(actor=actor, home_code=like.home_id, **copied, **values)


@private
@require_http_methods(["GET", "POST"])
def party_members(request: HttpRequest, public_id: str) -> HttpResponse:
    """Who is named in a group. A POST makes a link to hand out; it is shown once and stored nowhere."""
    actor = actor_of(request)
    party = own_party(actor, public_id)
    if party.kind not in GROUP_KINDS:
        raise Http404
    context: dict[str, Any] = {"party": party, "members": _members(party)}
    if request.method == "POST":
        code = invite_members(actor=actor, party=party)
        context["link"] = request.build_absolute_uri(reverse("group-join", args=[code]))
    return render(request, "me/members.html", context)


def _members(party: Volunteer) -> list[Membership]:
    """Who is named beside the representative."""
    return [row for row in party.memberships.all() if row.user_id != party.representative_id]


@private
@require_http_methods(["GET", "POST"])
def member_remove(request: HttpRequest, public_id: str, user_id: str) -> HttpResponse:
    """Take somebody out of a group, or leave it oneself. 404 for whom that is not up to."""
    actor = actor_of(request)
    rows = memberships_ended_by(actor).select_related("volunteer", "user")
    row = get_object_or_404(rows, volunteer__public_id=public_id, user__public_id=user_id)
    leaves = row.user == actor
    if request.method == "POST":
        remove_member(actor=actor, party=row.volunteer, user=row.user)
        messages.success(request, _("You have left the group.") if leaves else _("Taken out of the group."))
        return redirect("profile") if leaves else redirect("party-members", public_id=public_id)
    return render(request, "me/member_remove.html", {"row": row, "party": row.volunteer, "leaves": leaves})


@never_cache
@require_http_methods(["GET", "POST"])
def group_join(request: HttpRequest, code: str) -> HttpResponse:
    """What the group of a link is, for whoever was handed it; joining it for oneself, once signed in."""
    try:
        party = invited_party(code)
    except Invalid as refusal:
        return render(request, "me/group_join.html", {"refusal": refusal.message}, status=404)
    if not request.user.is_authenticated:
        remember(request)
        return render(request, "me/group_join.html", {"party": party})
    actor = actor_of(request)
    form = JoinGroupForm(request.POST if request.method == "POST" else None, initial={"age": actor.age_band})
    if request.method == "POST" and take(
        form, lambda age, **_agrees: join_party(actor=actor, code=code, age=age)
    ):
        messages.success(request, _("You are named as a member of the group."))
        return redirect("profile")
    context = {"party": party, "form": form, "is_member": party.memberships.filter(user=actor).exists()}
    return render(request, "me/group_join.html", context, status=422 if form.errors else 200)
