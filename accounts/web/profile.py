"""One's own page: what is known of the person and its parties as tasks, none of which has to be done at once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Language
from accounts.models import User
from accounts.selectors.parties import joined_parties, own_parties, with_details
from accounts.services.contact_cards import missing_lines, own_contact_card, save_contact_card
from accounts.services.people import update_me
from accounts.web.base import actor_of, onwards, private, take
from accounts.web.party_tasks import open_tasks, tasks_of


class NameForm(forms.Form):
    """Name, affiliation and the language of messages."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("As you would like to be called here."),
        widget=forms.TextInput(attrs={"autocomplete": "name", "class": "input"}),
    )  # fmt: skip
    affiliation = forms.CharField(
        label=_("Affiliation"), max_length=120, required=False,
        help_text=_("A company, school or club, if you come as one of it."),
        widget=forms.TextInput(attrs={"autocomplete": "organization", "class": "input"}),
    )  # fmt: skip
    language = forms.ChoiceField(
        label=_("Language of messages"),
        choices=[(code, get_language_info(code)["name_local"]) for code in Language.values],
        widget=forms.RadioSelect,
    )


class CardForm(forms.Form):
    """How to reach a person. What is needed for an application is marked by the service's list."""

    full_name = forms.CharField(
        label=_("Full name"), max_length=80, required=False, widget=forms.TextInput(attrs={"autocomplete": "name", "class": "input"})
    )  # fmt: skip
    phone = forms.CharField(
        label=_("Telephone"), max_length=30, required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "class": "input input--short"}),
    )  # fmt: skip
    emergency_contact = forms.CharField(
        label=_("Emergency contact"), max_length=200, required=False,
        help_text=_("Name, how you are related, and telephone number of somebody to call if you are hurt."),
        widget=forms.TextInput(attrs={"class": "input"}),
    )  # fmt: skip
    address = forms.CharField(
        label=_("Address"), max_length=200, required=False,
        help_text=_("Only if something is to be sent to you. You may leave it empty."),
        widget=forms.TextInput(attrs={"autocomplete": "street-address", "class": "input"}),
    )  # fmt: skip

    def labels_of(self, lines: list[str]) -> list[str]:
        """These lines as the page calls them."""
        return [str(self.fields[line].label) for line in lines]


@private
@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """The task lists of a person and of the parties it represents; the groups it has joined. 14 queries at most."""
    actor = actor_of(request)
    parties = [(party, tasks_of(party)) for party in with_details(own_parties(actor))]
    missing = CardForm().labels_of(missing_lines(actor=actor))
    context = {
        "parties": [(party, rows, open_tasks(rows)) for party, rows in parties],
        "joined": joined_parties(actor),
        "missing": missing,
    }
    return render(request, "me/me.html", context)


@private
@require_http_methods(["GET", "POST"])
def my_name(request: HttpRequest) -> HttpResponse:
    """Name, affiliation and language."""
    actor = actor_of(request)
    known = {name: getattr(actor, name) for name in NameForm.base_fields}
    form = NameForm(request.POST if request.method == "POST" else None, initial=known)
    if request.method == "POST" and take(form, lambda **answers: update_me(actor=actor, **answers)):
        messages.success(request, _("Saved."))
        return redirect("profile")
    return render(request, "me/name.html", {"form": form}, status=422 if form.errors else 200)


@private
@require_http_methods(["GET", "POST"])
def my_contact(request: HttpRequest) -> HttpResponse:
    """The contact card. Who came here from an application is led back to it once nothing is missing."""
    actor = actor_of(request)
    form = CardForm(request.POST if request.method == "POST" else None, initial=_card(actor))
    if request.method == "POST" and take(form, lambda **answers: save_contact_card(actor=actor, **answers)):
        return _after_contact(request, actor)
    missing = form.labels_of(missing_lines(actor=actor))
    return render(
        request, "me/contact.html", {"form": form, "missing": missing}, status=422 if form.errors else 200
    )


def _card(actor: User) -> dict[str, Any]:
    card = own_contact_card(actor=actor)
    return {name: getattr(card, name, "") for name in CardForm.base_fields}


def _after_contact(request: HttpRequest, actor: User) -> HttpResponse:
    if missing_lines(actor=actor) and request.session.get("onwards"):
        return redirect("me-contact")
    messages.success(request, _("Saved."))
    return redirect(onwards(request) or "profile")
