"""The browser of the tests: the machine's Chromium, started once, offline but for the test's own server."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = "ENISHI_TEST_CHROMIUM"  # another binary to try
ARGUMENTS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
MISSING = (
    "No Chromium on this machine: the pages were NOT looked at in a browser. "
    "Install the package chromium (and fonts-morisawa-bizud-gothic), or name a binary in ENISHI_TEST_CHROMIUM."
)


def chromium_binary() -> str | None:
    """Where Chromium is; None where there is none."""
    return os.environ.get(CHROMIUM) or next((found for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def running_chromium(binary: str) -> Iterator[Any]:
    """A browser that is closed afterwards."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=list(ARGUMENTS))
        yield browser
        browser.close()
