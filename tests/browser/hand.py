"""A person's hand on a phone: every tap is counted, and so is every screen that was looked at."""

from __future__ import annotations

import re
from typing import Any

from django.core import mail

CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b|\b[0-9A-Z]{6}\b")


class Hand:
    """Uses a page by what it shows. A field that is given the focus needs no tap."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.taps = 0
        self.screens: list[str] = []

    def see(self, heading: str) -> None:
        """A new screen, known by its heading."""
        self.page.get_by_role("heading", level=1, name=heading, exact=True).wait_for()
        self.screens.append(heading)

    def tap(self, role: str, name: str) -> None:
        self.taps += 1
        self.page.get_by_role(role, name=name, exact=True).first.click()

    def choose(self, word: str) -> None:
        """A chip or a tile, where a finger would land: on its word."""
        self.taps += 1
        self.page.locator("label", has_text=word).first.click()

    def write(self, label: str, text: str) -> None:
        field = self.page.get_by_label(label).first
        if field.get_attribute("autofocus") is None:
            self.taps += 1
            field.click()
        field.fill(text)


def code_in_last_letter() -> str:
    """The code that was sent last."""
    found = CODE.search(str(mail.outbox[-1].body))
    assert found is not None
    return found[0]
