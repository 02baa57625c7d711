"""Further dates a community might name beside its own: what is tried when nobody can come on those it has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from matching.engine.types import DAY_MINUTES, Horizon, Mode, NeedRow, SlotRow

WEEK = 7
WEEKS_LATER = (4, 8, 12)
"""The same weekday and hours in the months that follow."""
HALF_DAYS = ((540, 720), (780, 960))
"""A morning and an afternoon: 9-12, 13-16."""
MONTHS_TRIED, MONTH_DAYS = 12, 31


def new_dates(need: NeedRow, *, horizon: Horizon, first_day: int) -> tuple[SlotRow, ...]:
    """Dates like the need's own, none of which it has, the likeliest to be asked for first; ids -1, -2, ...

    Of a need with dates: every day of the week from its first date on and the same weekday 4, 8 and 12 weeks later, at
    its own hours or for a morning or an afternoon. Of a need with windows only, or for help from afar without any: a
    window of each calendar month. Of one without: a morning and an afternoon of each day of a week. None is before ``first_day``; each has the places,
    nights and hours of the first date that is not too soon, and of the first date where all are.
    """
    model = _model(need)
    found = (
        _windows(model, horizon=horizon, first_day=first_day)
        if model.is_window
        else _dated(model, first_day=first_day)
    )
    return _numbered(found, need=need, horizon=horizon, first=1)


def remote_windows(need: NeedRow, *, horizon: Horizon, first_day: int) -> tuple[SlotRow, ...]:
    """Windows for help from afar, of a need that allows it and names no such window; ids -1001, -1002, ..."""
    if need.mode is not Mode.BOTH or any(slot.remote for slot in need.slots):
        return ()
    model = replace(_model(need), remote=True, nights=0, parts=0)
    return _numbered(
        _windows(model, horizon=horizon, first_day=first_day), need=need, horizon=horizon, first=1001
    )


def model_date(need: NeedRow) -> SlotRow | None:
    """The date of a need that a further one resembles; None of a need without dates."""
    order = sorted(need.slots, key=lambda slot: (slot.is_window, slot.too_soon, slot.start_minute, slot.id))
    return order[0] if order else None


def _model(need: NeedRow) -> SlotRow:
    """The same; where there is none a morning, or a window for help from afar, for as many as may come on a first visit."""
    start, end = HALF_DAYS[0]
    return model_date(need) or SlotRow(
        id=0,
        day=0,
        start_minute=start,
        end_minute=end,
        places_free=need.first_visit_max,
        parts=0,
        remote=need.mode is Mode.REMOTE,
    )


def _dated(model: SlotRow, *, first_day: int) -> Iterator[SlotRow]:
    base = max(model.start_minute // DAY_MINUTES, first_day)
    days = [*range(base, base + WEEK), *(base + WEEK * weeks for weeks in WEEKS_LATER)]
    for day in days:
        yield _moved(model, day)
    for start, end in HALF_DAYS if not model.nights else ():
        for day in days:
            yield replace(
                model,
                day=day,
                start_minute=day * DAY_MINUTES + start,
                end_minute=day * DAY_MINUTES + end,
                parts=0,
                too_soon=False,
            )


def _moved(model: SlotRow, day: int) -> SlotRow:
    """The same hours on another day."""
    by = (day - model.start_minute // DAY_MINUTES) * DAY_MINUTES
    return replace(
        model, day=day, start_minute=model.start_minute + by, end_minute=model.end_minute + by, too_soon=False
    )


def _windows(model: SlotRow, *, horizon: Horizon, first_day: int) -> Iterator[SlotRow]:
    """One for each calendar month that begins within the horizon."""
    last = (
        horizon.days + MONTH_DAYS
    )  # of a window only the months are asked, so that it may end beyond the horizon
    firsts = [day for day in range(first_day, last) if horizon.date_of(day).day == 1]
    for day, after in list(pairwise(firsts))[:MONTHS_TRIED]:
        yield replace(
            model, day=day, start_minute=day * DAY_MINUTES, end_minute=after * DAY_MINUTES, too_soon=False
        )


def _numbered(
    slots: Iterable[SlotRow], *, need: NeedRow, horizon: Horizon, first: int
) -> tuple[SlotRow, ...]:
    """Those the engine can see and the need does not have, each hour once."""
    had = {(slot.start_minute, slot.end_minute, slot.remote) for slot in need.slots}
    seen: dict[tuple[int, int], SlotRow] = {}
    for slot in slots:
        if (slot.start_minute, slot.end_minute, slot.remote) not in had and horizon.covers(slot):
            seen.setdefault((slot.start_minute, slot.end_minute), slot)
    return tuple(replace(slot, id=-first - number) for number, slot in enumerate(seen.values()))
