"""The matching engine: score, allocate, explain. Pure values in, pure values out.

No Django, no clock, no randomness, no I/O but for compiled code, which `fused/jit.py` keeps. The way through: rows
(`types`) -> `build_snapshot`, `build_needs` -> `score_shard` for each of `shards_of` -> `merge` -> `allocate` ->
`explain`, `single_changes`.
"""

from matching.engine.allocate import Allocation, Proposal, Report, allocate
from matching.engine.alone import only_reasons, only_scores
from matching.engine.beginning import Beginning
from matching.engine.changes import Findings, RuleCount, single_changes
from matching.engine.digest import inputs_digest
from matching.engine.explain import Explanation, Matched, explain
from matching.engine.fairness import Fairness, without_fairness
from matching.engine.near import Change
from matching.engine.needs import CompiledNeed, NeedSet, build_needs
from matching.engine.pairs import Assessment, Passing, assess, best_of_need
from matching.engine.policy import Weights
from matching.engine.room import Phase
from matching.engine.scan import score_shard
from matching.engine.score import PairScore, recompute
from matching.engine.shards import Merged, Shard, ShardResult, merge, shards_of
from matching.engine.snapshot import Snapshot, build_snapshot
from matching.engine.types import (
    CAVEATS,
    HARD_RULES,
    NO_GUIDE,
    AvailabilityRule,
    Horizon,
    Mode,
    NeedRow,
    ParticipantRow,
    ReasonCode,
    SlotRow,
    Transport,
    Vocabulary,
)

__all__ = [
    "CAVEATS",
    "HARD_RULES",
    "NO_GUIDE",
    "Allocation",
    "Assessment",
    "AvailabilityRule",
    "Beginning",
    "Change",
    "CompiledNeed",
    "Explanation",
    "Fairness",
    "Findings",
    "Horizon",
    "Matched",
    "Merged",
    "Mode",
    "NeedRow",
    "NeedSet",
    "PairScore",
    "ParticipantRow",
    "Passing",
    "Phase",
    "Proposal",
    "ReasonCode",
    "Report",
    "RuleCount",
    "Shard",
    "ShardResult",
    "SlotRow",
    "Snapshot",
    "Transport",
    "Vocabulary",
    "Weights",
    "allocate",
    "assess",
    "best_of_need",
    "build_needs",
    "build_snapshot",
    "explain",
    "inputs_digest",
    "merge",
    "only_reasons",
    "only_scores",
    "recompute",
    "score_shard",
    "shards_of",
    "single_changes",
    "without_fairness",
]
