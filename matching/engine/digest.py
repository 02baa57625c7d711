"""A fingerprint of everything a run depends on, for the run's row."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from matching.engine.policy import Weights
from matching.engine.types import Horizon, NeedRow, ParticipantRow, Vocabulary


def inputs_digest(
    *,
    vocabulary: Vocabulary,
    horizon: Horizon,
    participants: Iterable[ParticipantRow],
    needs: Iterable[NeedRow],
    minutes: npt.NDArray[np.int32],
    weights: Weights,
    guide_capacity: Mapping[int, int],
) -> str:
    """SHA-256 in hex; the order of participants, needs, guides and of sets does not change it."""
    seal = hashlib.sha256()
    seal.update(_canonical([vocabulary, horizon, weights]))
    seal.update(_canonical(sorted(guide_capacity.items())))
    for party in sorted(participants, key=lambda row: row.public_id):
        seal.update(_canonical(party))
    for need in sorted(needs, key=lambda row: row.public_id):
        seal.update(_canonical(need))
    seal.update(_canonical(list(minutes.shape)))
    seal.update(np.ascontiguousarray(minutes, dtype="<i4").tobytes())
    return seal.hexdigest()


def _canonical(value: Any) -> bytes:
    return json.dumps(value, default=_plain, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def _plain(value: Any) -> Any:
    """What JSON cannot say: our rows by field, sets in order. As ``dataclasses.asdict``, which copies every value first."""
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return sorted(value)
