"""One scoring process as a worker is one: it opens a snapshot from its folder, scores some blocks, and tells what that took.

``python -m tests.benchmarks.scorer JOB.pickle FIRST LAST``: the job is what ``processes`` has written.
"""

from __future__ import annotations

import json
import pickle
import sys
import time
from pathlib import Path

import django

django.setup()

from matching.engine import Shard, build_needs, score_shard  # noqa: E402  # after Django is ready
from matching.snapshots.shelf import Shelf  # noqa: E402


def main(job: Path, first: int, last: int) -> None:
    told = pickle.loads(job.read_bytes())  # written by this benchmark
    snapshot = Shelf(Path(told["folder"])).take(told["version"])
    assert snapshot is not None
    needs = build_needs(snapshot=snapshot, needs=told["needs"])

    def score(at: int, until: int) -> bytes:
        return score_shard(
            snapshot=snapshot, needs=needs, minutes=told["minutes"], weights=told["weights"],
            shard=Shard(first_block=at, last_block=until), count=False, compiled=True,
        ).to_bytes()  # fmt: skip

    score(first, first + 1)  # compiles, or loads what was compiled
    print("ready", flush=True)
    sys.stdin.readline()
    step = told["blocks_per_shard"]
    begun = time.perf_counter()
    for at in range(first, last, step):
        score(at, min(at + step, last))
    seconds = time.perf_counter() - begun
    print(json.dumps({"seconds": seconds, "peak_gb": round(_peak_kb() / 1e6, 2)}), flush=True)


def _peak_kb() -> int:
    """The most memory this process has held, mapped files included. What `getrusage` tells holds the parent's as well."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
