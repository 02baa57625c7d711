"""Signing up on the page: allauth's form around the same service as the API's, so that no account is without consent."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import SignupForm
from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.enums import Language
from accounts.errors import Invalid
from accounts.models import User
from accounts.services.consents import TERMS_VERSION, require_current_terms
from accounts.services.signup import check_account, sign_up

ON_PAGE = {"accepts_terms_version": "accepts_terms"}  # what the service's fields are called here


class SignUpForm(SignupForm):
    """Address, name, and consent to the version of the texts that was shown."""

    name = forms.CharField(
        label=_("Name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    accepts_terms = forms.BooleanField(
        label=_("I have read both texts and agree to them."),
        error_messages={"required": _("Please read both texts. You can sign up once you agree to them.")},
    )
    terms_version = forms.CharField(max_length=20, initial=TERMS_VERSION, widget=forms.HiddenInput)
    data: Any
    account_already_exists: bool
    field_order = ("email", "name", "accepts_terms", "terms_version")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        texts = (reverse("terms"), _("Terms of use"), reverse("privacy"), _("Privacy notice"))
        self.fields["accepts_terms"].help_text = format_html(
            '<a href="{}">{}</a> <a href="{}">{}</a>', *texts
        )

    def clean(self) -> dict[str, Any]:
        """What the service would refuse, by field; nothing here depends on whether the address is known."""
        cleaned: dict[str, Any] = super().clean()
        if self.errors:
            return cleaned
        try:
            check_account(email=cleaned["email"], name=cleaned["name"], language=_language())
            require_current_terms(cleaned["terms_version"])
        except Invalid as error:
            self._show_anew(error)
        return cleaned

    def _show_anew(self, error: Invalid) -> None:
        """The service's words beside the fields, and the version now in force to be agreed to."""
        for name, messages in error.fields.items():
            self.add_error(ON_PAGE.get(name, name), messages)
        self.data = self.data.copy()
        self.data["terms_version"] = TERMS_VERSION
        self.data.pop("accepts_terms", None)

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """The new user of the service; for a known address allauth's answer, which is the same to the eye."""
        if not self.account_already_exists:
            values = self.cleaned_data
            user = sign_up(
                email=values["email"],
                name=values["name"],
                language=_language(),
                accepts_terms_version=values["terms_version"],
            )
            if user is not None:
                return user, None
            self.account_already_exists = True  # somebody was quicker by a moment
        answer: tuple[User | None, HttpResponse | None] = super().try_save(request)
        return answer


def _language() -> str:
    """The reader's language, of those that messages are written in."""
    language = (get_language() or "")[:2]
    return language if language in Language.values else Language.JAPANESE
