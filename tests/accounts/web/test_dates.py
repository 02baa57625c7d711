"""Days and spans as they stand on a page."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone, translation

from accounts.web import dates
from accounts.web.icons import ICONS
from accounts.web.prefectures import COLUMNS, PREFECTURES, ROWS

START = datetime(2031, 6, 14, 23, 0, tzinfo=UTC)  # Sunday 15 June 2031, 8:00 in Japan


@pytest.mark.parametrize(
    ("language", "end", "expected"),
    [
        ("ja", timedelta(hours=4), "2031年6月15日（日）8:00–12:00"),
        ("ja", timedelta(hours=28), "2031年6月15日（日）–16日（月）"),
        ("ja", timedelta(hours=16), "2031年6月15日（日）8:00–0:00"),
        ("ja", timedelta(days=15, hours=16), "2031年6月15日（日）–30日（月）"),
        ("ja", timedelta(days=16), "2031年6月15日（日）–2031年7月1日（火）"),
        ("en", timedelta(hours=4), "Sun 15 June 2031 8:00–12:00"),
        ("en", timedelta(hours=28), "Sun 15 June 2031–Mon 16 June 2031"),
    ],
)
def test_span_is_written_in_japanese_time_with_the_day_of_the_week(
    language: str, end: timedelta, expected: str
) -> None:
    with translation.override(language):
        assert dates.span(START, START + end) == expected


def test_year_is_left_out_where_it_is_this_year() -> None:
    today = timezone.localdate()
    assert dates.day(today).startswith(f"{today.month}月{today.day}日（")
    assert dates.day(date(today.year + 1, 1, 2)).startswith(f"{today.year + 1}年1月2日（")


def test_icon_is_silent_and_an_unknown_one_is_an_error() -> None:
    assert '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><' in Template(
        '{% icon "open" %}'
    ).render(Context())
    assert all("<script" not in drawing for drawing in ICONS.values())
    with pytest.raises(KeyError):
        Template('{% icon "smile" %}').render(Context())


def test_query_is_kept_but_for_what_changes() -> None:
    request = RequestFactory().get("/needs/?kind=grass&kind=snow&page=3&prefecture=41")
    shown = Template('{% with_query page="" prefecture="32" %}').render(Context({"request": request}))
    assert shown == "?kind=grass&amp;kind=snow&amp;prefecture=32"


def test_prefectures_lie_beside_each_other_inside_the_map() -> None:
    assert [each.code for each in PREFECTURES] == [f"{number:02d}" for number in range(1, 48)]
    cells = [
        (column + x, row + y)
        for each in PREFECTURES
        for column, row, width, height in [each.box]
        for x in range(width)
        for y in range(height)
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _y in cells) < COLUMNS
    assert max(y for _x, y in cells) < ROWS
