"""What this app keeps of a person: offices held and needs entered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.errors import Conflict
from accounts.models import User
from accounts.services.personal_data import DataProvider, Kept
from regions.models import MunicipalStaff, Need, Representative, SheetUpload
from regions.policies import represented_regions


def describe(user: User) -> list[Kept]:
    """The lines of this app, for who holds or held an office. Two queries."""
    offices = (
        Representative.objects.filter(user=user).count() + MunicipalStaff.objects.filter(user=user).count()
    )
    return (
        [Kept(_("Offices you hold or held"), offices, _("so that it is known who spoke for whom"))]
        if offices
        else []
    )


def export(user: User) -> Mapping[str, Any]:
    """Offices with their terms, sheets of the last day, and the needs that ``user`` entered."""
    held = Representative.objects.filter(user=user).order_by("pk")
    return {
        "representative": list(held.values("region__name", "role", "term", "contact_way", "from_on", "until_on")),
        "officer": list(MunicipalStaff.objects.filter(user=user).values("municipality__name", "office")),
        "sheets_handed_in": list(SheetUpload.objects.filter(uploaded_by=user).order_by("pk").values("name", "created_at")),
        "needs_entered": list(Need.objects.filter(posted_by=user).order_by("pk").values("public_id", "title", "created_at")),
    }  # fmt: skip


def refuse(user: User, now: datetime) -> None:  # noqa: ARG001  # the signature of a provider
    """Raises Conflict("office_held"): who speaks for a community today hands over first."""
    if represented_regions(user).exists():
        raise Conflict(
            "office_held",
            _("You speak for a community here. Please name who follows you first; your municipality helps."),
        )


def leave(user: User, now: datetime) -> None:
    """Nothing of this app goes on by itself."""


def erase(user: User, now: datetime) -> None:  # noqa: ARG001  # the signature of a provider
    """Offices of the past stay without the person and without the way to reach them; sheets handed in go."""
    SheetUpload.objects.filter(uploaded_by=user).delete()
    Representative.objects.filter(user=user).update(user=None, contact_way="")


PROVIDER = DataProvider("communities", describe, export, refuse, leave, erase)
