"""The demo counts days as people in Japan do, also when it is loaded before nine in the morning there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from accounts.models import HeldQualification
from config.demo.crowd import load_crowd
from config.demo.people import draw_people
from config.demo.scenarios import Book
from tests.builders import FUKUOKA, make_municipality, make_qualification

EARLY = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)  # New Year's morning, one o'clock, in Japan


def test_the_day_of_loading_is_the_day_in_japan() -> None:
    assert Book(now=EARLY).today == date(2027, 1, 1)


@pytest.mark.django_db
def test_a_qualification_of_thirty_days_counts_from_that_day() -> None:
    make_municipality(FUKUOKA)
    book = Book(now=EARLY, qualifications={"first_aid": make_qualification("first_aid")})
    bare = {"home_code": FUKUOKA, "abilities": (), "wishes": (), "qualifications": (("first_aid", 30),)}
    load_crowd([replace(draw_people(count=1)[0], **bare)], book=book)
    assert HeldQualification.objects.get().expires_on == date(2027, 1, 31)
