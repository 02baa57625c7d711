"""What a community can give, and how far each holder's permission has come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import Conflict, NotAllowed
from accounts.models import AssetKind, User
from accounts.services.audit import record
from accounts.services.checks import Problems, check_count, check_number, check_values, entries_by_code
from regions.enums import PermissionStatus
from regions.locks import lock_offer, lock_region
from regions.models import Offer, OfferAsset, Permission, Region
from regions.policies import can_post_for
from regions.services.behalf import behalf_of
from regions.services.inputs import AssetInput, OfferValues, PermissionInput
from regions.services.rescoring import offer_changed, permission_granted

ASSETS_MAX, HOLDERS_MAX = 12, 20


@transaction.atomic
def post_offer(
    *,
    actor: User,
    region: Region,
    permissions: Sequence[PermissionInput] = (),
    on_behalf_of: str = "",
    **values: Unpack[OfferValues],
) -> Offer:
    """Something the community can give, with what each holder has said so far. Locks the region; audits.

    Raises:
        NotAllowed("not_your_community")
        Invalid: ``assets_missing``, ``assetkind_unknown``, ``assetkind_twice``, ``text_missing``, ``text_too_long``,
            ``number_wrong``, ``choice_unknown``, ``evidence_missing``, ``holder_twice``.
    """
    if not can_post_for(actor, region):
        raise NotAllowed("not_your_community", _("You may not post for this community."))
    region = lock_region(region.pk)
    problems = Problems()
    plain = {"title": ""} | _columns(values)
    check_values(problems, Offer, plain)
    offer = Offer(region=region, **plain)
    assets = _asset_rows(problems, offer, values.get("assets", ()))
    _check_permissions(problems, permissions)
    problems.refuse()
    offer.save(force_insert=True)
    OfferAsset.objects.bulk_create(assets)
    Permission.objects.bulk_create([Permission(offer=offer, **_of(row)) for row in permissions])
    record(
        actor=actor,
        action="offer.post",
        target=offer,
        label=offer.title,
        on_behalf_of=behalf_of(actor, region, on_behalf_of),
    )
    return offer


@transaction.atomic
def update_offer(
    *, actor: User, offer: Offer, on_behalf_of: str = "", **changes: Unpack[OfferValues]
) -> Offer:
    """Change an offer; ``is_active=False`` takes it out of matching, promises made stand.

    Locks the offer, then the open needs tied to it; audits; owes their rescoring.

    Raises:
        NotAllowed("not_your_community"), Invalid: as ``post_offer``.
    """
    offer = _lock(actor, offer)
    changed = _columns(changes)
    problems = Problems()
    check_values(problems, Offer, changed)
    assets = _asset_rows(problems, offer, changes["assets"]) if "assets" in changes else None
    problems.refuse()
    for name, value in changed.items():
        setattr(offer, name, value)
    offer.save(update_fields=list(changed))
    if assets is not None:
        offer.assets.all().delete()
        OfferAsset.objects.bulk_create(assets)
    behalf = behalf_of(actor, offer.region, on_behalf_of)
    details = {"fields": sorted(changes)}
    record(
        actor=actor,
        action="offer.update",
        target=offer,
        label=offer.title,
        on_behalf_of=behalf,
        details=details,
    )
    offer_changed(offer)
    return offer


@transaction.atomic
def record_permission(
    *, actor: User, offer: Offer, permission: PermissionInput, on_behalf_of: str = ""
) -> Permission:
    """Record what one holder said; one row per holder, the audit keeps what it was before.

    Locks the offer, then the open needs tied to it; audits; owes their rescoring, and where it is granted that matches
    which waited for it go on.

    Raises:
        NotAllowed("not_your_community"), Conflict("holders_full")
        Invalid("evidence_missing"): granted without anything to show for it.
        Invalid: ``choice_unknown``, ``text_missing``, ``text_too_long``.
    """
    offer = _lock(actor, offer)
    problems = Problems()
    _check_permissions(problems, [permission])
    problems.refuse()
    row = offer.permissions.filter(holder=permission.holder.strip()).first()
    before = row.status if row is not None else ""
    if row is None:
        if offer.permissions.count() >= HOLDERS_MAX:
            raise Conflict("holders_full", _("An offer names twenty holders at most."))
        row = Permission.objects.create(offer=offer, **_of(permission))
    else:
        values = _of(permission)
        for name, value in values.items():
            setattr(row, name, value)
        row.save(update_fields=list(values))
    details = {"holder": row.holder, "from": before, "to": row.status, "evidence": row.evidence}
    behalf = behalf_of(actor, offer.region, on_behalf_of)
    entry = record(
        actor=actor,
        action="offer.permission",
        target=offer,
        label=offer.title,
        on_behalf_of=behalf,
        details=details,
    )
    offer_changed(offer)
    if row.status == PermissionStatus.GRANTED:
        permission_granted(offer, entry)
    return row


def _lock(actor: User, offer: Offer) -> Offer:
    if not can_post_for(actor, offer.region):
        raise NotAllowed("not_your_community", _("You may not change this offer."))
    return lock_offer(offer.pk)


def _columns(values: OfferValues) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "assets"}


def _asset_rows(problems: Problems, offer: Offer, assets: Sequence[AssetInput]) -> list[OfferAsset]:
    if not assets:
        problems.add("assets_missing", "assets", _("Say what is offered: at least one kind."))
    check_count(problems, "assets", assets, at_most=ASSETS_MAX)
    keep = [] if offer.pk is None else list(offer.assets.values_list("asset_kind__code", flat=True))
    found = entries_by_code(problems, AssetKind, [row.code for row in assets], field="assets", keep=keep)
    for row in assets:
        check_number(problems, "assets", row.weight, at_least=1, at_most=3)
    return [
        OfferAsset(offer=offer, asset_kind=found[row.code], weight=row.weight)
        for row in assets
        if row.code in found
    ]


def _check_permissions(problems: Problems, permissions: Sequence[PermissionInput]) -> None:
    check_count(problems, "permissions", permissions, at_most=HOLDERS_MAX)
    for row in permissions:
        check_values(
            problems, Permission, {name: value for name, value in _of(row).items() if name != "expires_on"}
        )
        if row.status == PermissionStatus.GRANTED and not row.evidence.strip():
            problems.add("evidence_missing", "evidence", _("Say what shows that it was granted."))
    if len({row.holder.strip() for row in permissions}) < len(permissions):
        problems.add("holder_twice", "permissions", _("A holder is named twice."))


def _of(permission: PermissionInput) -> dict[str, Any]:
    return {
        "holder": permission.holder.strip(),
        "status": permission.status,
        "scope": permission.scope,
        "evidence": permission.evidence,
        "review": permission.review,
        "expires_on": permission.expires_on,
    }
