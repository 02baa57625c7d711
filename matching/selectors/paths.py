"""Where on this installation a match is looked at."""

from __future__ import annotations

from django.urls import reverse
from django.utils.http import urlencode

from matching.models import Match, Report
from regions.models import Need, Offer


def match_path(match: Match) -> str:
    """The path that messages about a match lead to, for whoever is told: its own page."""
    return reverse("match-page", args=[match.public_id])


def review_path(match: Match) -> str:
    """Where a guide decides on a proposal."""
    return reverse("desk-match", args=[match.public_id])


def change_path(need: Need) -> str:
    """Where a guide looks at a need that finds nobody, to change it with its community."""
    return reverse("place-need", args=[need.region.public_id, need.public_id])


def offer_path(offer: Offer, match: Match) -> str:
    """Where who keeps a community's record writes down what the holders of an offer say, and comes back to the match."""
    path = reverse("place-offer", args=[match.need.region.public_id, offer.public_id])
    return f"{path}?{urlencode({'match': match.public_id})}"


def calls_path() -> str:
    """Where a guide finds whom to call."""
    return reverse("calls")


def report_path(report: Report) -> str:
    """Where a report of an accident or near miss is read."""
    return reverse("report-page", args=[report.public_id])


def reached_path(report: Report, who: str) -> str:
    """Where a guide records that a report has reached somebody."""
    return reverse("report-reached", args=[report.public_id, who])


def slips_path() -> str:
    """Where slips of circulars that came back are entered."""
    return reverse("slips")
