"""Reference data for the tests of accounts: the whole vocabularies, a few places."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import pytest

from accounts.services.reference import DATA, load_reference

# Two that stand in two municipalities, one in Fukuoka, one in Saga.
POSTAL_KEPT = ("0350000", "1900100", "8100001", "8400811")
PLACES_KEPT = ("022080", "024244", "132284", "133051", "401307", "412015")


@pytest.fixture
def small_data(tmp_path: Path) -> Path:
    """A folder like accounts/data with a handful of places; a test may edit it."""
    shutil.copy(DATA / "vocabulary.json", tmp_path)
    places = (DATA / "municipality.csv").read_text("utf-8").splitlines()
    kept = [line for line in places if line.startswith(("code6", *PLACES_KEPT))]
    (tmp_path / "municipality.csv").write_text("\n".join(kept), "utf-8")
    postal = gzip.decompress((DATA / "postal.csv.gz").read_bytes()).decode().splitlines()
    kept = [line for line in postal if line.startswith(("postal", *POSTAL_KEPT))]
    (tmp_path / "postal.csv.gz").write_bytes(gzip.compress("\n".join(kept).encode()))
    return tmp_path


@pytest.fixture
def reference(db: None, small_data: Path) -> Path:
    """The small reference data, loaded."""
    load_reference(data=small_data)
    return small_data
