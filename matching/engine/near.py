"""What a change of a need is, which rules can be changed, and whom a change could let in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from matching.engine.snapshot import I64, Snapshot
from matching.engine.types import ReasonCode, SlotRow

AS_A_WHOLE = (
    ReasonCode.EMPLOYMENT,
    ReasonCode.GROUP_NOT_ACCEPTED,
    ReasonCode.BEGINNER_NOT_ACCEPTED,
    ReasonCode.AGE,
    ReasonCode.OFFER_NOT_PERMITTED,
    ReasonCode.TOO_SOON,
    ReasonCode.NO_LOCAL_HANDS,
    ReasonCode.NO_ROUTE,
    ReasonCode.PLACES_SHORT,
    ReasonCode.FIRST_VISIT_MAX,
    ReasonCode.QUALIFICATION,
)
"""Rules that may be said to fall as a whole where no smaller step of them brings anybody."""
CHANGEABLE: frozenset[ReasonCode] = frozenset(
    {
        *AS_A_WHOLE,
        ReasonCode.MINORS,
        ReasonCode.LOAD,
        ReasonCode.NO_WORK_FIT,
        ReasonCode.NO_WISH_FIT,
        ReasonCode.NO_COMMON_DATE,
        ReasonCode.TRAVEL_TOO_FAR,
    }
)
"""Rules a community could do something about; a block or a full diary is the other side's own affair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing a community can do, and how many parties more would then pass.

    `number` says what, by the rule that it loosens:

    * AGE: the age from which people may come; MINORS: the age from which children may come (0 = any).
    * LOAD: the heaviest load (1-3) that is asked for.
    * NO_WORK_FIT: one more kind of work. NO_WISH_FIT: one more kind of asset.
    * PLACES_SHORT: places more on every date. FIRST_VISIT_MAX: people on a first visit.
    * QUALIFICATION: the qualification that is no longer asked for.
    * TRAVEL_TOO_FAR: minutes that a lift from the last stop saves.

    NO_COMMON_DATE: `slot` is one more date. Without either, the rule as a whole: groups, beginners, permission of what is
    offered, hands of the place, a way for those who have none, notice, pay.
    """

    code: ReasonCode
    brings: int
    number: int | None = None
    slot: SlotRow | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """Rows of parties of one layer that one change could let in."""

    snapshot: Snapshot
    alone: Mapping[ReasonCode, I64]
    """Kept away by one rule only."""
    dateless: I64
    """They pass their own rules and would come on a further date like the first one, if they are free."""
    remote: I64
    """They pass their own rules, have no date, and help from afar."""

    def of(self, *codes: ReasonCode) -> I64:
        """Kept away by one of these rules only, in the order of the snapshot."""
        return np.unique(np.concatenate([self.alone[code] for code in codes]))
