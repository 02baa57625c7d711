"""Finding a municipality from what a person types."""

from __future__ import annotations

import re
import unicodedata

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.errors import Invalid
from accounts.models.places import Municipality
from accounts.selectors.folding import folded

# Everything a Japanese keyboard offers as a hyphen, the long vowel mark included.
SEPARATORS = re.compile(r"[\s〒\-\u2010-\u2015\u2212\u30fc]")
SEVEN_DIGITS = re.compile(r"[0-9]{7}")


def normalised_postal(text: str) -> str:
    """The seven digits of a postal code typed with 〒, hyphens, spaces or full-width digits; else ""."""
    digits = SEPARATORS.sub("", unicodedata.normalize("NFKC", text))
    return digits if SEVEN_DIGITS.fullmatch(digits) else ""


def municipalities_for_postal(postal: str) -> list[Municipality]:
    """The municipalities a postal code stands in, by code; two or more mean that the caller must ask.

    One query.

    Raises:
        Invalid("postal_unknown"): not seven digits, or no such code.
    """
    digits = normalised_postal(postal)
    found = list(Municipality.objects.filter(postal_codes__postal=digits).order_by("code")) if digits else []
    if found:
        return found
    message = _("We do not know this postal code. Please check the seven digits.")
    raise Invalid("postal_unknown", message, fields={"postal": [message]})


def municipalities_named(rows: QuerySet[Municipality], text: str) -> QuerySet[Municipality]:
    """Those whose name, or reading in either kana, contains the text; nothing typed leaves all."""
    typed = unicodedata.normalize("NFKC", text).strip()
    return rows.filter(Q(name__contains=typed) | Q(kana__contains=folded(text)))
