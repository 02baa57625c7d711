"""What is wrong with a page that is open, whatever led to it: axe, the width of a phone, links that lead nowhere."""

from __future__ import annotations

from typing import Any

from tests.browser.axe import violations

WIDTHS = (320, 390, 1280)
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
DEAD_ENDS = """() => [...document.querySelectorAll('a[href^="#"]')]
  .filter(link => !document.getElementById(link.getAttribute('href').slice(1))).map(link => link.textContent.trim())"""


def faults(page: Any) -> list[str]:
    """A line for each fault at each width; axe measures targets too (24 CSS pixels, WCAG 2.2 AA)."""
    found: list[str] = [f"leads nowhere: {words}" for words in page.evaluate(DEAD_ENDS)]
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        found += [f"{width}: {line}" for line in violations(page)]
        if page.evaluate(SIDEWAYS):
            found.append(f"{width}: wider than the window")
    return found
