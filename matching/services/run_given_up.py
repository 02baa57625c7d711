"""Pieces that a run can do without: its proposals are written before them, so it closes and says what was not counted.

Why a piece was given up is in the log. The report, which guides and who asked for the run read, says only that it was.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import F, Sum

from matching.enums import ShardKind
from matching.models import MatchRun, RunShard
from matching.services.run_queue import finish_shard

SPARED = frozenset({ShardKind.ADVISE, ShardKind.MEASURE})
GIVEN_UP = b'{"given_up": true}'
"""The result of such a piece."""

log = logging.getLogger(__name__)


def give_up_piece(shard: RunShard, *, why: str, now: datetime) -> None:
    """End one of the ``SPARED`` pieces without what it was to tell, unless another worker has done it. Locks the run."""
    if finish_shard(shard, GIVEN_UP, now=now):
        log.error(
            "Piece %s %s of run %s was given up: %s", shard.kind, shard.number, shard.run.public_id, why
        )


def without_advice(report: Mapping[str, Any], run: MatchRun) -> dict[str, Any]:
    """A report with the number of needs (``unadvised``) whose advice was given up, if there are any. One query."""
    lost = run.shards.filter(kind=ShardKind.ADVISE, result=GIVEN_UP)
    needs = lost.aggregate(needs=Sum(F("end") - F("first")))["needs"]
    return dict(report) | ({"unadvised": needs} if needs else {})
