"""axe-core run inside a page of the test's browser."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

AXE_FILE = Path(__file__).with_name("vendor") / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def _source() -> str:
    return AXE_FILE.read_text(encoding="utf-8")


def violations(page: Any) -> list[str]:
    """What axe finds wrong on a page that is open, a line each: rule, how often, the first place."""
    page.evaluate(_source())
    found = page.evaluate("tags => axe.run(document, {runOnly: tags})", TAGS)
    return [
        f"{rule['id']} ({rule['impact']}) {len(rule['nodes'])}×: {rule['nodes'][0]['html'][:160]}"
        for rule in found["violations"]
    ]
