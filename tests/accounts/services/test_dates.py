"""Moments in words, in Japanese time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from accounts.services.dates import TOKYO, format_date


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
