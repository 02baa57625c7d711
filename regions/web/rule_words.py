"""A rule of dates in words: 6月・9月の第2日曜 8:00–12:00."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.web.dates import is_english
from accounts.web.party_times import month_names, weekday_names
from regions.enums import SlotRuleKind
from regions.models import SlotRule
from regions.services.inputs import SlotRuleInput
from regions.services.occurrences import WEEKDAYS
from regions.web.date_forms import NTHS

NTH_WORDS = {**dict(NTHS), "5": gettext_lazy("fifth")}


def rule_in_words(rule: SlotRule | SlotRuleInput) -> str:
    """What a rule says, without its places; the plan for rain follows where there is one."""
    words = _WORDS[SlotRuleKind(rule.kind)](rule.parameters)
    return (
        _("%(rule)s (when it rains: %(plan)s)") % {"rule": words, "plan": rule.rain} if rule.rain else words
    )


def _months(said: Mapping[str, Any]) -> str:
    return (", " if is_english() else "・").join(month_names()[month - 1] for month in said["months"])


def _hours(said: Mapping[str, Any]) -> str:
    return f"{said['start']}–{said['end']}"


def _nth(said: Mapping[str, Any]) -> str:
    weekday = weekday_names()[WEEKDAYS.index(said["weekday"])]
    words = {"months": _months(said), "nth": NTH_WORDS[str(said["nth"])], "weekday": weekday}
    return _("%(nth)s %(weekday)s of %(months)s, %(hours)s") % (words | {"hours": _hours(said)})


def _window(said: Mapping[str, Any]) -> str:
    days = (", " if is_english() else "・").join(
        weekday_names()[WEEKDAYS.index(each)] for each in said["weekdays"]
    )
    words = {"first": _day(said["from"]), "last": _day(said["until"]), "days": days, "hours": _hours(said)}
    return _("%(first)s to %(last)s, %(days)s, %(hours)s") % words


def _day(said: str) -> str:
    month, _dash, day = said.partition("-")
    return f"{int(day)} {month_names()[int(month) - 1]}" if is_english() else f"{int(month)}月{int(day)}日"


def _afar(said: Mapping[str, Any]) -> str:
    return _("from afar in %(months)s") % {"months": _months(said)}


def _fixed(said: Mapping[str, Any]) -> str:
    return f"{said['date']} {_hours(said)}"


_WORDS: dict[SlotRuleKind, Callable[[Mapping[str, Any]], str]] = {
    SlotRuleKind.NTH_WEEKDAY: _nth,
    SlotRuleKind.DATE_WINDOW: _window,
    SlotRuleKind.REMOTE_WINDOW: _afar,
    SlotRuleKind.FIXED: _fixed,
}
