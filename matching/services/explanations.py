"""Why a pair was proposed, as it is stored on the match: integers and codes, never rewritten later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from accounts.models import AssetKind, WorkKind
from matching.engine import Explanation, ReasonCode
from matching.engine.explain import REASONS_SHOWN
from matching.snapshots import TOKYO
from regions.models import Slot


@dataclass(frozen=True, slots=True)
class Codes:
    """Names of what the engine knows by number."""

    work: Mapping[int, str]
    assets: Mapping[int, str]
    slots: Mapping[int, Slot]


def read_codes(slot_ids: Iterable[int]) -> Codes:
    """Codes of all kinds, and the slots named. Three queries."""
    return Codes(
        work=dict(WorkKind.objects.values_list("bit", "code")),
        assets=dict(AssetKind.objects.values_list("bit", "code")),
        slots=Slot.objects.in_bulk(set(slot_ids)),
    )


def speaking_reasons(reasons: Iterable[ReasonCode], *, is_newcomer: bool) -> list[ReasonCode]:
    """The reasons that may be said of a party: nobody is said to have kept a word never given."""
    return [code for code in reasons if not (is_newcomer and code == ReasonCode.WORD_KEPT)]


def stored_explanation(
    explanation: Explanation, *, codes: Codes, is_newcomer: bool, failed: Iterable[ReasonCode] = ()
) -> dict[str, Any]:
    """The engine's explanation as JSON: the score's integers beside each other, kinds and slots by public names.

    ``bonus`` is the sum of ``bonuses`` in micro; ``failed`` names the hard rules that a match made by hand breaks. Nobody is said to have kept a word never given.
    """
    facts = explanation.as_dict()
    speaking = speaking_reasons(facts["all_reasons"], is_newcomer=is_newcomer)
    facts |= facts.pop("score")
    facts |= {
        "work": [_named(matched, codes.work) for matched in facts["work"]],
        "wishes": [_named(matched, codes.assets) for matched in facts["wishes"]],
        "slots": [_slot(codes.slots[slot["id"]]) for slot in facts["slots"]],
        "bonuses": [{"code": code, "micro": micro} for code, micro in facts["bonuses"]],
        "bonus": sum(micro for _code, micro in facts["bonuses"]),
        "reasons": speaking[:REASONS_SHOWN],
        "all_reasons": speaking,
        "failed": [str(code) for code in failed],
    }
    return facts


def _named(matched: dict[str, Any], codes: Mapping[int, str]) -> dict[str, Any]:
    held = matched["held"]
    return matched | {
        "wanted": codes[matched["wanted"]],
        "held": None if held is None else codes[held],
    }


def _slot(slot: Slot) -> dict[str, Any]:
    return {
        "id": slot.public_id,
        "start_at": slot.start_at.astimezone(TOKYO).isoformat(),
        "end_at": slot.end_at.astimezone(TOKYO).isoformat(),
        "remote": slot.is_remote,
    }
