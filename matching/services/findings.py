"""What a run tells of a need beside its proposals: which rule keeps how many away, and what would bring more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.models import Qualification
from matching.engine import Change, CompiledNeed, ReasonCode, Snapshot, single_changes
from matching.services.explanations import Codes
from matching.snapshots import Days, Inputs

NUMBERS: Mapping[ReasonCode, str] = {
    ReasonCode.AGE: "age",
    ReasonCode.MINORS: "age",
    ReasonCode.LOAD: "load",
    ReasonCode.PLACES_SHORT: "places",
    ReasonCode.FIRST_VISIT_MAX: "people",
    ReasonCode.TRAVEL_TOO_FAR: "minutes",
}
"""What a number of the engine says, under the name it is stored by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The diagnosis of one need, or None where it finds enough and an older one is to be taken away."""

    need: int
    diagnosis: dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finder:
    """Tells of the needs of a run. ``layers``: all participants compared; ``is_asked``: of every need, also of one that finds enough."""

    inputs: Inputs
    layers: Sequence[Snapshot]
    codes: Codes
    qualifications: Mapping[int, str]
    is_asked: bool

    @classmethod
    def of(cls, *, inputs: Inputs, layers: Sequence[Snapshot], codes: Codes, is_asked: bool) -> Finder:
        """One query, for the qualifications' names."""
        held = dict(Qualification.objects.values_list("pk", "code"))
        return cls(inputs=inputs, layers=layers, codes=codes, qualifications=held, is_asked=is_asked)

    def found(self, need: CompiledNeed, *, passed: int, is_proposed: bool) -> Found:
        """Judges all parties against the need where it finds too few, or where it is asked about. No query."""
        is_short = finds_too_few(need, passed=passed, is_proposed=is_proposed)
        if not (is_short or self.is_asked):
            return Found(need=need.row.id, diagnosis=None)
        told = single_changes(
            layers=self.layers, need=need, minutes=self.inputs.minutes, weights=self.inputs.weights
        )
        return Found(
            need=need.row.id,
            diagnosis={
                "feasible": told.passed,
                "compared": told.compared,
                "rules": [
                    {"code": str(rule.code), "failed": rule.failed, "only": rule.only} for rule in told.rules
                ],
                "changes": [self._stored(change) for change in told.changes],
                "finds_enough": not is_short,
            },
        )

    def _stored(self, change: Change) -> dict[str, Any]:
        """The change as JSON: kinds and qualifications by code, a date by its moments in Japan."""
        return {"code": str(change.code), "brings": change.brings, "detail": self._detail(change)}

    def _detail(self, change: Change) -> dict[str, Any]:
        if change.slot is not None:
            days = Days(date.fromordinal(self.inputs.horizon.first_ordinal))
            start, end = days.moment(change.slot.start_minute), days.moment(change.slot.end_minute)
            is_window = change.slot.is_window
            return {"start_at": start.isoformat(), "end_at": end.isoformat(), "is_window": is_window}
        if change.number is None:
            return {}
        if change.code in NUMBERS:
            return {NUMBERS[change.code]: change.number}
        if change.code is ReasonCode.QUALIFICATION:
            return {"qualification": self.qualifications[change.number]}
        kinds = self.codes.work if change.code is ReasonCode.NO_WORK_FIT else self.codes.assets
        return {"kind": kinds[change.number]}


def finds_too_few(need: CompiledNeed, *, passed: int, is_proposed: bool) -> bool:
    """Fewer parties fit than the widest date has places, or nobody is proposed and nobody was before."""
    places = max((slot.places_free for slot in need.row.slots if not slot.too_soon), default=1)
    return passed < places or not (is_proposed or need.row.live_proposals)
