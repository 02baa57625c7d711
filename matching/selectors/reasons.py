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

BARRIERS: Mapping[str, Any] = {
    ReasonCode.EMPLOYMENT: _("This is paid employment, to which nobody here may refer."),
    ReasonCode.BLOCKED: _("One of the two does not want to be matched with the other."),
    ReasonCode.ALREADY_MATCHED: _("The two are matched already, or have said no within a year."),
    ReasonCode.LOAD_FULL: _("The participant has as many matches as it wants at once."),
    ReasonCode.GROUP_NOT_ACCEPTED: _("Groups are not accepted."),
    ReasonCode.BEGINNER_NOT_ACCEPTED: _("Beginners are not accepted."),
    ReasonCode.AGE: _("Somebody is younger than the work allows."),
    ReasonCode.MINORS: _("Children are not accepted."),
    ReasonCode.LOAD: _("The work is heavier than the participant can do."),
    ReasonCode.NO_WORK_FIT: _("The participant can do none of the work asked for."),
    ReasonCode.OFFER_NOT_PERMITTED: _("What is offered in return is not permitted yet."),
    ReasonCode.NO_WISH_FIT: _("The community offers nothing the participant is looking for."),
    ReasonCode.TOO_SOON: _("The dates are too near: head count and roster are due before."),
    ReasonCode.NO_COMMON_DATE: _("There is no date on which the participant can come."),
    ReasonCode.PERSON_BUSY: _("The participant has a promise elsewhere at that time."),
    ReasonCode.REMOTE_NOT_WANTED: _("The participant does not want to help from afar."),
    ReasonCode.NO_LOCAL_HANDS: _("Nobody of the community works alongside."),
    ReasonCode.NO_ROUTE: _("There is no way to get there by the participant's means."),
    ReasonCode.TRAVEL_TOO_FAR: _("The way is longer than the participant wants."),
    ReasonCode.PLACES_SHORT: _("Fewer places are free than the participant needs at least."),
    ReasonCode.FIRST_VISIT_MAX: _("The group is larger than the community takes on a first visit."),
    ReasonCode.QUALIFICATION: _("A required qualification is missing."),
}
"""What keeps two apart, for guides, and for a need's community where it is counted."""


def barrier_sentence(code: str) -> str:
    """A failed hard rule in words; empty for none, or one that is gone since."""
    return str(BARRIERS.get(code, ""))


def shown_reasons(explanation: Mapping[str, Any]) -> list[dict[str, str]]:
    """At most three reasons of a stored explanation, as code and sentence."""
    return [_shown(code) for code in explanation.get("reasons", []) if code in SENTENCES][:REASONS_SHOWN]


def shown_caveat(explanation: Mapping[str, Any]) -> dict[str, str] | None:
    """The one caveat of a stored explanation, as code and sentence."""
    code = str(explanation.get("caveat"))
    return _shown(code) if code in SENTENCES else None


def _shown(code: str) -> dict[str, str]:
    return {"code": str(code), "text": str(SENTENCES[code])}
