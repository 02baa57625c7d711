"""What is asked about an offer, and about one holder's permission."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.selectors.vocabulary import asset_kind_tree
from accounts.web.kind_fields import Branch, branch_of, words_of
from regions.enums import PermissionStatus
from regions.models import Offer, Permission
from regions.services.inputs import AssetInput, OfferValues, PermissionInput
from regions.web.need_forms import chips, line, with_held

DATE = {"type": "date", "class": "input input--short"}


class OfferForm(forms.Form):
    """Title, kinds, conditions; whether it is given at present. ``offer`` is None for a new one."""

    assets = chips(_("Kinds"))
    title = forms.CharField(
        label=_("What it is"),
        max_length=120,
        help_text=_("Such as: riding on the paths of the common forest."),
    )
    conditions = forms.CharField(
        label=_("On which conditions"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Times, places, how many at once, what is not allowed."),
    )  # fmt: skip
    is_active = forms.BooleanField(
        label=_("It is given at present"), required=False, initial=True,
        help_text=_("Without the tick it is proposed to nobody new. Promises stand."),
    )  # fmt: skip

    def __init__(self, *args: Any, offer: Offer | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = [] if offer is None else [row.asset_kind for row in offer.assets.all()]
        self.weights = (
            {} if offer is None else {row.asset_kind.code: row.weight for row in offer.assets.all()}
        )
        self.nodes = with_held(asset_kind_tree(), held)
        fields: dict[str, Any] = self.fields
        fields["assets"].choices = [pair for node in self.nodes for pair in words_of(node)]
        if offer is not None:
            plain = {name: getattr(offer, name) for name in ("title", "conditions", "is_active")}
            self.initial.update(plain, assets=[kind.code for kind in held])

    @property
    def branches(self) -> list[Branch]:
        """The kinds of assets as chips, with what is chosen."""
        chosen = set(self["assets"].value() or [])
        return [branch_of(node, chosen, name="assets") for node in self.nodes]

    def values(self) -> OfferValues:
        """What the services take; weights stay with their kind."""
        said = self.cleaned_data
        assets = [AssetInput(code=code, weight=self.weights.get(code, 1)) for code in said["assets"]]
        return {
            "title": said["title"], "conditions": said["conditions"], "is_active": said["is_active"], "assets": assets,
        }  # fmt: skip


class PermissionForm(forms.Form):
    """Who holds it, how far it has come, what for, what shows it, until when. The name of a known holder stays."""

    holder = forms.CharField(
        label=_("Holder"), max_length=80,
        help_text=_("The owner, the group of the common forest, a property ward, a forest cooperative, a water users' association …"),
    )  # fmt: skip
    status = forms.ChoiceField(
        label=_("How far it has come"), choices=PermissionStatus.choices, initial=PermissionStatus.PENDING,
        widget=forms.RadioSelect,
    )  # fmt: skip
    scope = line(_("What for"), 200)
    evidence = line(
        _("What shows it"),
        200,
        help_text=_("A letter, minutes, a call with day and name. Needed for «granted»."),
    )
    review = line(_("When it is looked at again"), 80)
    expires_on = forms.DateField(
        label=_("Valid until"), required=False, widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, row: Permission | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row
        fields: dict[str, forms.Field] = self.fields
        if row is not None:
            del fields["holder"]
            self.initial.update({name: getattr(row, name) for name in fields})

    def permission(self) -> PermissionInput:
        """As the service takes it."""
        holder = self.row.holder if self.row is not None else self.cleaned_data["holder"]
        return PermissionInput(**(self.cleaned_data | {"holder": holder}))
