"""A run whose inputs are settled, cut into shards: over everything read for it, or over a snapshot and what changed since."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from matching.enums import RunState
from matching.locks import lock_run
from matching.models import MatchRun, PartySnapshot, RunShard
from matching.services.run_layers import store_layers
from matching.services.run_plan import prepared_for
from matching.services.run_prepared import Prepared, cut
from matching.services.run_queue import owe_shard
from matching.services.run_snapshots import open_snapshot
from matching.services.weights import weights_of
from matching.snapshots.layers import read_layers
from matching.snapshots.parts import Frame


def begin_layers(run: MatchRun, base: PartySnapshot, *, now: datetime) -> None:
    """Read what has changed since a snapshot, and the needs, store both for every worker of this run, and cut it. Locks the run.

    A run that was cut or has ended is left alone.

    Raises:
        ValueError: the snapshot is of another format, or lost (``SnapshotLost``): then it is withdrawn.
        OSError: this host cannot write its folder of snapshots.
        RuntimeError: the inputs just stored are not there.
    """
    frame, weights = Frame.from_json(base.frame), weights_of(run.weights)
    layers = read_layers(scope=run.scope, frame=frame, as_of=base.as_of, weights=weights, now=now)
    open_snapshot(base)  # fetched before any lock is held: it may take a while the first time
    with transaction.atomic():
        locked = lock_run(run.pk)
        if locked is None or locked.state not in {RunState.QUEUED, RunState.PACKING}:
            return
        locked.inputs_digest, locked.snapshot = store_layers(run, layers, base=base), base
        locked.save(update_fields=["inputs_digest", "snapshot"])
        prepared = prepared_for(locked)
        if prepared is None:
            raise RuntimeError(f"Run {run.public_id} has lost its inputs.")
        cut_run(run.pk, prepared, digest=locked.inputs_digest)


@transaction.atomic
def cut_run(run_id: int, prepared: Prepared, *, digest: str) -> int | None:
    """Write the shards of a run that has not been cut; the id of one that is to be scored at once. Locks the run.

    Every shard of a large run is owed through the outbox, and so are those of a small one that has more than one.
    """
    run = lock_run(run_id)
    if run is None or run.state not in {RunState.QUEUED, RunState.PACKING}:
        return None
    run.state, run.lease_until, run.inputs_digest = RunState.SCORING, None, digest
    run.needs_count = len(prepared.inputs.needs)
    run.parties_count = sum(layer.present for layer in prepared.layers)
    run.save(update_fields=["state", "lease_until", "inputs_digest", "needs_count", "parties_count"])
    rows = [
        RunShard.objects.create(run=run, number=number, first=shard.first_block, end=shard.last_block)
        for number, shard in enumerate(cut(prepared, whole=run.attempts > 0 and not prepared.is_large))
    ]
    if len(rows) == 1 and not prepared.is_large:
        return rows[0].pk
    for row in rows:
        owe_shard(row)
    return None
