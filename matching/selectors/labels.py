"""How a match is named before anybody may know the other's name."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Volunteer
from matching.enums import NEUTRAL_ENDING, NOT_THIS_TIME, MatchState
from matching.models import Match


def party_label(match: Match) -> str:
    """Kind, home and number of people: 「福岡市の団体（5人）」. Never a person's name."""
    volunteer = match.volunteer
    told = ngettext(
        "%(kind)s from %(home)s (%(people)d person)",
        "%(kind)s from %(home)s (%(people)d people)",
        match.people,
    )
    return told % {
        "kind": volunteer.get_kind_display(),
        "home": volunteer.home.name,
        "people": match.people,
    }


def home_label(party: Volunteer) -> str:
    """Kind and home, without people: 「福岡市の個人」."""
    return _("%(kind)s from %(home)s") % {"kind": party.get_kind_display(), "home": party.home.name}


def neutral_state(state: str) -> str:
    """A state as the two sides read it: an ending before the promise does not tell whose it was."""
    return NEUTRAL_ENDING if state in NOT_THIS_TIME else state


def state_label(state: str) -> str:
    """The word on screen for a state, neutral or not."""
    return _("not this time") if state == NEUTRAL_ENDING else str(MatchState(state).label)
