"""Writing what a run has planned: proposals one transaction each, then the run's end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts.errors import Conflict, DomainError
from accounts.locks import lock_guide
from accounts.models import Guide, User, Volunteer
from matching.engine import Phase, Weights
from matching.enums import LIVE, MatchState, Origin, RunState
from matching.locks import lock_run
from matching.models import Match, MatchRun, RunInputs, RunShard
from matching.selectors.contacts import contacts, lately
from matching.services.assessments import Scored
from matching.services.candidates import store_shortlists
from matching.services.diagnosis import store_diagnoses
from matching.services.places import require_people_free
from matching.services.proposals import create_match
from matching.services.run_given_up import without_advice
from matching.services.run_open import RunEnded, require_open
from matching.services.run_plan import Plan, Planned
from matching.services.run_price import priced
from matching.services.runs import request_again
from matching.services.suggestions import store_fitting
from matching.services.weights import weights_of
from regions.locks import lock_needs
from regions.models import Need, Slot
from regions.selectors.reviewers import reviewers_by_need

GONE = "gone"
"""Counted as skipped: its need, party or a date was deleted since the run began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """What a batch of proposals names, read at once; what decides is read again under the locks."""

    system: User
    needs: Mapping[int, Need]
    parties: Mapping[int, Volunteer]
    slots: Mapping[int, Slot]
    reviewers: Mapping[int, Sequence[Guide]]

    @classmethod
    def of(cls, planned: Sequence[Planned]) -> _Rows:
        """The rows behind ``planned``. Seven queries."""
        needs = Need.objects.select_related("region__municipality").in_bulk({row.need for row in planned})
        return cls(
            system=User.objects.system(),
            needs=needs,
            parties=Volunteer.objects.in_bulk({row.party for row in planned}),
            slots=Slot.objects.in_bulk({slot for row in planned for slot in row.slots}),
            reviewers=reviewers_by_need(needs.values()),
        )

    def has(self, row: Planned) -> bool:
        """Whether everything a proposal names is still there."""
        return row.need in self.needs and row.party in self.parties and self.slots.keys() >= set(row.slots)


def write_proposals(run: MatchRun, planned: Sequence[Planned], *, now: datetime) -> Counter[str]:
    """Make a match of every planned proposal that is still possible; returns what was skipped, by code.

    One transaction each. What this run has written before is left alone, so that it may be done again. Once the run has
    ended, as when somebody cancels it, nothing more is written.
    """
    skipped: Counter[str] = Counter()
    written = set(Match.objects.filter(run=run).values_list("need_id", "volunteer_id"))
    rows = _Rows.of(planned)
    for row in planned:
        if (row.need, row.party) in written:
            continue
        if not rows.has(row):
            skipped[GONE] += 1
            continue
        try:
            _propose(run, row, rows, now=now)
        except RunEnded:
            break
        except DomainError as refusal:
            skipped[refusal.code] += 1
    return skipped


@transaction.atomic
def _propose(run: MatchRun, row: Planned, rows: _Rows, *, now: datetime) -> Match:
    """One proposal, refused when its leader is elsewhere by now or its readers have no room for it.

    Locks as ``create_match``, then the guide, then the run.

    Raises:
        RunEnded: nothing was written.
    """
    scored = Scored(
        run=run,
        score_micro=row.score_micro,
        rank_for_need=row.rank_for_need,
        rank_for_party=row.rank_for_party,
        explanation=row.explanation,
    )
    match = create_match(
        actor=rows.system, origin=Origin.WORKER, need=rows.needs[row.need], volunteer=rows.parties[row.party],
        slots=[rows.slots[slot] for slot in row.slots], people=row.people, scored=scored,
        reviewers=rows.reviewers[row.need], now=now,
    )  # fmt: skip
    require_people_free(match, [match.volunteer.representative_id])
    weights = weights_of(run.weights)
    _require_room(match, most=row.most, unguided=weights.guide_capacity_default)
    if row.explanation["phase"] != Phase.RELATION:
        _require_peace(match, weights=weights, now=now)
    require_open(run.pk)
    return match


def _require_room(match: Match, *, most: int, unguided: int) -> None:
    """Count again what waits to be read and what the party wants at once: two runs may have begun from the same numbers.

    Holds the locks of ``create_match``: other proposals for this party wait for its leader, others for this need for it.
    Locks the guide.

    Raises:
        Conflict("party_full"), Conflict("need_full"), Conflict("guide_full").
    """
    capacity = unguided if match.guide_id is None else lock_guide(match.guide_id).weekly_capacity
    found = _live_beside(match)
    if found["party"] > match.volunteer.live_limit:
        raise Conflict("party_full", _("This participant has as many matches as it wants at once."))
    if found["need"] > most:
        raise Conflict("need_full", _("This need has as many proposals as its guide can read."))
    if found["guide"] > capacity:
        raise Conflict("guide_full", _("The guide has as many proposals as can be read in a week."))


def _require_peace(match: Match, *, weights: Weights, now: datetime) -> None:
    """Count again how often the party was asked for communities new to it, this time included, under the same locks.

    Raises:
        Conflict("asked_enough").
    """
    found = contacts().filter(lately(now, days=weights.contacts_days), volunteer=match.volunteer_id).count()
    if found > weights.contacts_max:
        raise Conflict("asked_enough", _("This participant was asked as often as it should be for now."))


def _live_beside(match: Match) -> dict[str, int]:
    """Live matches of the party, proposals of the need and of the guide, this one included. One query."""
    party, need, guide = Q(volunteer=match.volunteer_id), Q(need=match.need_id), Q(guide=match.guide_id)
    waits = Q(state=MatchState.PROPOSED)
    live = Match.objects.filter(party | need | guide, state__in=sorted(LIVE))
    return live.aggregate(
        party=Count("pk", filter=party),
        need=Count("pk", filter=need & waits),
        guide=Count("pk", filter=guide & waits),
    )


@transaction.atomic
def close_run(*, run_id: int, now: datetime) -> bool:
    """End a run whose proposals are all written: diagnoses, who was compared, what fits, counts, report; whether it was this call.

    Locks the needs whose candidates it replaces, then the run. If something changed after its snapshot, the same scope is
    queued again.
    """
    lock_needs(_needs_compared(run_id))
    run = lock_run(run_id)
    if run is None or run.state not in {RunState.MERGING, RunState.ADVISING} or "plan" not in run.report:
        return False
    plan = Plan.from_json(run.report["plan"])
    store_diagnoses(run, plan.found, now=now)
    store_shortlists(run, plan.shortlists, now=now)
    if plan.fitting is not None:
        store_fitting(run, plan.fitting, now=now)
    again = bool(run.report.get("again"))
    told = without_advice(priced(plan.report, run), run)
    run.report = told | {"skipped": run.report["skipped"], "planned": len(plan.proposals)}
    run.proposals_count = Match.objects.filter(run=run).count()
    run.state, run.lease_until, run.finished_at, run.error = RunState.DONE, None, now, ""
    run.save(update_fields=["report", "proposals_count", "state", "lease_until", "finished_at", "error"])
    RunShard.objects.filter(run=run).update(result=b"")
    RunInputs.objects.filter(run=run).delete()
    if again:
        request_again(scope=run.scope)
    return True


def _needs_compared(run_id: int) -> list[int]:
    """The needs of a run's plan, which never changes once it is stored. One query."""
    lists = MatchRun.objects.filter(pk=run_id).values_list("report__plan__shortlists", flat=True).first()
    return [row["need"] for row in lists or []]
