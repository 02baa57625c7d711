"""Which rule kept a pair apart, and whom one changed rule would let in.

A party rule fails or not. A slot rule counts as failed for a pair without a usable slot when it fails in
every slot, or when it takes the last slot that all earlier rules left, or when the pair would pass if this
rule alone did not exist. The last case is `only`: "would come if this were changed".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matching.engine.rules import Verdict
from matching.engine.snapshot import I64, Bools
from matching.engine.types import HARD_RULES, ReasonCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Barriers:
    """(22, n) truth tables in the order of `HARD_RULES`."""

    failed: Bools
    only: Bools


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Parties per rule, in the order of `HARD_RULES`; sums over shards are the sums of the whole."""

    failed: I64
    only: I64


def barriers_of(verdict: Verdict) -> Barriers:
    """Failed rules and lone obstacles of every judged party."""
    party_bad = verdict.party_fail.sum(axis=0)
    bad_rules = verdict.slot_fail.sum(axis=0)
    has_slot = (bad_rules == 0).any(axis=0)
    lone_party = verdict.party_fail & (party_bad == 1) & has_slot
    lone_slot = (verdict.slot_fail & (bad_rules == 1)).any(axis=1) & ~has_slot
    failed_slot = verdict.slot_fail.all(axis=1) | lone_slot | _last_taken(verdict.slot_fail)
    return Barriers(
        failed=np.concatenate([verdict.party_fail, failed_slot]),
        only=np.concatenate([lone_party, lone_slot & (party_bad == 0)]),
    )


def _last_taken(slot_fail: Bools) -> Bools:
    """(10, n): the rule fails in every slot that all earlier rules left, and some were left."""
    left = np.ones(slot_fail.shape[1:], dtype=np.bool_)
    taken = []
    for fails in slot_fail:
        after = left & ~fails
        taken.append(left.any(axis=0) & ~after.any(axis=0))
        left = after
    return np.array(taken, dtype=np.bool_)


def tally_of(verdict: Verdict) -> Tally:
    """Count the barriers of one need."""
    barriers = barriers_of(verdict)
    return Tally(failed=barriers.failed.sum(axis=1), only=barriers.only.sum(axis=1))


def reasons_of(verdict: Verdict, *, column: int) -> tuple[ReasonCode, ...]:
    """The failed rules of one judged party; empty when it passes."""
    failed = barriers_of(verdict).failed[:, column]
    return tuple(code for code, bad in zip(HARD_RULES, failed, strict=True) if bad)
