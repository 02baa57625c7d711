"""What would bring more people to a need, in sentences with a number: for its guide and community, never public."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import AssetKind, Qualification, WorkKind
from accounts.services.dates import MONTHS_EN, TOKYO, format_date, format_time
from matching.engine import ReasonCode
from matching.models import NeedDiagnosis

WHOLE: Mapping[str, Any] = {
    ReasonCode.EMPLOYMENT: _("If it were help without pay, %(count)d more could be asked."),
    ReasonCode.GROUP_NOT_ACCEPTED: _("If groups could come too, %(count)d more could be asked."),
    ReasonCode.BEGINNER_NOT_ACCEPTED: _("If beginners could come too, %(count)d more could be asked."),
    ReasonCode.AGE: _("If younger people could come too, %(count)d more could be asked."),
    ReasonCode.MINORS: _("If children of any age could come along, %(count)d more could be asked."),
    ReasonCode.LOAD: _("If lighter work were asked for, %(count)d more could be asked."),
    ReasonCode.NO_WORK_FIT: _("If other work were asked for too, %(count)d more could be asked."),
    ReasonCode.OFFER_NOT_PERMITTED: _(
        "If what is offered in return were permitted, %(count)d more could be asked."
    ),
    ReasonCode.NO_WISH_FIT: _("If something else were offered in return, %(count)d more could be asked."),
    ReasonCode.TOO_SOON: _("If the dates were not so near, %(count)d more could be asked."),
    ReasonCode.NO_COMMON_DATE: _("If it could be on other days too, %(count)d more could be asked."),
    ReasonCode.NO_LOCAL_HANDS: _(
        "If somebody of the community worked alongside, %(count)d more could be asked."
    ),
    ReasonCode.NO_ROUTE: _(
        "If somebody fetched those who have no way to come, %(count)d more could be asked."
    ),
    ReasonCode.TRAVEL_TOO_FAR: _("If the way were shorter, %(count)d more could be asked."),
    ReasonCode.PLACES_SHORT: _("If there were room for larger parties, %(count)d more could be asked."),
    ReasonCode.FIRST_VISIT_MAX: _(
        "If larger parties could come on a first visit, %(count)d more could be asked."
    ),
    ReasonCode.QUALIFICATION: _("If no qualification were required, %(count)d more could be asked."),
}
"""For each rule that can be changed, where it is not said how far."""
STEPS: Mapping[str, Any] = {
    ReasonCode.AGE: _("If people could come from the age of %(age)d on, %(count)d more could be asked."),
    ReasonCode.MINORS: _(
        "If children from the age of %(age)d could come along, %(count)d more could be asked."
    ),
    ReasonCode.NO_WORK_FIT: _("If “%(kind)s” were asked for too, %(count)d more could be asked."),
    ReasonCode.NO_WISH_FIT: _("If “%(kind)s” were offered in return too, %(count)d more could be asked."),
    ReasonCode.NO_COMMON_DATE: _("If %(start)s to %(end)s were a date too, %(count)d more could be asked."),
    ReasonCode.TRAVEL_TOO_FAR: _(
        "If somebody fetched people from the last stop (%(minutes)d minutes less), %(count)d more could be asked."
    ),
    ReasonCode.PLACES_SHORT: _(
        "If there were %(places)d places more on each date, %(count)d more could be asked."
    ),
    ReasonCode.FIRST_VISIT_MAX: _(
        "If up to %(people)d people could come on a first visit, %(count)d more could be asked."
    ),
    ReasonCode.QUALIFICATION: _("If “%(qualification)s” were not required, %(count)d more could be asked."),
}
"""For the rules of which it is said how far."""
LOADS: Mapping[int, Any] = {
    1: _("If only light work were asked for, %(count)d more could be asked."),
    2: _("If the heavy work were left out, %(count)d more could be asked."),
}
WINDOW = _("If help from afar were wanted in %(month)s too, %(count)d more could be asked.")


@dataclass(frozen=True, slots=True)
class ChangeWords:
    """Labels of the kinds and qualifications that some changes name, by code."""

    labels: Mapping[str, str]

    @classmethod
    def of(cls, rows: Iterable[NeedDiagnosis]) -> ChangeWords:
        """For the changes of some diagnoses. A query for each of the three lists of which they name something."""
        named: dict[Any, set[str]] = {WorkKind: set(), AssetKind: set(), Qualification: set()}
        for change in (change for row in rows for change in row.changes):
            detail = change.get("detail", {})
            kinds = WorkKind if change["code"] == ReasonCode.NO_WORK_FIT else AssetKind
            named[kinds].update({detail["kind"]} if "kind" in detail else ())
            named[Qualification].update({detail["qualification"]} if "qualification" in detail else ())
        found = [
            (f"{model.__name__}:{word.code}", word.label)
            for model, codes in named.items()
            if codes
            for word in model.objects.filter(code__in=codes)
        ]
        return cls(dict(found))

    def sentence(self, change: Mapping[str, Any]) -> str:
        """What to change and how many more could then be asked; empty for a rule that is gone since."""
        code, detail = change["code"], change.get("detail", {})
        said = {**detail, "count": change["brings"]}
        if "start_at" in detail:
            return _date(detail, change["brings"])
        if "load" in detail:
            return str(LOADS[detail["load"]]) % said
        text = self._text(code, detail)
        return text % {**said, **self._named(code, detail)} if text else ""

    def _text(self, code: str, detail: Mapping[str, Any]) -> str:
        is_any_age = code == ReasonCode.MINORS and not detail.get("age")
        return str((STEPS if detail and not is_any_age else WHOLE).get(code, ""))

    def _named(self, code: str, detail: Mapping[str, Any]) -> dict[str, str]:
        """The kind or qualification by its label, by its code where it is gone since."""
        model = WorkKind if code == ReasonCode.NO_WORK_FIT else AssetKind
        named = {"kind": model.__name__, "qualification": Qualification.__name__}
        return {
            key: self.labels.get(f"{owner}:{detail[key]}", detail[key])
            for key, owner in named.items()
            if key in detail
        }


def _date(detail: Mapping[str, Any], count: int) -> str:
    start, end = (datetime.fromisoformat(detail[name]).astimezone(TOKYO) for name in ("start_at", "end_at"))
    language = (get_language() or "")[:2]
    if detail.get("is_window"):
        return str(WINDOW) % {"month": _month(start, language), "count": count}
    ends = format_time(end, language) if start.date() == end.date() else format_date(end, language)
    said = {"start": format_date(start, language), "end": ends, "count": count}
    return str(STEPS[ReasonCode.NO_COMMON_DATE]) % said


def _month(start: datetime, language: str) -> str:
    if language == "en":
        return f"{MONTHS_EN[start.month - 1]} {start.year}"
    return f"{start.year}年{start.month}月"
