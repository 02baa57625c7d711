"""Facts behind the two directions of a match: kinds in words, qualifications held, gifts with their permission, dangers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import QualificationLevel
from accounts.models import AssetKind, HeldQualification, WorkKind
from matching.models import Match
from regions.enums import PermissionStatus
from regions.models import Offer
from regions.selectors.offers import offer_permission

FULL = 4
"""Credit of the engine in quarters: the same kind, or one that includes it."""
MUST = frozenset({QualificationLevel.REQUIRED_BY_LAW, QualificationLevel.REQUIRED_BY_HOST})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A qualification the need asks for, and how many of the party hold it."""

    text: str
    is_missing: bool
    until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Something the community gives in return, and how far its permission has come."""

    text: str
    is_open: bool
    until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything of it, in words."""

    work: Mapping[str, str]
    assets: Mapping[str, str]
    asked: Sequence[Asked]
    given: Sequence[Given]
    dangers: Sequence[str]


def facts_of(match: Match) -> Facts:
    """The facts of one match as they are today. Seven queries."""
    return Facts(
        work=_labels(WorkKind, match.explanation.get("work", [])),
        assets=_labels(AssetKind, match.explanation.get("wishes", [])),
        asked=_asked(match),
        given=[_given(offer) for offer in _offers(match)],
        dangers=[str(hazard.label) for hazard in match.need.hazards.order_by("pk")],
    )


def _labels(model: type[WorkKind] | type[AssetKind], rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    codes = {code for row in rows for code in (row["wanted"], row["held"]) if code}
    return {kind.code: str(kind.label) for kind in model._default_manager.filter(code__in=codes)}  # noqa: SLF001  # documented API


def _offers(match: Match) -> Sequence[Offer]:
    return list(match.need.offers.filter(is_active=True).prefetch_related("permissions").order_by("pk"))


def _given(offer: Offer) -> Given:
    status = offer_permission(offer)
    ends = [row.expires_on for row in offer.permissions.all() if row.expires_on]
    return Given(
        text=f"{offer.title}：{status.label}",
        is_open=status is not PermissionStatus.GRANTED,
        until=min(ends, default=None),
    )


def _asked(match: Match) -> list[Asked]:
    """Each qualification asked for with those of the party that are valid today."""
    today = timezone.localdate()
    held = {
        row.qualification_id: row for row in HeldQualification.objects.filter(volunteer=match.volunteer_id)
    }
    rows = match.need.qualifications.select_related("qualification").order_by("pk")
    return [_ask(row, held.get(row.qualification_id), today) for row in rows]


def _ask(row: Any, held: HeldQualification | None, today: date) -> Asked:
    valid = held is not None and (held.expires_on is None or held.expires_on >= today)
    people = held.people if held is not None and valid else 0
    words = {
        "what": row.qualification.label,
        "level": row.get_level_display(),
        "held": people,
        "asked": row.people,
    }
    return Asked(
        text=_("%(what)s (%(level)s): %(held)d hold it, %(asked)d asked for") % words,
        is_missing=row.level in MUST and people < row.people,
        until=held.expires_on if held is not None else None,
    )


def work_line(row: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    """One kind of work the need asks for, and who of the party can do it."""
    wanted = labels.get(row["wanted"], row["wanted"])
    if not row["credit"]:
        return _("%(wanted)s: nobody says they can") % {"wanted": wanted}
    words = {"wanted": wanted, "people": row["people"], "held": labels.get(row["held"], row["held"])}
    if row["credit"] == FULL:
        return _("%(wanted)s: %(people)d can") % words
    return _("%(wanted)s: near to it, %(people)d can do “%(held)s”") % words


def gifts_line(row: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    """One thing the participant looks for, and what of the community's comes to it."""
    wanted = labels.get(row["wanted"], row["wanted"])
    if not row["credit"]:
        return _("%(wanted)s: not to be had here") % {"wanted": wanted}
    words = {"wanted": wanted, "held": labels.get(row["held"], row["held"])}
    if row["credit"] == FULL:
        return _("%(wanted)s: is given") % words
    return _("%(wanted)s: near to it, “%(held)s”") % words
