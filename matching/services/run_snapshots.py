"""Snapshots of all participants for large runs: packed in parts by whoever is free, sealed once, fetched by every host.

The parts in the database are the truth; a host's folder is a copy that is put together when it is missing or damaged.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Sum

from matching.engine import Snapshot
from matching.engine.packed import Packed
from matching.enums import RUN_OPEN, RunState, ShardKind
from matching.locks import (
    lock_packing,
    lock_run,
    lock_snapshot,
    lock_snapshot_to_keep,
    lock_snapshots_to_forget,
)
from matching.models import MatchRun, PartySnapshot, RunShard, SnapshotPart
from matching.services.nights import night_before
from matching.services.run_queue import owe_shard
from matching.snapshots import ALL
from matching.snapshots.inputs import read_vocabulary
from matching.snapshots.layers import changed_since, cut_into_parts, read_frame, read_part
from matching.snapshots.parts import (
    FORMAT,
    Frame,
    as_plain,
    digest_of,
    from_bytes,
    to_bytes,
    version_of,
)
from matching.snapshots.shelf import Shelf

PARTIES_PER_PART = 8192
USABLE = timedelta(days=2)
"""Older snapshots are not built upon: too much of them would have to be laid over."""
OVERLAY_MAX = 4 * PARTIES_PER_PART
"""Where more than so many participants changed, all are packed anew: one step reads the overlay and one compares it."""

log = logging.getLogger(__name__)


class SnapshotLost(ValueError):
    """The parts in the database are not there, or are not what was sealed: no host that has no copy can fetch it."""


def usable_snapshot(*, scope: str, now: datetime) -> PartySnapshot | None:
    """The newest snapshot a run may use; a run over everything wants one of this night. A handful of queries."""
    since = night_before(now) if scope == ALL else now - USABLE
    vocabulary = as_plain(read_vocabulary())
    for row in PartySnapshot.objects.filter(as_of__gte=since, ready_at__isnull=False).order_by("-as_of"):
        if (row.frame.get("format"), row.frame.get("vocabulary")) == (FORMAT, vocabulary):
            return row if len(changed_since(row.as_of)) <= OVERLAY_MAX else None
    return None


def take_snapshot(run: MatchRun, *, now: datetime) -> PartySnapshot | None:
    """The snapshot a queued run goes on from, which stays as long as the run is open; None where none is usable.

    One that was forgotten between the choice and the lock is passed over. Locks the snapshot, writes the run.
    """
    while (row := usable_snapshot(scope=run.scope, now=now)) is not None:
        with transaction.atomic():
            if lock_snapshot_to_keep(row.pk):
                MatchRun.objects.filter(pk=run.pk, state=RunState.QUEUED).update(snapshot=row)
                return row
    return None


def is_being_packed(now: datetime) -> bool:
    """Whether another run is at it, so that it is better to wait."""
    at_it = MatchRun.objects.filter(snapshot=OuterRef("pk"), state=RunState.PACKING)
    return PartySnapshot.objects.filter(Exists(at_it), ready_at=None, as_of__gte=now - USABLE).exists()


@transaction.atomic
def begin_packing(run_id: int, *, now: datetime) -> bool:
    """Cut all participants into parts, owed to whoever is free; False where it is better to wait or the run is not queued.

    One run at a time: it looks again whether another one packs, or has just packed, what both need. Locks the run.
    """
    lock_packing()
    run = lock_run(run_id)
    if run is None or run.state != RunState.QUEUED:
        return False
    if is_being_packed(now) or usable_snapshot(scope=run.scope, now=now) is not None:
        return False
    run.snapshot = PartySnapshot.objects.create(frame=read_frame(now=now).as_json(), as_of=now)
    run.state, run.lease_until = RunState.PACKING, None
    run.save(update_fields=["snapshot", "state", "lease_until"])
    size = int(getattr(settings, "ENISHI_PARTIES_PER_PART", PARTIES_PER_PART))
    for number, (first, end) in enumerate(cut_into_parts(size=size)):
        owe_shard(RunShard.objects.create(run=run, kind=ShardKind.PACK, number=number, first=first, end=end))
    return True


def pack_part(shard: RunShard, *, now: datetime) -> None:
    """Pack the participants of a shard. Whoever is first; a second worker's part is thrown away."""
    snapshot = shard.run.snapshot
    if snapshot is None:
        raise RuntimeError(f"Run {shard.run.public_id} has lost its snapshot.")
    frame = Frame.from_json(snapshot.frame)
    packed = read_part(frame=frame, first=shard.first, end=shard.end, now=now)
    data = to_bytes(packed)
    part = SnapshotPart(
        snapshot=snapshot,
        number=shard.number,
        data=data,
        digest=digest_of(data),
        parties_count=len(packed.public),
    )
    SnapshotPart.objects.bulk_create([part], ignore_conflicts=True)


