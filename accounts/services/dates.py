"""Moments as they are written in messages and on paper: Japanese time, with the day of the week."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from accounts.enums import Language

TOKYO: Final = ZoneInfo("Asia/Tokyo")
NOON = 12
WEEKDAYS_JA = "月火水木金土日"
WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def format_date(moment: datetime, language: str) -> str:
    """A moment in words: 2027年1月10日（日）午前8時, or Sunday 10 January 2027, 8:00 (Japan time).

    Written by hand and not by locale, so that the worker's language setting plays no part.

    Args:
        moment: aware.
        language: a value of ``Language``; anything but English is written in Japanese.

    Raises:
        ValueError: ``moment`` is naive.
    """
    if moment.tzinfo is None:
        raise ValueError("A moment without a time zone cannot be written down for anybody.")
    there = moment.astimezone(TOKYO)
    return _english(there) if language == Language.ENGLISH else _japanese(there)


def format_time(moment: datetime, language: str) -> str:
    """The hour of an aware moment in Japan as it is read aloud: 午後1時30分 or 正午, in English 13:30."""
    there = moment.astimezone(TOKYO)
    if language == Language.ENGLISH:
        return f"{there.hour}:{there.minute:02d}"
    return "正午" if (there.hour, there.minute) == (NOON, 0) else _hour_japanese(there)


def _japanese(there: datetime) -> str:
    weekday = WEEKDAYS_JA[there.weekday()]
    return f"{there.year}年{there.month}月{there.day}日（{weekday}）{_hour_japanese(there)}"


def _hour_japanese(there: datetime) -> str:
    half = "午前" if there.hour < NOON else "午後"
    minutes = f"{there.minute}分" if there.minute else ""
    return f"{half}{there.hour % NOON}時{minutes}"


def _english(there: datetime) -> str:
    weekday, month = WEEKDAYS_EN[there.weekday()], MONTHS_EN[there.month - 1]
    return f"{weekday} {there.day} {month} {there.year}, {there.hour}:{there.minute:02d} (Japan time)"


# On paper: both calendars, because forms and people of a community count in eras.
REIWA, REIWA_BEFORE = date(2019, 5, 1), 2018
HEISEI_BEFORE = 1988


def era_day(on: date) -> str:
    """2027年（令和9年）4月25日（日）; a moment by its day in Japan. Days before 2019 are counted in Heisei."""
    day = on.astimezone(TOKYO).date() if isinstance(on, datetime) else on
    era, before = ("令和", REIWA_BEFORE) if day >= REIWA else ("平成", HEISEI_BEFORE)
    count = day.year - before
    year = "元" if count == 1 else str(count)
    return f"{day.year}年（{era}{year}年）{day.month}月{day.day}日（{WEEKDAYS_JA[day.weekday()]}）"


def era_span(start: datetime, end: datetime) -> str:
    """2027年（令和9年）4月25日（日）午前8時から正午まで; over several days from the first to the last."""
    last = end - timedelta(seconds=1)  # what ends at midnight ends the day before
    if start.astimezone(TOKYO).date() == last.astimezone(TOKYO).date():
        return f"{era_day(start)}{_clock(start)}から{_clock(end)}まで"
    return f"{era_day(start)}から{era_day(last)}まで"


def _clock(moment: datetime) -> str:
    there = moment.astimezone(TOKYO)
    if (there.hour, there.minute) == (NOON, 0):
        return "正午"
    half = "午前" if there.hour < NOON else "午後"
    return f"{half}{there.hour % NOON}時" + (f"{there.minute}分" if there.minute else "")
