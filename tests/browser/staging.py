"""How a state of a page is reached: who looks, and what they did to come there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from tests.support.matrix import Scene, Values

Lead = Callable[[Any, Scene], None]


@dataclass(frozen=True)
class Stage:
    """A state of a page: who looks, and what they did to come there."""

    name: str
    role: str
    lead: Lead

    def viewer(self, scene: Scene) -> Any:
        return None if self.role == "anonymous" else getattr(scene, self.role)


def nothing(_scene: Scene) -> Values:
    return {}


def opened(name: str, where: Callable[[Scene], Values] = nothing, *, query: str = "") -> Lead:
    """An address, after what ``where`` has brought about."""

    def lead(page: Any, scene: Scene) -> None:
        page.goto(reverse(name, kwargs=where(scene)) + query)

    return lead


def sent(name: str, where: Callable[[Scene], Values] = nothing, /, **values: str) -> Lead:
    """A form filled by the names of its fields, and sent."""

    def lead(page: Any, scene: Scene) -> None:
        page.goto(reverse(name, kwargs=where(scene)))
        for field, value in values.items():
            page.locator(f"main [name={field}]").first.fill(value)
        press(page)

    return lead


def refused(name: str, where: Callable[[Scene], Values] = nothing, /, **values: str) -> Lead:
    """The same, answered with what is wrong."""
    send = sent(name, where, **values)

    def lead(page: Any, scene: Scene) -> None:
        send(page, scene)
        page.wait_for_selector(".error-summary")

    return lead


def unfolded(lead: Lead) -> Lead:
    """A page with everything unfolded that can be."""

    def further(page: Any, scene: Scene) -> None:
        lead(page, scene)
        for summary in page.locator("details:not([open]) > summary").all():
            summary.click()

    return further


def press(page: Any) -> None:
    """The first thing that the page would have one do."""
    page.locator("main form button.button--primary").first.click()
    page.wait_for_load_state()
