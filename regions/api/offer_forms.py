"""What comes in about an offer."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.api.fields import (
    DayField,
    NumberField,
    PublicIdField,
    StrictSerializer,
    TextField,
    YesNoField,
    many,
)
from regions.enums import PermissionStatus
from regions.policies import regions_visible_to
from regions.services.inputs import AssetInput, PermissionInput

CODE_MAX, LIST_MAX = 40, 40


class AssetForm(StrictSerializer):
    """A kind of asset by code, weighted 1 to 3."""

    code = TextField(max_length=CODE_MAX, allow_blank=False)
    weight = NumberField(default=1)

    def validate(self, attrs: Any) -> Any:
        return AssetInput(**attrs)


class PermissionForm(StrictSerializer):
    """What one holder said; granted needs something to show for it."""

    holder = TextField(max_length=80)
    status = serializers.ChoiceField(choices=PermissionStatus.choices, default=PermissionStatus.PENDING)
    scope = TextField(max_length=200, required=False)
    evidence = TextField(max_length=200, required=False)
    review = TextField(max_length=80, required=False)
    expires_on = DayField(required=False, allow_null=True)

    def validate(self, attrs: Any) -> Any:
        return PermissionInput(**attrs)


class HolderForm(PermissionForm):
    """One holder's permission, recorded anew."""

    on_behalf_of = TextField(max_length=120, default="")

    def validate(self, attrs: Any) -> Any:
        on_behalf_of = attrs.pop("on_behalf_of")
        return {"permission": super().validate(attrs), "on_behalf_of": on_behalf_of}


class OfferForm(StrictSerializer):
    """Values of an offer; what is not named stays. ``assets`` is replaced as a whole."""

    title = TextField(max_length=120, required=False)
    conditions = TextField(max_length=2000, required=False)
    is_active = YesNoField(required=False)
    assets = many(AssetForm, at_most=LIST_MAX, required=False)
    on_behalf_of = TextField(max_length=120, required=False)


class NewOfferForm(OfferForm):
    """Something a community can give, with what each holder has said so far."""

    region = PublicIdField(scope=regions_visible_to)
    permissions = many(PermissionForm, at_most=LIST_MAX, required=False)
