"""Where on this installation a match is looked at."""

from __future__ import annotations

from django.urls import reverse

from matching.models import Match


def match_path(match: Match) -> str:
    """The path that messages about a match lead to, for whoever is told: its own page."""
    return reverse("match-page", args=[match.public_id])


def review_path(match: Match) -> str:
    """Where a guide decides on a proposal."""
    return match_path(match)
