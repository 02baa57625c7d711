"""What the tests of verbs share."""

from __future__ import annotations

import pytest

from regions.models import Need, Region
from tests.builders import make_need
from tests.matching.sweeping import SLOT_AT


@pytest.fixture
def far(saga: Region) -> Need:
    """A need whose only date is more than a year after everything here."""
    return make_need(saga, slots=[{"start_at": SLOT_AT}])
