"""The same scoring by one process and by two, from one folder on disk, and what memory a scoring process takes."""

from __future__ import annotations

import itertools
import json
import pickle
import subprocess
import sys
from pathlib import Path

from matching.engine.packed import pack
from matching.services.run_prepared import SHARDS_MAX
from matching.snapshots.parts import Frame
from matching.snapshots.shelf import Shelf
from tests.benchmarks.country import Country

ROWS_PER_PART = 8192


def on_disk(instance: Country, folder: Path) -> Path:
    """The instance in a folder, and the job for ``scorer``."""
    snapshot = instance.snapshot
    frame = Frame(vocabulary=snapshot.vocabulary, horizon=snapshot.horizon, homes=(), kept_mean_micro=0)

    def parts():
        for first in range(0, len(instance.parties), ROWS_PER_PART):
            yield pack(
                vocabulary=snapshot.vocabulary, horizon=snapshot.horizon,
                participants=instance.parties[first : first + ROWS_PER_PART],
            )  # fmt: skip

    Shelf(folder).put("0" * 64, frame=frame, parts=parts)
    job = folder / "job.pickle"
    told = {
        "folder": str(folder), "version": "0" * 64, "needs": instance.rows, "minutes": instance.minutes,
        "weights": instance.weights, "blocks_per_shard": max(16, -(-snapshot.blocks // SHARDS_MAX)),
    }  # fmt: skip
    job.write_bytes(pickle.dumps(told))
    return job


def scored_by(count: int, job: Path, *, blocks: int) -> dict[str, float]:
    """Seconds until the last of so many processes has scored its share, begun together; the largest peak of memory."""
    bounds = [blocks * at // count for at in range(count + 1)]
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.scorer", str(job), str(first), str(last)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for first, last in itertools.pairwise(bounds)
    ]  # fmt: skip
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    told = [json.loads(worker.communicate()[0]) for worker in workers]
    return {key: max(each[key] for each in told) for key in ("seconds", "peak_gb")}
