"""Reports of accidents and near misses, as far as somebody may read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotFound
from accounts.models import User
from matching.enums import Role
from matching.models import Match, Report
from matching.models.reports import INSURER_LATEST_DAYS
from matching.policies import REPORTED, REPORTING, matches_reportable_by, reports_visible_to, roles_on
from matching.selectors.sights import MatchSight
from regions.models import Need

SHOWN = 5
LOOKED_BACK = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class ReportsBeside:
    """What stands on the page of a match: its own reports, and for guides those of the place in the last twelve months."""

    own: Sequence[Report]
    nearby: Sequence[Report]
    may_write: bool

    @property
    def any(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.own or self.nearby or self.may_write)


def reports_beside(sight: MatchSight, *, now: datetime | None = None) -> ReportsBeside:
    """The reports to show with a match. One query for who may read any, none before the promise."""
    match, roles = sight.match, sight.viewer.roles_on(sight.match)
    if match.state not in REPORTED or not roles & REPORTING:
        return ReportsBeside([], [], may_write=False)
    rows = reports_visible_to(sight.viewer.user).order_by("-happened_at", "-pk")
    if Role.GUIDE in roles:
        since = (now or timezone.now()) - LOOKED_BACK
        nearby = Match.objects.filter(need__region=match.need.region_id).values("pk")
        rows = rows.filter(match__in=nearby, happened_at__gte=since)
    else:
        rows = rows.filter(match=match)
    found = list(rows)
    others = [row for row in found if row.match_id != match.pk]
    own = [row for row in found if row.match_id == match.pk]
    return ReportsBeside(own, others[:SHOWN], may_write=True)


def report_for(actor: User, public_id: str) -> Report:
    """One report with whom it must reach and what was added. Six queries at most.

    Raises:
        NotFound("report_unknown"): there is none, or it is not this person's to read.
    """
    rows = reports_visible_to(actor).select_related(
        "slot", "author", "match__need__region__municipality", "match__volunteer__home", "match__guide"
    )
    report = rows.prefetch_related("reaches__done_by", "notes__author").filter(public_id=public_id).first()
    if report is None:
        raise NotFound("report_unknown", _("There is no such report here."))
    return report


def reportable(actor: User, public_id: str) -> Match:
    """A match of which ``actor`` may report. One query.

    Raises:
        NotFound("match_unknown")
    """
    rows = matches_reportable_by(actor).select_related(
        "need__region__municipality", "volunteer__home", "guide"
    )
    match = rows.filter(public_id=public_id).first()
    if match is None:
        raise NotFound("match_unknown", _("This match does not exist."))
    return match


def reportable_at(actor: User, need: Need) -> Match | None:
    """The match of a need to report of from its emergency card; None where it might be one of several. One query."""
    found = matches_reportable_by(actor).filter(need=need)[:2]
    return found[0] if len(found) == 1 else None


def may_record(actor: User, report: Report) -> bool:
    """Whether ``actor`` records whom the report has reached. Some five queries."""
    return Role.GUIDE in roles_on(actor, report.match)


def insurer_latest(report: Report) -> date:
    """The day until which most insurers take a report at all."""
    return timezone.localdate(report.happened_at) + timedelta(days=INSURER_LATEST_DAYS)
