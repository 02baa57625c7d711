"""A packed part of a snapshot as bytes, to be kept in the database and sent to any host; and what a version is a hash of."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np

from matching.engine import Horizon, Vocabulary
from matching.engine.columns import Columns
from matching.engine.facts import Facts
from matching.engine.hours import Pieces
from matching.engine.packed import Packed

FORMAT = 2
"""Goes up with every change of what is packed: parts and files of another format are refused, and made anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What all parts of a snapshot were packed with: kinds, days, and the number of each home municipality."""

    vocabulary: Vocabulary
    horizon: Horizon
    homes: tuple[str, ...]
    kept_mean_micro: int
    """The share of all promises that were kept, towards which everybody's record is shrunk."""

    def as_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return as_plain(self) | {"format": FORMAT}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Frame:
        """The frame ``as_json`` was called on.

        Raises:
            ValueError: another format.
        """
        if stored.get("format") != FORMAT:
            raise ValueError("a frame of another format")
        words = {key: tuple(value) for key, value in stored["vocabulary"].items()}
        return cls(
            vocabulary=Vocabulary(**words),
            horizon=Horizon(**stored["horizon"]),
            homes=tuple(stored["homes"]),
            kept_mean_micro=stored["kept_mean_micro"],
        )

    @property
    def zones(self) -> dict[str, int]:
        """Number of each home municipality."""
        return {code: zone for zone, code in enumerate(self.homes)}


def as_plain(value: Any) -> dict[str, Any]:
    """A value's fields as JSON gives them back."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(value)))
    return plain


def version_of(frame: Frame, digests: Iterable[str]) -> str:
    """The name of a snapshot: SHA-256 in hex of its frame and of the digests of its parts, in their order."""
    said = json.dumps([frame.as_json(), list(digests)], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()


def digest_of(data: bytes) -> str:
    """SHA-256 in hex of a part's bytes."""
    return hashlib.sha256(data).hexdigest()


def to_bytes(packed: Packed) -> bytes:
    """A part, compressed."""
    arrays: dict[str, Any] = {"public": packed.public, "profile_exact": packed.profile_exact}
    arrays |= {f"column.{name}": array for name, array in packed.columns.arrays().items()}
    arrays |= {f"fact.{name}": table for name, table in packed.facts.tables().items()}
    arrays |= {f"piece.{field.name}": getattr(packed.pieces, field.name) for field in fields(Pieces)}
    written = io.BytesIO()
    np.savez_compressed(written, **arrays)
    return written.getvalue()


def from_bytes(data: bytes) -> Packed:
    """The part ``to_bytes`` was called on.

    Raises:
        ValueError: these are not the bytes of a part of this format.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return Packed(
                public=arrays["public"],
                profile_exact=arrays["profile_exact"],
                columns=Columns(**{field.name: arrays[f"column.{field.name}"] for field in fields(Columns)}),
                facts=Facts(**{field.name: arrays[f"fact.{field.name}"] for field in fields(Facts)}),
                pieces=Pieces(**{field.name: arrays[f"piece.{field.name}"] for field in fields(Pieces)}),
            )
    except (KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError("not a part of a snapshot") from error
