"""The same answer by a loop over Django objects with what there is to know of them, fetched for every need or kept for all.

Exact for what `make_strangers` fills in (nobody states hours to the minute), so it must agree with the engine.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from accounts.enums import GROUP_KINDS, AbilityLevel, Transport
from accounts.models import AssetKind, Volunteer, WorkKind
from matching.engine import Weights, merge
from matching.engine.score import comfort_micro, kept_term, mutual_micro, wait_term
from matching.enums import LIVE
from matching.services.run_prepared import cut, packed, score
from matching.snapshots import ALL, read_inputs
from matching.snapshots.needs import NOTICE
from matching.snapshots.parties import kept_micro, read_kept_mean
from regions.models import Need, Slot
from regions.selectors.needs import needs_to_match
from tests.support.nation import make_strangers

TOKYO = ZoneInfo("Asia/Tokyo")
FACTS = (
    "abilities", "wishes", "availabilities", "absences", "held_qualifications", "relations", "blocks", "matches",
)  # fmt: skip
List = list[tuple[int, str]]
"""Score and public id, best first."""


class OrmLoop:
    """So many parties and needs in the database, and what the engine makes of them."""

    def __init__(self, *, parties: int, needs: int, now: datetime) -> None:
        make_strangers(random.Random(1), participants=parties, needs=needs)
        self.now, self.weights = now, Weights()
        self.prepared = packed(read_inputs(scope=ALL, weights=self.weights, now=now))
        self.needs = list(needs_to_match(now))
        self.rows = {row.id: row for row in self.prepared.inputs.needs}
        zones = {row.id: row.zone for row in self.prepared.inputs.participants}
        self.zone_of = {home: zones[pk] for pk, home in Volunteer.objects.values_list("pk", "home_id")}
        self.kinds = WorkKind.objects.in_bulk()
        self.assets = AssetKind.objects.in_bulk()
        self.kept_mean = read_kept_mean()

    def fetched(self) -> list[Volunteer]:
        """Every party in nine queries."""
        parties = Volunteer.objects.filter(is_active=True)
        return list(parties.select_related("home").prefetch_related(*FACTS))

    def best_of(self, need: Need, parties: Iterable[Volunteer]) -> List:
        """The list of one need: a loop."""
        found = [(score, party.public_id) for party in parties if (score := self._score(need, party)) >= 0]
        found.sort(key=lambda pair: (-pair[0], pair[1]))
        return found[: self.weights.top_k + self.weights.slack]

    def _score(self, need: Need, party: Volunteer) -> int:
        """The score in the best slot, -1 where a rule fails."""
        if not _suits(need, party):
            return -1
        f, g = self._work(need, party), self._wishes(need, party)
        if not f[0] or not g[0]:
            return -1
        relations = party.relations.all()
        known = any(each.region_id == need.region_id and each.days for each in relations)
        mode = 1 if party.transport == Transport.PUBLIC else 0
        way = int(self.prepared.inputs.minutes[mode, self.rows[need.pk].zone, self.zone_of[party.home_id]])
        if way < 0 or way * 5 > party.travel_limit_minutes * self.weights.near_limit_fifths:
            return -1
        if not any(self._fits(slot, need, party, known=known) for slot in need.slots.all()):
            return -1
        mutual = mutual_micro(f_num=f[0], f_den=f[1], g_num=g[0], g_den=g[1])
        limit = party.travel_limit_minutes
        comfort = comfort_micro(
            mutual=mutual, travel_minutes=way, limit_minutes=limit, quarters=self.weights.comfort_quarters
        )
        kept = kept_micro(
            kept=sum(each.kept for each in relations),
            promised=sum(each.promised for each in relations),
            mean_micro=self.kept_mean,
        )
        return (
            comfort
            + (self.weights.relation_bonus if known else 0)
            + kept_term(kept_micro=kept, weights=self.weights)
            + wait_term(wait_days=(self.now - need.opened_at).days, weights=self.weights)
        )

    def _work(self, need: Need, party: Volunteer) -> tuple[int, int]:
        tree = self.prepared.snapshot.work
        held = [self.kinds[each.work_kind_id].bit for each in party.abilities.all()]
        work = need.work.all()
        covered = sum(
            each.weight * tree.best(wanted=each.work_kind.bit, held=held)[0]
            for each in work
            if each.work_kind.load <= party.load_limit
        )
        return covered, 4 * sum(each.weight for each in work)

    def _wishes(self, need: Need, party: Volunteer) -> tuple[int, int]:
        tree = self.prepared.snapshot.assets
        given = {asset.asset_kind.bit for offer in need.offers.all() for asset in offer.assets.all()}
        wishes = party.wishes.all()
        covered = sum(
            each.weight * tree.best(wanted=self.assets[each.asset_kind_id].bit, held=given)[0]
            for each in wishes
        )
        return covered, 4 * sum(each.weight for each in wishes)

    def _fits(self, slot: Slot, need: Need, party: Volunteer, *, known: bool) -> bool:
        most = party.size if known else need.region.first_visit_max
        if slot.start_at <= self.now + NOTICE or party.min_people > min(slot.places, most):
            return False
        return _is_free(slot, party) and _is_qualified(slot, need, party)

    def by_engine(self) -> dict[int, List]:
        """The same lists by need."""
        snapshot, needs = self.prepared.snapshot, self.prepared.needs.needs
        merged = merge(score(self.prepared, shard) for shard in cut(self.prepared, whole=True))
        names = snapshot.public[snapshot.row_of_rank].tolist()
        return {
            need.row.id: [
                (points, names[rank].decode())
                for points, rank in zip(line, ranks, strict=True)
                if points >= 0
            ]
            for need, line, ranks in zip(
                needs, merged.need_scores.tolist(), merged.need_ranks.tolist(), strict=True
            )
        }


def _suits(need: Need, party: Volunteer) -> bool:
    """The rules that ask for neither work nor date."""
    matches = party.matches.all()
    return not (
        any(block.region_id == need.region_id for block in party.blocks.all())
        or any(match.need_id == need.pk for match in matches)
        or sum(match.state in LIVE for match in matches) >= party.live_limit
        or (party.kind in GROUP_KINDS and not need.group_ok)
        or (party.has_minors and not need.children_ok)
        or (party.youngest_age is not None and party.youngest_age < need.min_age)
        or (
            not need.beginner_ok and all(each.level == AbilityLevel.WILLING for each in party.abilities.all())
        )
    )


def _is_free(slot: Slot, party: Volunteer) -> bool:
    begin, end = slot.start_at.astimezone(TOKYO), slot.end_at.astimezone(TOKYO)
    if any(each.from_on <= begin.date() <= each.until_on for each in party.absences.all()):
        return False
    hours = range(begin.hour, end.hour + (end.minute > 0))
    asked = sum(1 << part for part in {0 if hour < 12 else 1 if hour < 17 else 2 for hour in hours})
    granted = 0
    for rule in party.availabilities.all():
        if rule.weekdays >> begin.weekday() & 1 and rule.months >> (begin.month - 1) & 1:
            granted |= rule.parts
    return granted & asked == asked


def _is_qualified(slot: Slot, need: Need, party: Volunteer) -> bool:
    held = party.held_qualifications.all()
    return all(
        sum(
            each.people
            for each in held
            if each.qualification_id == asked.qualification_id
            and (each.expires_on is None or each.expires_on >= slot.end_at.astimezone(TOKYO).date())
        )
        >= asked.people
        for asked in need.qualifications.all()
    )
