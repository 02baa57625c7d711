"""``make screens``: a picture of every page that shows somebody something, on a phone and on a desk, to be looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Visit
from tests.browser.pages import Seen, seen_pages
from tests.browser.stages import DEMO_PAGES, STAGES, Stage
from tests.support.matrix import Scene

pytestmark = [pytest.mark.browser, pytest.mark.screens, pytest.mark.django_db(transaction=True)]
FOLDER = Path(__file__).resolve().parents[2] / "build" / "screens"
WIDTHS = (390, 1280)
SMALLEST = 4000  # bytes; a blank page has less


def photograph(page: Any, name: str) -> None:
    """Both widths of what is open, as PNG."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for width in WIDTHS:
        file = FOLDER / f"{name}-{width}.png"
        file.unlink(missing_ok=True)
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=file, full_page=True)
        assert file.stat().st_size > SMALLEST, f"{file.name} shows nothing"


@pytest.mark.parametrize("seen", list(seen_pages()), ids=str)
def test_every_page_has_its_picture(seen: Seen, visitor: Visit, request: pytest.FixtureRequest) -> None:
    scene = Scene(request)
    assert scene.mowing is not None
    page = visitor(seen.viewer(scene))
    assert page.goto(seen.address(scene)).status == 200
    photograph(page, seen.case.url)


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_what_is_reached_by_doing_something_has_its_picture(
    stage: Stage, visitor: Visit, request: pytest.FixtureRequest
) -> None:
    scene = Scene(request)
    assert scene.mowing is not None
    page = visitor(stage.viewer(scene))
    stage.lead(page, scene)
    photograph(page, stage.name)


@pytest.mark.urls("tests.config.demo_urls")
@pytest.mark.parametrize("path", DEMO_PAGES)
def test_page_of_the_demo_has_its_picture(path: str, visitor: Visit) -> None:
    page = visitor()
    assert page.goto(path).status == 200
    photograph(page, path.strip("/").replace("/", "-"))
