"""Lists of the matching as tables for Excel and CSV: the same rows and the same words as on the pages, no contact data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.sheets.writing import DAY, HOUR, NUMBER, Column, Table
from matching.enums import Side
from matching.policies import matches_visible_to
from matching.selectors.advice import advice_of
from matching.selectors.board import SPANS, board_rows, lonely_needs, require_desk, tasks_of
from matching.selectors.communities import coming_dates_of, waiting_counts
from matching.selectors.guiding import side_label
from matching.selectors.matches import matches_of_list
from matching.selectors.reviews import call_list, review_queue
from matching.selectors.sights import MatchSight
from matching.selectors.viewers import viewer_of
from matching.selectors.wanted import wanted_briefly
from regions.models import Need, Region, Slot
from regions.selectors.desk import desk_regions

ROWS_MAX = 5000
"""Rows of one file, in the order of the page."""
PUBLIC_ROWS_MAX = 500
"""Rows of the file that anybody may ask for."""


def list_table(actor: User, which: str, *, is_own: bool = False, now: datetime | None = None) -> Table | None:
    """A list of ``actor``'s as a table; None where there is no such list. A fixed number of queries.

    ``is_own``: of what is due only what the actor is in charge of, as on the page.

    Raises:
        NotAllowed("no_guide"): a list of guides for who is none.
    """
    moment = now or timezone.now()
    if which in SPANS:
        return _due(actor, which, moment, is_own=is_own)
    make = LISTS.get(which)
    return make(actor) if make else None


def _matches(actor: User) -> Table:
    keys = matches_visible_to(actor).order_by("-created_at", "-pk").values_list("pk", flat=True)
    return _match_table(actor, _("Your matches"), list(keys[:ROWS_MAX]))


def _reviews(actor: User) -> Table:
    require_desk(actor)
    keys = review_queue(actor).values_list("pk", flat=True)
    return _match_table(actor, _("Proposals to decide"), list(keys[:ROWS_MAX]))


def _match_table(actor: User, title: str, keys: list[int]) -> Table:
    found = matches_of_list(keys)
    viewer = viewer_of(actor, found.values())
    columns = [
        Column(_("Number"), 16), Column(_("State"), 18), Column(_("Community"), 26), Column(_("Participant"), 26),
        Column(_("Need"), 28), *_date_columns(), Column(_("People"), 8, NUMBER), Column(_("Until"), 16, DAY), Column(_("In charge"), 18),
    ]  # fmt: skip
    return Table(title, columns, [_match_row(MatchSight(found[key], viewer)) for key in keys if key in found])


def _date_columns() -> list[Column]:
    return [
        Column(_("Calendar day"), 16, DAY),
        Column(_("Begins at"), 10, HOUR),
        Column(_("Ends at"), 10, HOUR),
    ]


def _match_row(sight: MatchSight) -> list[Any]:
    first = next(iter(sight.slots), None)
    due = sight.match.due_at if sight.is_live else None
    return [
        sight.match.public_id, sight.state_label, sight.region["label"], sight.party["label"], sight.match.need.title,
        *_span(first), sight.match.people, _day(due), sight.guide["name"] if sight.guide else "",
    ]  # fmt: skip


def _span(slot: Any) -> list[Any]:
    if slot is None:
        return ["", "", ""]
    start, end = timezone.localtime(slot.start_at), timezone.localtime(slot.end_at)
    return [start.date(), start.time(), end.time()]


def _day(moment: datetime | None) -> Any:
    return "" if moment is None else timezone.localdate(moment)


def _due(actor: User, when: str, now: datetime, *, is_own: bool) -> Table:
    tasks = tasks_of(actor, board_rows(actor, when, now=now, is_own=is_own)[:ROWS_MAX], now=now)
    columns = [
        Column(_("Due"), 16, DAY), Column(_("What to do"), 30), Column(_("Community"), 26),
        Column(_("Participant"), 26), Column(_("Need"), 28), Column(_("Note"), 30), Column(_("In charge"), 18),
    ]  # fmt: skip
    rows = [
        [_day(task.at), task.what, task.sight.region["label"], task.sight.party["label"], task.sight.match.need.title,
         task.detail, task.sight.guide["name"] if task.sight.guide else ""]
        for task in tasks
    ]  # fmt: skip
    return Table(str(SPANS[when]), columns, rows)


def _lonely(actor: User) -> Table:
    require_desk(actor)
    columns = [
        Column(_("Community"), 26), Column(_("Need"), 30), Column(_("Compared"), 10, NUMBER), Column(_("Can be asked now"), 10, NUMBER),
        Column(_("What would help most"), 40), Column(_("How many it would bring"), 10, NUMBER),
    ]  # fmt: skip
    rows = []
    for advice in advice_of(lonely_needs(actor)[:ROWS_MAX]):
        row, region = advice.row, advice.row.need.region
        rows.append(
            [f"{region.municipality.label} {region.name}", row.need.title, row.compared, row.feasible,
             next(iter(advice.changes), ""), advice.brings]
        )  # fmt: skip
    return Table(_("Needs that find too few people"), columns, rows)


def _communities(actor: User) -> Table:
    regions = list(desk_regions(actor)[:ROWS_MAX])
    waiting = waiting_counts(actor, regions)
    columns = [
        Column(_("Municipality"), 20), Column(_("Community"), 20), Column(_("Waiting for an answer"), 10, NUMBER), Column(_("Open needs"), 10, NUMBER),
        Column(_("Agreed, not public"), 10, NUMBER), Column(_("In interview"), 10, NUMBER), Column(_("In consultation"), 10, NUMBER),
    ]  # fmt: skip
    counted: list[Any] = regions
    rows = [
        [region.municipality.label, region.name, waiting.get(region.pk, 0), region.open_needs, region.consented, region.hearing, region.consulting]
        for region in counted
    ]  # fmt: skip
    return Table(_("Your communities"), columns, rows)


def _calls(actor: User) -> Table:
    require_desk(actor)
    answers: list[Any] = list(call_list(actor)[:ROWS_MAX])
    viewer = viewer_of(actor, [answer.match for answer in answers])
    columns = [
        Column(_("Whom to call"), 26), Column(_("Community"), 26), Column(_("Participant"), 26), Column(_("Need"), 28),
        Column(_("Due"), 16, DAY), Column(_("Ends by itself on"), 16, DAY), Column(_("Calls made"), 8, NUMBER),
    ]  # fmt: skip
    rows = []
    for answer in answers:
        sight = MatchSight(answer.match, viewer)
        whom = side_label(answer.match, Side(answer.side))
        rows.append(
            [whom, sight.region["label"], sight.party["label"], answer.match.need.title, _day(answer.due_at),
             _day(answer.lapse_at), answer.calls_made]
        )  # fmt: skip
    return Table(_("People to call"), columns, rows)


LISTS: Mapping[str, Callable[[User], Table]] = {
    "matches": _matches,
    "reviews": _reviews,
    "calls": _calls,
    "lonely": _lonely,
    "communities": _communities,
}


def date_table(region: Region) -> Table:
    """The dates of a community that are still to come, with who comes. One query."""
    columns = [
        *_date_columns(), Column(_("Need"), 30), Column(_("People wanted on that day"), 10, NUMBER),
        Column(_("Places held"), 10, NUMBER), Column(_("People promised"), 10, NUMBER), Column(_("When it rains"), 20),
    ]  # fmt: skip
    rows = [
        [*_span(slot), slot.need.title, slot.places, *people, slot.rain]
        for slot, people in _with_people(region)
    ]
    return Table(_("Dates to come"), columns, rows)


def _with_people(region: Region) -> list[tuple[Slot, list[int]]]:
    counted: list[Any] = list(coming_dates_of(region))
    return [(slot, [slot.held, slot.promised]) for slot in counted]


def wanted_table(needs: QuerySet[Need]) -> Table:
    """Open needs as everybody may see them, the first 500: room as a word. The queries of ``wanted_briefly``."""
    columns = [
        Column(_("Community"), 26), Column(_("Need"), 30), Column(_("Kind of work"), 24), *_date_columns(),
        Column(_("Room"), 10), Column(_("Money"), 16), Column(_("In return"), 30),
    ]  # fmt: skip
    rows = [
        [each.place, each.need.title, "、".join(row.work_kind.label for row in each.need.work.all()), *_span(each.next_date),
         str(each.opening.label), str(each.need.get_compensation_display()), "、".join(offer.title for offer in each.offers)]
        for each in wanted_briefly(needs.prefetch_related("work__work_kind")[:PUBLIC_ROWS_MAX])
    ]  # fmt: skip
    return Table(_("What is wanted now"), columns, rows)
