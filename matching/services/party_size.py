"""A party must not become smaller than the people it has places for."""

from __future__ import annotations

from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.errors import Conflict
from accounts.models import Volunteer
from matching.enums import HOLDING, LIVE
from matching.locks import lock_people
from matching.models import Match
from regions.locks import lock_needs


def require_people_promised_fit(party: Volunteer, /, *, size: int) -> None:
    """Refuse a size below the people of a match that holds places. Inside the transaction that locked the party.

    Locks the representative (no match of the party begins meanwhile), then the needs of its live matches (none is
    approved meanwhile; whoever approves afterwards sees the new size, see ``guards.approvable``).

    Raises:
        Conflict("people_promised")
    """
    lock_people([party.representative_id])
    matches = Match.objects.filter(volunteer=party)
    lock_needs(matches.filter(state__in=sorted(LIVE)).values_list("need_id", flat=True))
    promised = matches.filter(state__in=sorted(HOLDING)).aggregate(most=Max("people"))["most"] or 0
    if promised > size:
        message = _(
            "%(count)d people have places in a match that is under way. Please withdraw from it or ask the guide first."
        )
        message %= {"count": promised}
        raise Conflict("people_promised", message, fields={"size": [message]})
