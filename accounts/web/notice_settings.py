"""What is e-mailed to oneself, and when."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.enums import NoticeChoice, NoticeGroup
from accounts.models import User
from accounts.services.notice_settings import choices_for, choose_notices, notice_choices
from accounts.web.base import actor_of, private, take

EXAMPLES = {
    NoticeGroup.ANSWERS: _("You are asked, a promise is to be confirmed, an answer is due soon."),
    NoticeGroup.HAPPENED: _("An answer, a promise, a message, thanks."),
    NoticeGroup.FITS: _("A new need where you watch, or of a kind you look for."),
    NoticeGroup.REMINDERS: _("Preparations that come due."),
}


class NoticeForm(forms.Form):
    """One choice for each group of messages."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for group in NoticeGroup:
            self.fields[group.value] = forms.ChoiceField(
                label=group.label,
                help_text=EXAMPLES[group],
                choices=[(choice.value, choice.label) for choice in choices_for(group)],
                widget=forms.RadioSelect,
            )


@private
@require_http_methods(["GET", "POST"])
def notice_settings(request: HttpRequest) -> HttpResponse:
    """Choose group by group; what cannot be turned off is said."""
    actor = actor_of(request)
    held = {group.value: choice.value for group, choice in notice_choices(actor).items()}
    form = NoticeForm(request.POST if request.method == "POST" else None, initial=held)
    if request.method == "POST" and take(form, lambda **values: _choose(actor, values)):
        messages.success(request, _("Your choice is kept."))
        return redirect("notice-settings")
    return render(request, "my_data/notices.html", {"form": form}, status=422 if form.errors else 200)


def _choose(actor: User, values: dict[str, str]) -> None:
    choose_notices(
        actor=actor, choices={NoticeGroup(group): NoticeChoice(choice) for group, choice in values.items()}
    )
