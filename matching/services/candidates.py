"""Who else was compared: the best parties of each need, kept by the runs that compare everybody (docs/adr/0037).

For who oversees a match of the need; nothing here proposes anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from accounts.models import Volunteer
from matching.engine import Merged, NeedSet, PairScore, Passing, Snapshot, best_of_need
from matching.models import Candidate, MatchRun
from matching.models.candidates import WHOLE
from matching.snapshots import Inputs
from regions.enums import NeedStage
from regions.models import Need

KEPT = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One party's numbers for a need, as ``Candidate`` keeps them."""

    party: int
    score_micro: int
    work_micro: int
    wish_micro: int
    mutual_micro: int
    comfort_micro: int
    ties_micro: int
    travel_minutes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortlist:
    """The best of one need, in order; none where nobody passed."""

    need: int
    best: list[Compared]

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Shortlist:
        """What ``dataclasses.asdict`` made of it."""
        return cls(need=stored["need"], best=[Compared(**row) for row in stored["best"]])


def shortlists_of(*, inputs: Inputs, snapshot: Snapshot, needs: NeedSet, merged: Merged) -> list[Shortlist]:
    """The best of every need of a run, from what it has merged. No query."""
    return [
        Shortlist(
            need=need.id,
            best=[
                _compared(passing)
                for passing in best_of_need(
                    snapshot=snapshot, needs=needs, merged=merged, need_id=need.id, most=KEPT,
                    minutes=inputs.minutes, weights=inputs.weights,
                )
            ],
        )
        for need in inputs.needs
    ]  # fmt: skip


def _compared(passing: Passing) -> Compared:
    score: PairScore = passing.score
    return Compared(
        party=passing.participant_id,
        score_micro=score.score_micro,
        work_micro=score.f_num * WHOLE // score.f_den,
        wish_micro=score.g_num * WHOLE // score.g_den,
        mutual_micro=score.mutual_micro,
        comfort_micro=score.comfort_micro,
        ties_micro=score.relation_micro + score.kept_micro,
        travel_minutes=score.travel_minutes if score.limit_minutes else None,
    )


def store_shortlists(run: MatchRun, lists: Iterable[Shortlist], *, now: datetime) -> int:
    """Replace who is kept for the needs a run looked at, and forget those of needs that are closed; how many are kept.

    Inside the transaction that closes the run, which has locked these needs: two runs never replace one list at once.
    Needs and parties deleted meanwhile are passed over, and those who left.
    """
    rows = list(lists)
    needs = {row.need for row in rows}
    present = set(Need.objects.filter(pk__in=needs, stage=NeedStage.OPEN).values_list("pk", flat=True))
    active = _active({one.party for row in rows for one in row.best})
    Candidate.objects.filter(Q(need__in=needs) | ~Q(need__stage=NeedStage.OPEN)).delete()
    kept = [
        _candidate(run, row.need, one, place=place, now=now)
        for row in rows
        if row.need in present
        for place, one in enumerate((one for one in row.best if one.party in active), start=1)
    ]
    return len(Candidate.objects.bulk_create(kept))


def _active(parties: set[int]) -> set[int]:
    return set(Volunteer.objects.filter(pk__in=parties, is_active=True).values_list("pk", flat=True))


def _candidate(run: MatchRun, need: int, one: Compared, *, place: int, now: datetime) -> Candidate:
    return Candidate(
        run=run, need_id=need, volunteer_id=one.party, place=place, score_micro=one.score_micro,
        work_micro=one.work_micro, wish_micro=one.wish_micro, mutual_micro=one.mutual_micro,
        comfort_micro=one.comfort_micro, ties_micro=one.ties_micro, travel_minutes=one.travel_minutes, at=now,
    )  # fmt: skip
