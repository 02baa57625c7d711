"""The checker of accessibility is the one that was released, byte for byte."""

from __future__ import annotations

import hashlib

from tests.browser.axe import AXE_FILE

SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"


def test_axe_is_the_released_file() -> None:
    assert hashlib.sha256(AXE_FILE.read_bytes()).hexdigest() == SHA256
    assert "Mozilla Public License" in AXE_FILE.with_name("axe-LICENSE.txt").read_text(encoding="utf-8")