@transaction.atomic
def seal(run: MatchRun, *, now: datetime) -> PartySnapshot:
    """Name the snapshot of a run whose parts are all there, and forget those that no open run uses. Locks them.

    Raises:
        SnapshotLost: it was named before and has been withdrawn since.
        RuntimeError: the run has lost its snapshot.
    """
    row = lock_snapshot(run)
    if row.version and row.ready_at is None:
        raise SnapshotLost("it was withdrawn before this run was cut")
    if row.ready_at is None:
        parts = row.parts.order_by("number")
        row.version = version_of(Frame.from_json(row.frame), parts.values_list("digest", flat=True))
        row.parties_count = parts.aggregate(total=Sum("parties_count"))["total"] or 0
        row.ready_at = now
        row.save(update_fields=["version", "parties_count", "ready_at"])
    _forget_unused(row)
    return row


def _forget_unused(kept: PartySnapshot) -> None:
    """Delete what no open run uses. What a run is just about to take, or took before it could be locked, stays until next time."""
    in_use = MatchRun.objects.filter(snapshot=OuterRef("pk"), state__in=sorted(RUN_OPEN))
    unused = PartySnapshot.objects.exclude(pk=kept.pk).exclude(Exists(in_use))
    unused.filter(pk__in=lock_snapshots_to_forget(unused)).delete()


def open_snapshot(row: PartySnapshot) -> Snapshot:
    """A sealed snapshot as this host has it, fetched part by part where it has not.

    One whose parts turn out to be damaged is withdrawn, outside of any transaction of the caller's making: the next run packs
    anew, and hosts that have a whole copy go on with theirs. A damaged folder of this host is only fetched again.

    Raises:
        SnapshotLost: the parts in the database are not those it was sealed with.
        OSError: this host cannot write its folder.
    """
    try:
        return _opened(str(settings.ENISHI_SNAPSHOT_DIR), row.version)
    except SnapshotLost:
        if _withdraw(row.version):
            log.exception("The snapshot %s was withdrawn.", row.version[:12])
        raise


def _withdraw(version: str) -> bool:
    """Have no run begin with a version any more; whether one could have."""
    return bool(PartySnapshot.objects.filter(version=version, ready_at__isnull=False).update(ready_at=None))


@lru_cache(maxsize=2)
def _opened(folder: str, version: str) -> Snapshot:
    """Kept by this process: its files are compared with their digests once."""
    shelf = Shelf(Path(folder))
    with shelf.alone():
        found = shelf.take(version)
        return _fetched(shelf, version) if found is None else found


def _fetched(shelf: Shelf, version: str) -> Snapshot:
    """Two runs that packed the same have rows of one name: either will do, unless it was withdrawn."""
    row = PartySnapshot.objects.filter(version=version, ready_at__isnull=False).order_by("pk").first()
    if row is None:
        raise SnapshotLost("The snapshot is gone.")
    frame = Frame.from_json(row.frame)
    digests = list(row.parts.order_by("number").values_list("digest", flat=True))
    if version_of(frame, digests) != version:
        raise SnapshotLost("The parts of the snapshot are not those it was sealed with.")
    made = shelf.put(version, frame=frame, parts=lambda: _parts(row))
    kept = PartySnapshot.objects.exclude(version="").values_list("version", flat=True)
    shelf.keep_only(kept, now=time.time())
    return made


def _parts(row: PartySnapshot) -> Iterator[Packed]:
    """One part in memory at a time."""
    for pk in row.parts.order_by("number").values_list("pk", flat=True):
        part = SnapshotPart.objects.get(pk=pk)
        data = bytes(part.data)
        if digest_of(data) != part.digest:
            raise SnapshotLost("A part of the snapshot is damaged.")
        yield from_bytes(data)


def forget_opened() -> None:
    """Let go of what this process keeps open."""
    _opened.cache_clear()
