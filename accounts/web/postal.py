"""Where somebody lives, asked as a postal code; one that lies in several municipalities asks which."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.errors import Invalid
from accounts.selectors.places import municipalities_for_postal


class PostalForm(forms.Form):
    """A postal code and, where it is needed, which of its municipalities; ``home`` is the code of the one."""

    postal = forms.CharField(
        label=_("Your postal code"),
        max_length=12,
        help_text=_("Used to find what is within reach. We do not ask for your address."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "postal-code"}),
    )
    home = forms.ChoiceField(label=_("Which municipality"), required=False, widget=forms.RadioSelect)

    def clean(self) -> dict[str, Any]:
        """The municipality of the postal code; asks where there are several."""
        answers: dict[str, Any] = super().clean() or {}
        if not answers.get("postal"):
            return answers
        try:
            found = municipalities_for_postal(answers["postal"])
        except Invalid as refusal:
            self.add_error("postal", str(refusal.message))
            return answers
        codes = [place.code for place in found]
        fields: dict[str, Any] = self.fields
        fields["home"].choices = [(place.code, place.label) for place in found]
        typed = self.data.get("home", "")
        self.errors.pop("home", None)
        answers["home"] = codes[0] if len(codes) == 1 else typed
        if answers["home"] not in codes:
            self.add_error("home", _("This postal code lies in several municipalities. Which one is yours?"))
        return answers

    @property
    def asks_which(self) -> bool:
        """Whether the code lies in several municipalities."""
        fields: dict[str, Any] = self.fields
        return len(list(fields["home"].choices)) > 1
