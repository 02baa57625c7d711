"""Every page, as the first of the cast who may see it: accessible, nothing sideways, nothing from outside."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.pages import Seen, seen_pages
from tests.support.matrix import Scene

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
WIDTHS = (320, 390, 1280)
SMALLEST_TARGET = 24  # CSS pixels, WCAG 2.2 AA


@pytest.mark.parametrize("seen", list(seen_pages()), ids=str)
def test_page_is_accessible_and_fits(seen: Seen, visitor: Visit, request: pytest.FixtureRequest) -> None:
    scene = Scene(request)
    assert scene.mowing is not None
    page = visitor(seen.viewer(scene))
    address = seen.address(scene)
    wrong: dict[str, Any] = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        answer = page.goto(address)
        assert answer.status == 200
        wrong |= {f"{width}: {line}": 1 for line in violations(page)}
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wrong[f"{width}: wider than the window"] = 1
    assert list(wrong) == []
