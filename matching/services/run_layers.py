"""Large runs: their own inputs, stored beside the snapshot they are laid over, so that every host compares the same."""

from __future__ import annotations

import hashlib
import json
import zlib
from datetime import datetime

import numpy as np
from django.conf import settings

from matching.engine import Weights, build_needs
from matching.engine.condense import without
from matching.engine.snapshot import assemble
from matching.models import MatchRun, PartySnapshot, RunInputs
from matching.services.run_prepared import Prepared
from matching.services.run_snapshots import SnapshotLost, open_snapshot
from matching.services.weights import weights_of
from matching.snapshots import PARTY, Inputs
from matching.snapshots.inputs import active_parties, needs_of
from matching.snapshots.layers import Layers, needs_from_json, needs_to_json, read_layers
from matching.snapshots.parts import Frame, digest_of, from_bytes, to_bytes

LARGE_FROM = 20_000
"""From so many participants on they are not read anew for every run, but packed once a night."""
LARGE_PAIRS = 50_000_000
"""From so many pairs on, too: the merge of a run that is not large does everything in one task."""


def is_large(scope: str, *, now: datetime) -> bool:
    """Whether a run of ``scope`` compares more participants, or pairs, than are read for it alone. Two queries at most."""
    if scope.startswith(PARTY):
        return False
    least = int(getattr(settings, "ENISHI_LARGE_FROM", LARGE_FROM))
    parties = active_parties().order_by()[:least].count()
    if parties >= least:
        return True
    pairs = int(getattr(settings, "ENISHI_LARGE_PAIRS", LARGE_PAIRS))
    return parties * needs_of(scope, now=now).count() >= pairs


def store_layers(run: MatchRun, layers: Layers, *, base: PartySnapshot) -> str:
    """Keep the inputs of a large run until it ends; their digest. Inside a transaction that locked the run."""
    told = {
        "needs": needs_to_json(layers.needs),
        "capacity": sorted(layers.capacity.items()),
        "shape": list(layers.minutes.shape),
    }
    needs = json.dumps(told, separators=(",", ":")).encode()
    minutes = np.ascontiguousarray(layers.minutes, dtype="<i4").tobytes()
    overlay, replaced = to_bytes(layers.overlay), layers.replaced.astype("<i8").tobytes()
    RunInputs.objects.update_or_create(
        run=run,
        defaults={
            "needs": zlib.compress(needs), "minutes": zlib.compress(minutes, 1), "overlay": overlay, "replaced": replaced,
        },
    )  # fmt: skip
    seal = hashlib.sha256(base.version.encode())
    for said in (needs, minutes, overlay, replaced, json.dumps(run.weights.values, sort_keys=True).encode()):
        seal.update(digest_of(said).encode())
    return seal.hexdigest()


def prepared_layers(run: MatchRun) -> Prepared | None:
    """What a large run compares, from what was stored at its start; None where that is gone.

    Raises:
        OSError: this host cannot write its folder of snapshots.
    """
    stored = RunInputs.objects.filter(run=run).first()
    base = run.snapshot
    if stored is None or base is None or not base.version:
        return None
    told = json.loads(zlib.decompress(bytes(stored.needs)))
    minutes = np.frombuffer(zlib.decompress(bytes(stored.minutes)), dtype="<i4").reshape(told["shape"])
    layers = Layers(
        needs=needs_from_json(told["needs"]),
        minutes=minutes.astype(np.int32),
        capacity={int(desk): int(most) for desk, most in told["capacity"]},
        overlay=from_bytes(bytes(stored.overlay)),
        replaced=np.frombuffer(bytes(stored.replaced), dtype="<i8").astype(np.int64),
    )
    try:
        return _laid_over(base, layers, weights=weights_of(run.weights), digest=run.inputs_digest)
    except SnapshotLost:
        return None


def prepared_for_plan(base: PartySnapshot, *, scope: str, weights: Weights, now: datetime) -> Prepared:
    """What a large run that began ``now`` would compare; nothing of it is stored.

    Raises:
        SnapshotLost: the snapshot is not there any more, or damaged.
        OSError: this host cannot write its folder of snapshots.
    """
    frame = Frame.from_json(base.frame)
    layers = read_layers(scope=scope, frame=frame, as_of=base.as_of, weights=weights, now=now)
    return _laid_over(base, layers, weights=weights, digest="")


def _laid_over(base: PartySnapshot, layers: Layers, *, weights: Weights, digest: str) -> Prepared:
    frame, snapshot = Frame.from_json(base.frame), open_snapshot(base)
    rows = snapshot.rows_of(layers.replaced)
    inputs = Inputs(
        vocabulary=frame.vocabulary,
        horizon=frame.horizon,
        participants=(),
        needs=layers.needs,
        minutes=layers.minutes,
        weights=weights,
        capacity=dict(layers.capacity),
        digest=digest,
    )
    return Prepared(
        inputs=inputs,
        snapshot=without(snapshot, rows[rows >= 0]),
        needs=build_needs(snapshot=snapshot, needs=inputs.needs),
        overlay=assemble(vocabulary=frame.vocabulary, horizon=frame.horizon, parts=lambda: [layers.overlay]),
    )
