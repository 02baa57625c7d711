"""Why this proposal: integers and codes for the guide, at most three reasons and one caveat for residents.

A snapshot of the moment; later changes never rewrite it. No text here: codes are put into words elsewhere.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from matching.engine.allocate import Proposal
from matching.engine.needs import CompiledNeed, NeedSet
from matching.engine.party import Party, knows, party_of
from matching.engine.policy import Weights
from matching.engine.snapshot import Snapshot
from matching.engine.types import CAVEATS, ReasonCode

VERSION = 1
REASONS_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """One wanted kind, the held kind that covers it best (None: nothing does), credit in quarters.

    `people` says how many of the party can do it (0 for wishes).
    """

    wanted: int
    weight: int
    held: int | None
    credit: int
    people: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Everything a guide sees about a proposal; `reasons` and `caveat` are what residents see."""

    version: int
    work: tuple[Matched, ...]
    wishes: tuple[Matched, ...]
    work_stated: bool
    wishes_stated: bool
    offers_stated: bool
    known: bool
    slots: tuple[dict[str, int], ...]
    people: int
    size: int
    score: dict[str, int]
    phase: str
    behind_micro: int
    bonuses: tuple[tuple[str, int], ...]
    compared: int
    need_passed: int
    party_passed: int
    rank_for_need: int | None
    rank_for_participant: int | None
    reasons: tuple[ReasonCode, ...]
    caveat: ReasonCode | None
    all_reasons: tuple[ReasonCode, ...]
    all_caveats: tuple[ReasonCode, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain lists, dicts, integers and codes, ready for JSON."""
        return {key: _plain(value) for key, value in asdict(self).items()}


def _plain(value: Any) -> Any:
    """JSON's own types all the way down."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        return [_plain(inner) for inner in value]
    return str(value) if isinstance(value, StrEnum) else value


def explain(*, snapshot: Snapshot, needs: NeedSet, weights: Weights, proposal: Proposal) -> Explanation:
    """The explanation of one proposal, from the same rows that were scored."""
    need = needs.needs[needs.number_of[proposal.need_id]]
    party = party_of(snapshot, proposal.participant_id)
    known = knows(snapshot, row=party.row, region=need.row.region)
    speaking = _reasons(need, party, proposal, weights, known=known)
    caveats = _caveats(need, party, proposal)
    return Explanation(
        version=VERSION,
        work=_work(snapshot, need, party),
        wishes=_wishes(snapshot, need, party),
        work_stated=bool(party.abilities),
        wishes_stated=bool(party.wishes),
        offers_stated=not need.offers_unstated,
        known=known,
        slots=_slots(need, proposal),
        people=proposal.people,
        size=party.size,
        score=proposal.score.as_dict(),
        phase=proposal.phase.value,
        behind_micro=proposal.behind_micro,
        bonuses=tuple((code.value, micro) for code, micro in proposal.bonuses),
        compared=proposal.compared,
        need_passed=proposal.need_passed,
        party_passed=proposal.party_passed,
        rank_for_need=proposal.rank_for_need,
        rank_for_participant=proposal.rank_for_participant,
        reasons=speaking[:REASONS_SHOWN],
        caveat=caveats[0] if caveats else None,
        all_reasons=speaking,
        all_caveats=caveats,
    )


def _work(snapshot: Snapshot, need: CompiledNeed, party: Party) -> tuple[Matched, ...]:
    """The need's kinds and what the party brings for each; too heavy kinds get no credit."""
    people = dict(party.abilities)
    matched = []
    for kind, weight in sorted(need.row.work):
        credit, held = snapshot.work.best(wanted=kind, held=people)
        if snapshot.vocabulary.work_loads[kind] > party.load_limit:
            credit, held = 0, None
        able = people[held] if held is not None else 0
        matched.append(Matched(wanted=kind, weight=weight, held=held, credit=credit, people=able))
    return tuple(matched)


def _wishes(snapshot: Snapshot, need: CompiledNeed, party: Party) -> tuple[Matched, ...]:
    matched = []
    for kind, weight in sorted(party.wishes):
        credit, held = snapshot.assets.best(wanted=kind, held=need.row.offers)
        matched.append(Matched(wanted=kind, weight=weight, held=held, credit=credit))
    return tuple(matched)


def _slots(need: CompiledNeed, proposal: Proposal) -> tuple[dict[str, int], ...]:
    return tuple(
        {
            "id": slot.row.id,
            "start_minute": slot.row.start_minute,
            "end_minute": slot.row.end_minute,
            "remote": int(slot.remote),
        }
        for slot in need.slots
        if slot.row.id in proposal.slot_ids
    )


def _reasons(
    need: CompiledNeed, party: Party, proposal: Proposal, weights: Weights, *, known: bool
) -> tuple[ReasonCode, ...]:
    """What speaks for the pair, the most telling first: the bond, both directions, then coverage and rest."""
    score = proposal.score
    won = {code for code, _ in proposal.bonuses}
    holds = {
        ReasonCode.KNOWN_HERE: known,
        ReasonCode.WORK_FITS: bool(party.abilities) and score.f_num > 0,
        ReasonCode.WISH_FITS: bool(party.wishes) and not need.offers_unstated and score.g_num > 0,
        ReasonCode.FIRST_PERSON: ReasonCode.FIRST_PERSON in won,
        ReasonCode.FIRST_IN_REGION: ReasonCode.FIRST_IN_REGION in won,
        ReasonCode.SECOND_PERSON: ReasonCode.SECOND_PERSON in won,
        ReasonCode.WAITED_LONG: score.wait_micro > 0 and 2 * score.wait_micro >= weights.wait_max,
        ReasonCode.NEAR: score.limit_minutes > 0 and 0 <= 3 * score.travel_minutes <= score.limit_minutes,
        ReasonCode.WORD_KEPT: score.kept_micro > 0 and 2 * score.kept_micro >= weights.kept_max,
    }
    return tuple(code for code, true in holds.items() if true)


def _caveats(need: CompiledNeed, party: Party, proposal: Proposal) -> tuple[ReasonCode, ...]:
    score = proposal.score
    wishing = bool(party.wishes) and not need.offers_unstated
    beyond = score.limit_minutes > 0 and score.travel_minutes > score.limit_minutes
    holds = {
        ReasonCode.STAY_NEEDED: beyond and score.limit_minutes < party.travel_limit_minutes,
        ReasonCode.TRAVEL_NEAR_LIMIT: beyond and score.limit_minutes >= party.travel_limit_minutes,
        ReasonCode.OFFER_PENDING: need.row.offers_pending,
        ReasonCode.PEOPLE_LIMITED: proposal.people < party.size,
        ReasonCode.WORK_UNSTATED: not party.abilities,
        ReasonCode.WISH_UNSTATED: not party.wishes,
        ReasonCode.OFFER_UNSTATED: need.offers_unstated,
        ReasonCode.WORK_PARTLY: bool(party.abilities) and 0 < score.f_num < score.f_den,
        ReasonCode.WISH_PARTLY: wishing and 0 < score.g_num < score.g_den,
    }
    return tuple(code for code in CAVEATS if holds[code])
