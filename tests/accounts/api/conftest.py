"""Throttles count in the cache: each test begins with an empty one."""

from __future__ import annotations

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def empty_cache(db: None) -> None:
    cache.clear()
