"""Loading the shipped reference data: one step, safe to repeat, silent when nothing is new."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from accounts.models.places import DataRelease
from accounts.services.reference_places import load_places
from accounts.services.reference_vocabulary import load_vocabulary

DATA = Path(__file__).resolve().parent.parent / "data"
PLACES = ("municipality.csv", "postal.csv.gz")
VOCABULARY = ("vocabulary.json",)
# Part of the digest: raise it when this code reads the same files differently.
LOADER_EDITION = b"1"


@dataclass(frozen=True)
class Loaded:
    """Rows read per table; empty when the tables already held this edition."""

    rows: dict[str, int]


@transaction.atomic
def load_reference(*, data: Path = DATA) -> Loaded:
    """Bring municipalities, postal codes and vocabularies to the edition in the files.

    Nothing happens for a data set whose digest is already recorded, so rows that administrators
    edited stay. A new edition leaves edited rows alone, retires kinds that are gone, deletes only
    postal codes. Two loaders at once: the second waits, then finds its work done.
    """
    rows: dict[str, int] = {}
    if _claim("places", digest=_digest(data, PLACES)):
        rows |= load_places(data)
    if _claim("vocabulary", digest=_digest(data, VOCABULARY)):
        rows |= load_vocabulary(data)
    return Loaded(rows)


def _digest(data: Path, names: tuple[str, ...]) -> str:
    digest = hashlib.sha256(LOADER_EDITION)
    for name in names:
        digest.update(hashlib.sha256((data / name).read_bytes()).digest())
    return digest.hexdigest()


def _claim(name: str, *, digest: str) -> bool:
    """Take the loading of an edition: a conditional write, undone with the transaction if loading fails."""
    now = timezone.now()
    DataRelease.objects.bulk_create([DataRelease(name=name, digest="", loaded_at=now)], ignore_conflicts=True)
    other = DataRelease.objects.filter(name=name).exclude(digest=digest)
    return bool(other.update(digest=digest, loaded_at=now))
