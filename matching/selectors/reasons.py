"""The engine's codes in words that both sides may read. No number, no rank, nothing about anybody else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from matching.engine import ReasonCode

REASONS_SHOWN = 3
SENTENCES: Mapping[str, Any] = {
    ReasonCode.KNOWN_HERE: _("You know each other from earlier visits."),
    ReasonCode.WORK_FITS: _("The work asked for is what the participant can do."),
    ReasonCode.WISH_FITS: _("What the community offers is what the participant is looking for."),
    ReasonCode.FIRST_PERSON: _("Nobody has been found for this yet."),
    ReasonCode.FIRST_IN_REGION: _("This community has had no help this season yet."),
    ReasonCode.SECOND_PERSON: _("Another pair of hands is wanted."),
    ReasonCode.WAITED_LONG: _("The community has been waiting for a long time."),
    ReasonCode.WORD_KEPT: _("Earlier promises were kept."),
    ReasonCode.NEAR: _("The way is short."),
    ReasonCode.STAY_NEEDED: _("Too far for one day: a night in between is needed."),
    ReasonCode.TRAVEL_NEAR_LIMIT: _("The way is long."),
    ReasonCode.OFFER_PENDING: _("The permission for what is offered in return is still being arranged."),
    ReasonCode.PEOPLE_LIMITED: _("Not everybody of the participant can come this time."),
    ReasonCode.WORK_UNSTATED: _("What the participant can do has not been stated yet."),
    ReasonCode.WISH_UNSTATED: _("What the participant is looking for has not been stated yet."),
    ReasonCode.OFFER_UNSTATED: _("What the community offers in return has not been stated yet."),
    ReasonCode.WORK_PARTLY: _("Part of the work is something else than what the participant can do."),
    ReasonCode.WISH_PARTLY: _("Part of what the participant is looking for is not to be found here."),
}


def shown_reasons(explanation: Mapping[str, Any]) -> list[dict[str, str]]:
    """At most three reasons of a stored explanation, as code and sentence."""
    return [_shown(code) for code in explanation.get("reasons", []) if code in SENTENCES][:REASONS_SHOWN]


def shown_caveat(explanation: Mapping[str, Any]) -> dict[str, str] | None:
    """The one caveat of a stored explanation, as code and sentence."""
    code = str(explanation.get("caveat"))
    return _shown(code) if code in SENTENCES else None


def _shown(code: str) -> dict[str, str]:
    return {"code": str(code), "text": str(SENTENCES[code])}
