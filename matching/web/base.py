"""What the pages of the matching share, beside what every page for who is signed in shares."""

from __future__ import annotations

from django.http import Http404

from accounts.models import User
from accounts.web.base import View, actor_of, private, sent_from, take, tell
from matching.models import Match
from matching.policies import matches_visible_to

__all__ = ["View", "actor_of", "known_match", "private", "sent_from", "take", "tell"]


def known_match(actor: User, public_id: str) -> Match:
    """A match this person may know of.

    Raises:
        Http404: there is none, or this person may not know that there is.
    """
    rows = matches_visible_to(actor).select_related("need__region__municipality", "volunteer__home")
    match = rows.filter(public_id=public_id).first()
    if match is None:
        raise Http404
    return match
