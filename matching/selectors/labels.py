"""How a match is named before anybody may know the other's name."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.models import Volunteer
from matching.models import Match


def party_label(match: Match) -> str:
    """Kind, home and number of people: 「福岡市の団体（5人）」. Never a person's name."""
    volunteer = match.volunteer
    return _("%(kind)s from %(home)s (%(people)d people)") % {
        "kind": volunteer.get_kind_display(),
        "home": volunteer.home.name,
        "people": match.people,
    }


def home_label(party: Volunteer) -> str:
    """Kind and home, without people: 「福岡市の個人」."""
    return _("%(kind)s from %(home)s") % {"kind": party.get_kind_display(), "home": party.home.name}
