"""A need as it is taken down on the telephone: one page, in the order in which one talks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regions.models import Region
from regions.services.inputs import NeedValues
from regions.web.date_forms import WhenForm
from regions.web.need_forms import NeedForm, line

CALLER_MAX = 120


class IntakeForm(NeedForm):
    """The values of a new need together with when it is, and for whom it is entered."""

    caller = line(
        _("Who says so"), CALLER_MAX, help_text=_("As it is put on record, such as: the head of the ward, by telephone."),
    )  # fmt: skip

    def __init__(self, *args: Any, region: Region, is_proxy: bool, **kwargs: Any) -> None:
        super().__init__(*args, region=region, **kwargs)
        self.when = WhenForm(self.data if self.is_bound else None, region=region)
        fields: dict[str, forms.Field] = self.fields
        if not is_proxy:
            del fields["caller"]

    def clean(self) -> dict[str, Any]:
        """The dates are judged with the rest, so that all that is wrong is said at once."""
        answers = super().clean()
        for name, errors in self.when.errors.items():
            for error in errors:
                self.add_error(None, f"{self.when.fields[name].label}: {error}")
        return answers

    @property
    def on_behalf_of(self) -> str:
        """Who says so; empty where it is the community's own entry, or nobody was named."""
        return str(self.cleaned_data.get("caller", ""))

    def values(self) -> NeedValues:
        """With dates from afar alone, the help is from afar."""
        values = super().values()
        values["mode"] = self.when.fits(values["mode"])
        return values
