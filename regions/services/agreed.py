"""What a community has agreed to: a digest of what is said of a need, kept with the consent and compared before it opens."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from regions.models import Need, Slot

SAID = (
    "title", "story", "mode", "compensation", "employment_url", "local_hands", "on_site_lead", "parking", "toilet",
    "last_mile", "bring", "prepared", "children_ok", "beginner_ok", "group_ok", "min_age",
)  # fmt: skip


def keep_agreed(need: Need) -> None:
    """Keep, unsaved, what stands now as what was agreed to. The caller holds the need's lock and saves ``agreed_digest``."""
    need.agreed_digest = agreed_digest(need)


def is_as_agreed(need: Need) -> bool:
    """Whether nothing has changed since the community agreed; so too where the consent is older than the digests."""
    return not need.agreed_digest or need.agreed_digest == agreed_digest(need)


def agreed_digest(need: Need) -> str:
    """64 hexadecimal digits, the same in every language and as days go by, others once anything said changes. Six queries.

    Rules stand for the dates that they write by night; dates of their own, those put off and those with other places
    count each. A date that is called off asks nothing more of anybody and changes nothing.
    """
    told = [
        [getattr(need, name) for name in SAID],
        [need.region.publicity, need.region.first_visit_max],
        sorted(need.work.values_list("work_kind__code", "weight")),
        sorted(need.qualifications.values_list("qualification__code", "level", "people", "note")),
        sorted(need.hazards.values_list("code", flat=True)),
        sorted(need.offers.values_list("public_id", "title")),
        *_dates(need),
    ]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _dates(need: Need) -> tuple[list[Any], list[Any]]:
    rules = {rule.pk: rule for rule in need.slot_rules.order_by("pk")}
    said = [[rule.kind, rule.parameters, rule.places, rule.rain] for rule in rules.values()]
    slots = need.slots.order_by("start_at", "is_remote")
    return said, [_date(slot) for slot in slots if not _is_by_rule(slot, rules)]


def _is_by_rule(slot: Slot, rules: dict[int, Any]) -> bool:
    rule = rules.get(slot.rule_id or 0)
    return rule is not None and slot.moved_from_at is None and slot.places == rule.places


def _date(slot: Slot) -> list[Any]:
    times = [slot.start_at.timestamp(), slot.end_at.timestamp()]
    return [*times, slot.places, slot.nights, slot.is_remote, slot.rain]
