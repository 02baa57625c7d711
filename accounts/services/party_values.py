"""The rules of a party's plain values: people, home, travel, ages. Nothing here writes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from accounts.enums import PartyKind
from accounts.errors import Invalid
from accounts.models import Municipality, Volunteer
from accounts.models.volunteers import SIZE_MAX
from accounts.selectors.places import municipalities_for_postal
from accounts.services.checks import Problems, check_number, check_values
from accounts.services.inputs import PartyValues

TRAVEL_MAX_MINUTES = 1440
LIVE_MAX = 10
ADULT = 18
AGE_MAX = 120


def columns(values: PartyValues) -> dict[str, Any]:
    """The values that are columns; the home is found apart."""
    return {name: value for name, value in values.items() if name not in {"home_code", "postal"}}


def check_party(problems: Problems, *, kind: str, values: dict[str, Any]) -> None:
    """Note what is wrong with a party that would have this kind and these columns."""
    check_values(problems, Volunteer, {"kind": kind, **values})
    _check_people(problems, kind=kind, size=values["size"], min_people=values["min_people"])
    _check_travel(problems, values)
    _check_ages(problems, values)


def _check_people(problems: Problems, *, kind: str, size: Any, min_people: Any) -> None:
    if problems.has("size") or problems.has("min_people"):
        return
    if not 1 <= size <= SIZE_MAX:
        message = _("A party has between 1 and %(most)d people.")
        problems.add("size_wrong", "size", message % {"most": SIZE_MAX})
    elif kind == PartyKind.INDIVIDUAL and size != 1:
        problems.add("individual_is_one", "size", _("A person alone is one. Choose household or group."))
    elif not 1 <= min_people <= size:
        message = _("At least one and at most all %(size)d people can be the minimum.")
        problems.add("min_people_wrong", "min_people", message % {"size": size})


def _check_travel(problems: Problems, values: dict[str, Any]) -> None:
    bounds = {
        "travel_limit_minutes": (10, TRAVEL_MAX_MINUTES),
        "load_limit": (1, 3),
        "live_limit": (1, LIVE_MAX),
    }
    if values.get("day_trip_limit_minutes") is not None:
        bounds["day_trip_limit_minutes"] = (10, TRAVEL_MAX_MINUTES)
    for name, (least, most) in bounds.items():
        if name in values and not problems.has(name):
            check_number(problems, name, values[name], at_least=least, at_most=most)


def _check_ages(problems: Problems, values: dict[str, Any]) -> None:
    youngest = values.get("youngest_age")
    if youngest is None or problems.has("youngest_age"):
        return
    check_number(problems, "youngest_age", youngest, at_least=0, at_most=AGE_MAX)
    if (youngest < ADULT) != bool(values.get("has_minors")):
        message = _("The age of the youngest and «people under 18 come along» do not agree.")
        problems.add("ages_disagree", "youngest_age", message)


def find_home(*, home_code: str | None, postal: str | None) -> Municipality:
    """The municipality a party lives in, from its code or a postal code.

    Raises:
        Invalid("home_missing"): neither is given.
        Invalid("home_unknown"): no such municipality.
        Invalid("postal_unknown"): no such postal code.
        Invalid("postal_ambiguous"): the code stands in several; ``fields["home_code"]`` lists the choices.
    """
    if home_code:
        home = Municipality.objects.filter(pk=home_code).first() if home_code.isdecimal() else None
        if home is None:
            message = _("We do not know this municipality.")
            raise Invalid("home_unknown", message, fields={"home_code": [message]})
        return home
    if not postal:
        message = _("Say where you live: a postal code or a municipality.")
        raise Invalid("home_missing", message, fields={"postal": [message]})
    return _home_of_postal(postal)


def _home_of_postal(postal: str) -> Municipality:
    found = municipalities_for_postal(postal)
    if len(found) == 1:
        return found[0]
    message = _("This postal code stands in several municipalities. Which one is it?")
    choices = [{"code": home.code, "label": home.label} for home in found]
    raise Invalid("postal_ambiguous", message, fields={"postal": [message], "home_code": choices})
