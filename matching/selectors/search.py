"""Needs by the answers of a search. The same answers narrow the list on the page and find who watches a new need."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.errors import Invalid
from accounts.geo import TravelMode
from accounts.selectors.places import municipalities_for_postal
from matching.selectors.reach import needs_within
from regions.models import Need
from regions.selectors import filters as narrow

Answers = Mapping[str, Any]
"""By the names of the questions: ``wish``, ``kind``, ``with_``, ``stay``, ``prefecture``, ``compensation``, ``date_from``,
``date_to``, ``postal``, ``within``. Lists, words, and days or their ISO form; what was not answered is missing or empty."""
CONDITIONS = {
    "home": (_("from home"), narrow.needs_from_afar),
    "no_car": (_("without a car"), narrow.needs_with_last_mile),
    "beginner": (_("for the first time"), narrow.needs_for_beginners),
    "group": (_("as a group"), narrow.needs_for_groups),
    "children": (_("with children"), narrow.needs_with_children),
    "unqualified": (_("without a qualification"), narrow.needs_without_qualification),
}


def needs_found(needs: QuerySet[Need], answers: Answers) -> QuerySet[Need]:
    """The needs that fit every answer. Four queries at most."""
    return needs_in_prefecture(needs_found_anywhere(needs, answers), answers)


def needs_in_prefecture(needs: QuerySet[Need], answers: Answers) -> QuerySet[Need]:
    """Those that stand in the prefecture of the answers, if they name one. No query."""
    prefecture = answers.get("prefecture")
    return needs.filter(region__municipality__prefecture_code=prefecture) if prefecture else needs


def needs_found_anywhere(needs: QuerySet[Need], answers: Answers) -> QuerySet[Need]:
    """The needs that fit every answer but the prefecture. Four queries at most: kinds of work and of assets, home, ways."""
    if answers.get("kind"):
        needs = narrow.needs_of_work(needs, answers["kind"])
    if answers.get("wish"):
        needs = narrow.needs_in_return_for(needs, answers["wish"])
    for condition in answers.get("with_") or ():
        needs = CONDITIONS[condition][1](needs)
    if answers.get("stay"):
        needs = narrow.needs_by_nights(needs, overnight=answers["stay"] == "stay")
    if answers.get("compensation"):
        needs = needs.filter(compensation=answers["compensation"])
    if answers.get("date_from") or answers.get("date_to"):
        first, last = _day(answers.get("date_from")), _day(answers.get("date_to"))
        needs = narrow.needs_between(needs, first=first, last=last)
    return _by_distance(needs, answers)


def _day(stated: date | str | None) -> date | None:
    return date.fromisoformat(stated) if isinstance(stated, str) and stated else stated or None


def _by_distance(needs: QuerySet[Need], answers: Answers) -> QuerySet[Need]:
    """A postal code that is none (any more) leaves the distance out."""
    if not answers.get("postal") or not answers.get("within"):
        return needs
    try:
        found = municipalities_for_postal(answers["postal"])
    except Invalid:
        return needs
    home = next((place for place in found if place.code == answers.get("home")), found[0])
    mode = TravelMode.PUBLIC if "no_car" in (answers.get("with_") or ()) else TravelMode.CAR
    return needs_within(needs, home, limit_minutes=int(answers["within"]), mode=mode)
