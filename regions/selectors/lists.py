"""Lists of a community's desk as tables for Excel and CSV."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.sheets.writing import Column, Table
from regions.models import Region
from regions.selectors.desk import OfferLine, desk_offers


def offer_table(region: Region) -> Table:
    """What a community can give, with how far each permission has come. Three queries."""
    columns = [
        Column(_("Title"), 30),
        Column(_("Kind"), 24),
        Column(_("Conditions"), 40),
        Column(_("Permission"), 18),
        Column(_("Holders"), 40),
        Column(_("Given now"), 10),
    ]
    rows = [
        [
            line.offer.title,
            "、".join(row.asset_kind.label for row in line.offer.assets.all()),
            line.offer.conditions,
            line.permission,
            "、".join(f"{row.holder}（{row.get_status_display()}）" for row in line.offer.permissions.all()),
            line.offer.is_active,
        ]
        for line in map(OfferLine, desk_offers(region))
    ]
    return Table(_("What we can give"), columns, rows)
