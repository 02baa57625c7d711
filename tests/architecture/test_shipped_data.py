"""The data the house ships is byte for byte what it was taken from: an edit by accident is noticed here.

Whoever changes a file on purpose writes its new digest: ``sha256sum FILE``, in the same commit, which says why.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
DIGESTS = {
    name: digest
    for digest, name in (
        line.split()
        for line in Path(__file__).with_name("shipped.sha256").read_text(encoding="utf-8").splitlines()
    )
}
FOLDERS = ("accounts/data", "config/demo/data")


@pytest.mark.parametrize("name", sorted(DIGESTS))
def test_shipped_file_is_unchanged(name: str) -> None:
    assert hashlib.sha256((ROOT / name).read_bytes()).hexdigest() == DIGESTS[name]


def test_every_shipped_file_has_its_digest() -> None:
    shipped = {
        path.relative_to(ROOT).as_posix()
        for folder in FOLDERS
        for path in (ROOT / folder).iterdir()
        if path.suffix != ".md"
    }
    assert shipped <= set(DIGESTS)
    assert {"tests/accounts/data/travel_expected.json"} == set(DIGESTS) - shipped
