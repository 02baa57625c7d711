"""Where on this installation a match is looked at."""

from __future__ import annotations

from django.urls import reverse

from matching.models import Match


def match_path(match: Match) -> str:
    """The path that messages about a match lead to, for whoever is told: its line among one's own on the first page."""
    return f"{reverse('home')}#match-{match.public_id}"
