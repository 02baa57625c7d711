"""The engine written a second time, slowly: sets, loops and fractions, nothing shared but the rows.

Hours are judged half-hour by half-hour, credits by walking up the tree, means by exact fractions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import floor

from matching.engine import Mode, NeedRow, ParticipantRow, ReasonCode, SlotRow, Transport
from tests.engine.world import DAY, HALF_HOUR, World

R = ReasonCode
PARTY_CODES = (
    R.EMPLOYMENT,
    R.BLOCKED,
    R.ALREADY_MATCHED,
    R.LOAD_FULL,
    R.GROUP_NOT_ACCEPTED,
    R.BEGINNER_NOT_ACCEPTED,
    R.AGE,
    R.MINORS,
    R.LOAD,
    R.NO_WORK_FIT,
    R.OFFER_NOT_PERMITTED,
    R.NO_WISH_FIT,
)
SLOT_CODES = (
    R.TOO_SOON,
    R.NO_COMMON_DATE,
    R.PERSON_BUSY,
    R.REMOTE_NOT_WANTED,
    R.NO_LOCAL_HANDS,
    R.NO_ROUTE,
    R.TRAVEL_TOO_FAR,
    R.PLACES_SHORT,
    R.FIRST_VISIT_MAX,
    R.QUALIFICATION,
)


@dataclass(frozen=True)
class Pair:
    """What the reference says about one pair."""

    party_failed: frozenset[ReasonCode]
    slot_failed: dict[int, frozenset[ReasonCode]]
    slot_scores: dict[int, int]
    people: dict[int, int]
    score: int | None

    @property
    def passes(self) -> bool:
        return self.score is not None


def ancestors(kind: int, parents: tuple[int, ...]) -> list[int]:
    above = []
    while parents[kind] >= 0:
        kind = parents[kind]
        above.append(kind)
    return above


def credit(wanted: int, held: set[int], parents: tuple[int, ...], from_parent: tuple[bool, ...]) -> int:
    best = 0
    for kind in held:
        if kind == wanted or wanted in ancestors(kind, parents):
            best = max(best, 4)
        elif from_parent[wanted] and kind in ancestors(wanted, parents)[:1]:
            best = max(best, 2)
        elif from_parent[wanted] and kind in ancestors(wanted, parents)[1:2]:
            best = max(best, 1)
    return best


def coverage(
    wanted: dict[int, int], held: set[int], parents: tuple[int, ...], from_parent: tuple[bool, ...]
) -> Fraction:
    got = sum(weight * credit(kind, held, parents, from_parent) for kind, weight in wanted.items())
    return Fraction(got, 4 * sum(wanted.values()))


def work_fit(world: World, party: ParticipantRow, need: NeedRow, *, limit: int) -> Fraction:
    """Coverage of the need by what the party can do; kinds heavier than `limit` count as not covered."""
    if not party.abilities:
        return Fraction(world.weights.neutral_micro, 10**6)
    book = world.vocabulary
    held = {kind for kind, _ in party.abilities}
    got = sum(
        weight * credit(kind, held, book.work_parents, book.work_credit_from_parent)
        for kind, weight in need.work
        if book.work_loads[kind] <= limit
    )
    return Fraction(got, 4 * sum(weight for _, weight in need.work))


def wish_fit(world: World, party: ParticipantRow, need: NeedRow) -> Fraction:
    if not party.wishes or not (need.offers_stated or need.offers):
        return Fraction(world.weights.neutral_micro, 10**6)
    book = world.vocabulary
    return coverage(dict(party.wishes), set(need.offers), book.asset_parents, book.asset_credit_from_parent)


def travel(world: World, party: ParticipantRow, need: NeedRow) -> int | None:
    ways = []
    defaults = (world.weights.access_car_minutes_default, world.weights.access_public_minutes_default)
    stated = (need.access_car_minutes, need.access_public_minutes)
    for mode, transport in enumerate((Transport.CAR, Transport.PUBLIC)):
        between = int(world.minutes[mode][need.zone][party.zone])
        if between >= 0 and party.transport in {transport, Transport.BOTH}:
            access = stated[mode]
            ways.append(between + (defaults[mode] if access is None else access))
    return min(ways, default=None)


def part_of(minute: int) -> int:
    return 0 if minute < 720 else 1 if minute < 1020 else 2


def free_at(world: World, party: ParticipantRow, minute: int) -> bool:
    day, of_day = divmod(minute, DAY)
    when = date.fromordinal(world.horizon.first_ordinal + day)
    if day in party.except_days:
        return False
    return any(
        rule.weekdays & (1 << when.weekday())
        and rule.months & (1 << (when.month - 1))
        and rule.parts & (1 << part_of(of_day))
        and (rule.from_minute is None or of_day >= rule.from_minute)
        and (rule.until_minute is None or of_day < rule.until_minute)
        for rule in party.availability
    )


def window_open(world: World, party: ParticipantRow, slot: SlotRow) -> bool:
    months = {
        date.fromordinal(world.horizon.first_ordinal + minute // DAY).month
        for minute in range(max(slot.start_minute, 0), slot.end_minute, HALF_HOUR)
    }
    granted = set()
    for rule in party.availability:
        minutes = [
            minute
            for minute in range(0, DAY, HALF_HOUR)
            if rule.parts & (1 << part_of(minute))
            and (rule.from_minute is None or minute >= rule.from_minute)
            and (rule.until_minute is None or minute < rule.until_minute)
        ]
        if rule.weekdays and minutes:
            granted |= {month for month in range(1, 13) if rule.months & (1 << (month - 1))}
    return bool(months & granted)


def can_come(world: World, party: ParticipantRow, slot: SlotRow) -> bool:
    if slot.remote or slot.on_call:
        return window_open(world, party, slot)
    parts = slot.parts or 7
    return all(
        free_at(world, party, minute)
        for minute in range(slot.start_minute, slot.end_minute, HALF_HOUR)
        if parts & (1 << part_of(minute % DAY))
    )


def limit_of(party: ParticipantRow, need: NeedRow, slot: SlotRow) -> int:
    if slot.nights == 0 and not need.offers_stay and party.day_trip_limit_minutes is not None:
        return party.day_trip_limit_minutes
    return party.travel_limit_minutes


def slot_failures(world: World, party: ParticipantRow, need: NeedRow, slot: SlotRow) -> set[ReasonCode]:
    remote = slot.remote or need.mode is Mode.REMOTE
    window = slot.remote or slot.on_call
    way = travel(world, party, need)
    last_day = (slot.end_minute - 1) // DAY
    failed = {R.TOO_SOON} if slot.too_soon else set()
    if not can_come(world, party, slot):
        failed.add(R.NO_COMMON_DATE)
    if not window and any(start < slot.end_minute and slot.start_minute < end for start, end in party.busy):
        failed.add(R.PERSON_BUSY)
    if remote and not party.remote_ok:
        failed.add(R.REMOTE_NOT_WANTED)
    if not remote:
        if need.local_hands < 1:
            failed.add(R.NO_LOCAL_HANDS)
        if way is None:
            failed.add(R.NO_ROUTE)
        elif Fraction(way) > Fraction(6, 5) * party.travel_limit_minutes:
            failed.add(R.TRAVEL_TOO_FAR)
    if slot.places_free < party.min_people:
        failed.add(R.PLACES_SHORT)
    if need.region not in party.known_regions and need.first_visit_max < party.min_people:
        failed.add(R.FIRST_VISIT_MAX)
    for kind, people in need.hard_qualifications:
        held = sum(
            n for q, n, until in party.qualifications if q == kind and (until is None or until >= last_day)
        )
        if held < max(people, 1):
            failed.add(R.QUALIFICATION)
    return failed


def party_failures(world: World, party: ParticipantRow, need: NeedRow) -> set[ReasonCode]:
    failed = set()
    for code, broken in (
        (R.EMPLOYMENT, need.employment_blocked),
        (R.BLOCKED, need.region in party.blocked_regions),
        (R.ALREADY_MATCHED, need.id in party.live_need_ids),
        (R.LOAD_FULL, party.remaining_load < 1),
        (R.GROUP_NOT_ACCEPTED, party.is_group and not need.group_ok),
        (R.BEGINNER_NOT_ACCEPTED, party.beginner and not need.beginner_ok),
    ):
        if broken:
            failed.add(code)
    failed |= age_failures(party, need) | fit_failures(world, party, need)
    return failed


def age_failures(party: ParticipantRow, need: NeedRow) -> set[ReasonCode]:
    age = party.youngest_age
    if party.has_minors and not need.children_ok:
        allowed = age is not None and need.min_age > 0 and age >= need.min_age
        return set() if allowed else {R.MINORS}
    return {R.AGE} if age is not None and age < need.min_age else set()


def fit_failures(world: World, party: ParticipantRow, need: NeedRow) -> set[ReasonCode]:
    failed = set()
    lightest = min(world.vocabulary.work_loads[kind] for kind, _ in need.work)
    light = (
        work_fit(world, party, need, limit=party.load_limit)
        if party.abilities
        else party.load_limit >= lightest
    )
    if not work_fit(world, party, need, limit=9):
        failed.add(R.NO_WORK_FIT)
    elif not light:
        failed.add(R.LOAD)
    if not wish_fit(world, party, need):
        failed.add(R.OFFER_NOT_PERMITTED if need.offers_pending and not need.offers else R.NO_WISH_FIT)
    return failed


def slot_score(world: World, party: ParticipantRow, need: NeedRow, slot: SlotRow) -> int:
    """Floor of each formula over exact fractions."""
    weights = world.weights
    f, g = work_fit(world, party, need, limit=party.load_limit), wish_fit(world, party, need)
    mutual = floor(2 * f * g / (f + g) * 10**6)
    comfort = mutual
    if not (slot.remote or need.mode is Mode.REMOTE):
        limit = max(limit_of(party, need, slot), 1)
        way = min(travel(world, party, need), limit)
        comfort = floor(mutual * (1 - Fraction(weights.comfort_quarters * way, 4 * limit)))
    relation = weights.relation_bonus if need.region in party.known_regions else 0
    kept = floor(Fraction(party.kept_micro * weights.kept_max, 10**6))
    waited = min(need.wait_days, weights.wait_full_days)
    return comfort + relation + kept + floor(Fraction(waited * weights.wait_max, weights.wait_full_days))


def worth(world: World, party: ParticipantRow, need: NeedRow, score: int) -> int:
    """The score less what the party's last turn takes off at a community new to it; never the last millionth."""
    turns = [days for days in (*party.asked_days_ago, party.came_days_ago) if days is not None]
    if not turns or need.region in party.known_regions | party.agreed_regions:
        return score
    days, weights = min(turns), world.weights
    lately = Fraction(max(weights.turn_days - days, 0), weights.turn_days) * weights.turn_max
    return max(score - floor(lately) - min(max(1000 - days, 0), weights.turn_max), min(score, 1))


