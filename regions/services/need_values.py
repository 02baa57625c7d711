"""The rules of a need's values and lists. Nothing here writes but ``store_lists``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.enums import QualificationLevel
from accounts.models import Hazard, Qualification, WorkKind
from accounts.services.checks import Problems, check_count, check_number, check_values, entries_by_code
from regions.enums import Compensation, NeedMode
from regions.models import Need, NeedQualification, NeedWork, Offer
from regions.services.inputs import NeedValues

WORK_MAX, LIST_MAX = 12, 20
PEOPLE_MAX, AGE_MAX, NOTE_MAX = 1000, 100, 200
LISTS = frozenset({"work", "qualifications", "hazards", "offers"})
DEFAULTS: dict[str, Any] = {
    "mode": NeedMode.ON_SITE,
    "compensation": Compensation.NONE,
    "employment_url": "",
    "local_hands": 1,
    "title": "",
}

_https = URLValidator(schemes=["https"])


@dataclass
class NeedLists:
    """The rows of a need's lists; None where a list is not to be touched."""

    work: list[NeedWork] | None = None
    qualifications: list[NeedQualification] | None = None
    hazards: list[Hazard] | None = None
    offers: list[Offer] | None = None
    names: list[str] = field(default_factory=list)


def columns(values: NeedValues) -> dict[str, Any]:
    """The values that are columns; lists are rows of their own."""
    plain: dict[str, Any] = {name: value for name, value in values.items() if name not in LISTS}
    return {name: list(value) if name in {"bring", "prepared"} else value for name, value in plain.items()}


def check_need(problems: Problems, values: Mapping[str, Any]) -> None:
    """Note what is wrong with a need that would have these columns."""
    check_values(problems, Need, values)
    bounds = {"local_hands": (0, PEOPLE_MAX), "min_age": (0, AGE_MAX)}
    for name, (least, most) in bounds.items():
        if name in values and not problems.has(name):
            check_number(problems, name, values[name], at_least=least, at_most=most)
    if values["mode"] != NeedMode.REMOTE and values["local_hands"] == 0:
        problems.add("local_hands_missing", "local_hands", _("Someone of the place works alongside."))
    if not (problems.has("compensation") or problems.has("employment_url")):
        _check_link(
            problems, values["employment_url"], wanted=values["compensation"] == Compensation.EMPLOYMENT
        )


def _check_link(problems: Problems, link: str, *, wanted: bool) -> None:
    """Employment is described elsewhere: a link is needed there, and nowhere else. Nobody opens it here."""
    if wanted and not link:
        message = _("Paid employment is only linked: give the address of the page that describes it.")
        problems.add("employment_url_missing", "employment_url", message)
    elif link and not wanted:
        problems.add("employment_url_unwanted", "employment_url", _("Only paid employment has a link."))
    elif link and not _is_plain_https(link):
        message = _("Give an address that begins with https:// and names a host, without a user name.")
        problems.add("employment_url_wrong", "employment_url", message)


def _is_plain_https(link: str) -> bool:
    try:
        _https(link)
        return link.startswith("https://") and "@" not in urlsplit(link).netloc
    except (ValidationError, ValueError):
        return False


def check_lists(problems: Problems, need: Need, values: NeedValues) -> NeedLists:
    """The rows for the lists that are named, problems noted under their names. Up to five queries."""
    lists = NeedLists(names=sorted(LISTS & set(values)))
    if "work" in values:
        lists.work = _work_rows(problems, need, values["work"])
    if "qualifications" in values:
        lists.qualifications = _qualification_rows(problems, need, values["qualifications"])
    if "hazards" in values:
        codes = list(values["hazards"])
        check_count(problems, "hazards", codes, at_most=LIST_MAX)
        keep = _codes(need, "hazards__code")
        lists.hazards = list(entries_by_code(problems, Hazard, codes, field="hazards", keep=keep).values())
    if "offers" in values:
        lists.offers = _offer_rows(problems, need, list(values["offers"]))
    return lists


def _work_rows(problems: Problems, need: Need, work: Any) -> list[NeedWork]:
    check_count(problems, "work", work, at_most=WORK_MAX)
    codes = [row.code for row in work]
    found = entries_by_code(
        problems, WorkKind, codes, field="work", keep=_codes(need, "work__work_kind__code")
    )
    for row in work:
        check_number(problems, "work", row.weight, at_least=1, at_most=3)
    return [
        NeedWork(need=need, work_kind=found[row.code], weight=row.weight) for row in work if row.code in found
    ]


def _qualification_rows(problems: Problems, need: Need, rows: Any) -> list[NeedQualification]:
    name = "qualifications"
    check_count(problems, name, rows, at_most=LIST_MAX)
    keep = _codes(need, "qualifications__qualification__code")
    found = entries_by_code(problems, Qualification, [row.code for row in rows], field=name, keep=keep)
    for row in rows:
        check_number(problems, name, row.people, at_least=1, at_most=PEOPLE_MAX)
        if row.level not in QualificationLevel.values:
            problems.add("choice_unknown", name, _("This level is not one of the choices."))
        if len(row.note) > NOTE_MAX:
            problems.add(
                "text_too_long", name, _("Please use at most %(most)d characters.") % {"most": NOTE_MAX}
            )
    return [
        NeedQualification(
            need=need, qualification=found[row.code], level=row.level, people=row.people, note=row.note
        )
        for row in rows
        if row.code in found
    ]


def _offer_rows(problems: Problems, need: Need, public_ids: list[str]) -> list[Offer]:
    """Offers that are given, and those the need has already: it may keep one that rests."""
    check_count(problems, "offers", public_ids, at_most=LIST_MAX)
    askable = [public_id for public_id in public_ids if public_id.isalnum()]
    tied = list(need.offers.values_list("pk", flat=True)) if need.pk else []
    usable = need.region.offers.filter(Q(is_active=True) | Q(pk__in=tied), public_id__in=askable)
    found = {offer.public_id: offer for offer in usable}
    if set(public_ids) - set(found):
        problems.add(
            "offer_unknown", "offers", _("Only offers of the same community can be tied to its need.")
        )
    return list(found.values())


def _codes(need: Need, path: str) -> list[str]:
    """Codes the need already has: it may keep a retired one."""
    if not need.pk:
        return []
    return list(Need.objects.filter(pk=need.pk).exclude(**{path: None}).values_list(path, flat=True))


def store_lists(need: Need, lists: NeedLists) -> None:
    """Replace the lists that are not None. The caller holds the need's lock, or has just made it."""
    if lists.work is not None:
        need.work.all().delete()
        NeedWork.objects.bulk_create(lists.work)
    if lists.qualifications is not None:
        need.qualifications.all().delete()
        NeedQualification.objects.bulk_create(lists.qualifications)
    if lists.hazards is not None:
        need.hazards.set(lists.hazards)
    if lists.offers is not None:
        need.offers.set(lists.offers)
