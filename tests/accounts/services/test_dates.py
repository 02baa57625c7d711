"""Moments in words, in Japanese time."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from accounts.services.dates import TOKYO, era_day, era_span, format_date, format_time


@pytest.mark.parametrize(
    ("hour", "minute", "japanese", "english"),
    [
        (8, 0, "午前8時", "8:00"),
        (12, 0, "正午", "12:00"),
        (12, 30, "午後0時30分", "12:30"),
        (0, 0, "午前0時", "0:00"),
    ],
)
def test_time_is_written_as_it_is_read_aloud(hour: int, minute: int, japanese: str, english: str) -> None:
    moment = datetime(2027, 1, 10, hour, minute, tzinfo=TOKYO).astimezone(UTC)
    assert (format_time(moment, "ja"), format_time(moment, "en")) == (japanese, english)


@pytest.mark.parametrize(
    ("moment", "japanese", "english"),
    [
        (
            datetime(2027, 1, 10, 8, tzinfo=TOKYO),
            "2027年1月10日（日）午前8時",
            "Sunday 10 January 2027, 8:00 (Japan time)",
        ),
        (
            datetime(2027, 1, 9, 23, tzinfo=UTC),
            "2027年1月10日（日）午前8時",
            "Sunday 10 January 2027, 8:00 (Japan time)",
        ),
        (
            datetime(2028, 2, 29, 13, 5, tzinfo=TOKYO),
            "2028年2月29日（火）午後1時5分",
            "Tuesday 29 February 2028, 13:05 (Japan time)",
        ),
        (
            datetime(2026, 12, 31, 12, tzinfo=TOKYO),
            "2026年12月31日（木）午後0時",
            "Thursday 31 December 2026, 12:00 (Japan time)",
        ),
        (
            datetime(2026, 12, 31, 0, 30, tzinfo=TOKYO),
            "2026年12月31日（木）午前0時30分",
            "Thursday 31 December 2026, 0:30 (Japan time)",
        ),
    ],
)
def test_format_date_in_both_languages(moment: datetime, japanese: str, english: str) -> None:
    assert format_date(moment, "ja") == japanese
    assert format_date(moment, "en") == english


def test_format_date_of_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        format_date(datetime(2027, 1, 10, 8), "ja")  # noqa: DTZ001  # that is what is refused


# On paper.
@pytest.mark.parametrize(
    ("day", "written"),
    [
        (date(2027, 4, 25), "2027年（令和9年）4月25日（日）"),
        (date(2019, 5, 1), "2019年（令和元年）5月1日（水）"),
        (date(2019, 4, 30), "2019年（平成31年）4月30日（火）"),
        (datetime(2027, 4, 24, 15, tzinfo=UTC), "2027年（令和9年）4月25日（日）"),  # midnight in Japan
    ],
)
def test_day_on_paper_is_in_both_calendars(day: date, written: str) -> None:
    assert era_day(day) == written


@pytest.mark.parametrize(
    ("start", "end", "written"),
    [
        ((25, 8, 0), (25, 12, 0), "2027年（令和9年）4月25日（日）午前8時から正午まで"),
        ((25, 12, 30), (25, 17, 5), "2027年（令和9年）4月25日（日）午後0時30分から午後5時5分まで"),
        ((25, 18, 0), (26, 0, 0), "2027年（令和9年）4月25日（日）午後6時から午前0時まで"),
        ((24, 9, 0), (25, 15, 0), "2027年（令和9年）4月24日（土）から2027年（令和9年）4月25日（日）まで"),
    ],
)
def test_hours_on_paper_are_said_as_one_says_them(
    start: tuple[int, ...], end: tuple[int, ...], written: str
) -> None:
    first, last = (datetime(2027, 4, *moment, tzinfo=TOKYO) for moment in (start, end))
    assert era_span(first, last) == written