def rests(world: World, party: ParticipantRow, need: NeedRow) -> bool:
    """Whether the worker leaves the party in peace about this need."""
    lately = [days for days in party.asked_days_ago if days < world.weights.contacts_days]
    return (
        len(lately) >= world.weights.contacts_max
        and need.region not in party.known_regions | party.agreed_regions
    )


def pair(world: World, party: ParticipantRow, need: NeedRow) -> Pair:
    """Judge and score one pair."""
    party_failed = frozenset(party_failures(world, party, need))
    slot_failed = {slot.id: frozenset(slot_failures(world, party, need, slot)) for slot in need.slots}
    scores, people = {}, {}
    cap = party.size if need.region in party.known_regions else need.first_visit_max
    for slot in need.slots:
        if not party_failed and not slot_failed[slot.id]:
            scores[slot.id] = slot_score(world, party, need, slot)
            people[slot.id] = min(party.size, slot.places_free, cap)
    return Pair(party_failed, slot_failed, scores, people, max(scores.values(), default=None))


def barriers(judged: Pair) -> tuple[set[ReasonCode], set[ReasonCode]]:
    """(failed, only): "only" by literally taking the rule away and judging again."""
    slots = list(judged.slot_failed.values()) or [frozenset({R.NO_COMMON_DATE})]

    def passes(without: ReasonCode | None) -> bool:
        waived = {without}
        return not judged.party_failed - waived and any(not failed - waived for failed in slots)

    only = {code for code in PARTY_CODES + SLOT_CODES if not passes(None) and passes(code)}
    failed = set(judged.party_failed)
    if all(slots):
        left = slots
        for code in SLOT_CODES:
            after = [slot for slot in left if code not in slot]
            alone = any(slot == {code} for slot in slots)
            if all(code in slot for slot in slots) or alone or (left and not after):
                failed.add(code)
            left = after
    return failed, only
