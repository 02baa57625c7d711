"""Every page as the first of the cast who may see it, and every state reached by doing something: accessible, nothing sideways."""

from __future__ import annotations

import pytest

from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.looking import faults
from tests.browser.pages import Seen, seen_pages
from tests.browser.stages import DEMO_PAGES, STAGES, Stage
from tests.support.matrix import Scene

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SMALL = '<html lang="ja"><title>小</title><main><h1>小</h1><button style="font-size:1px;padding:0">あ</button><button style="font-size:1px;padding:0">い</button></main>'


@pytest.mark.parametrize("seen", list(seen_pages()), ids=str)
def test_page_is_accessible_and_fits(seen: Seen, visitor: Visit, request: pytest.FixtureRequest) -> None:
    scene = Scene(request)
    assert scene.mowing is not None
    page = visitor(seen.viewer(scene))
    assert page.goto(seen.address(scene)).status == 200
    assert faults(page) == []


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_what_is_reached_by_doing_something_is_accessible_and_fits(
    stage: Stage, visitor: Visit, request: pytest.FixtureRequest
) -> None:
    scene = Scene(request)
    assert scene.mowing is not None
    page = visitor(stage.viewer(scene))
    stage.lead(page, scene)
    assert faults(page) == []


@pytest.mark.urls("tests.config.demo_urls")
@pytest.mark.parametrize("path", DEMO_PAGES)
def test_page_of_the_demo_is_accessible_and_fits(path: str, visitor: Visit) -> None:
    page = visitor()
    assert page.goto(path).status == 200
    assert faults(page) == []


def test_small_targets_are_found(visitor: Visit) -> None:
    page = visitor()
    page.set_content(SMALL)
    assert [line.split()[0] for line in violations(page)] == ["target-size"]
