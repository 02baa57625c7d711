"""Needs before they are public, and after they are over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from regions.enums import NeedStage
from regions.models import Need, Offer, Region
from tests.builders import (
    at_tokyo,
    make_need,
    sunday_ahead,
)


@pytest.fixture
def draft(saga: Region) -> Need:
    return make_need(saga, stage=NeedStage.CONSULTING, opened_at=None, title="秋の溝掃除")


@pytest.fixture
def last_year(saga: Region, trails: Offer) -> Need:
    start = at_tokyo(sunday_ahead(-340), 8)
    slots = [{"start_at": start, "end_at": start + timedelta(hours=4), "rain": "次の日曜"}]
    return make_need(saga, stage=NeedStage.CLOSED, title="去年の草刈り", slots=slots, offers=[trails])
