"""The numbers a guide's judgement is turned into: one frozen value, stored by the project as a versioned row."""

from __future__ import annotations

from dataclasses import dataclass, fields

MICRO = 1_000_000
WHOLE_QUARTERS = 4
WHOLE_FIFTHS = 5
COUNTS_MAX = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Weights and limits of a run; every number an integer, so that a stored row gives the same run again.

    The fit of two directions is worth up to 1,000,000. The three terms together stay below 150,000: they
    order pairs that fit alike and never lift a poor fit over a good one. The coverage bonuses may: bringing
    somebody to a need that nobody served is worth more than the better of two good fits elsewhere.
    """

    neutral_micro: int = 400_000
    """Share counted for a direction nobody stated (no ability, no wish, no offer): below a half fit, and never nothing."""
    comfort_quarters: int = 1
    """Quarters of the fit that are lost when the way is as long as the limit."""
    relation_bonus: int = 60_000
    """A party that knows the community; phase 1 of the allocation protects the bond, this only ranks it."""
    kept_max: int = 40_000
    """A party that always kept its word (`kept_micro` = 1,000,000)."""
    wait_max: int = 40_000
    """A community that has waited `wait_full_days` or longer."""
    wait_full_days: int = 120
    """A season: waiting longer than this counts no more."""
    first_person: int = 250_000
    """Nobody has come to this need yet."""
    second_person: int = 60_000
    """The second party at a need: nobody works alone among strangers."""
    first_in_region: int = 150_000
    """Nobody has come to this community this season."""
    contacts_max: int = 3
    """So often the worker asks a party within `contacts_days` for communities new to it."""
    contacts_days: int = 30
    """Days for which being asked counts."""
    turn_max: int = 60_000
    """What being asked, or having come, today takes off a newcomer's worth in the allocation; the score keeps it."""
    turn_days: int = 60
    """Days over which that falls to nothing."""
    top_k: int = 50
    """Candidates kept per need for the allocation."""
    slack: int = 50
    """Candidates kept beyond `top_k`, for those who rest (see `turns`), and so that a withdrawal needs no new scan."""
    top_l: int = 10
    """Needs kept per participant."""
    slots_max: int = 3
    """Dates proposed at once to a party that knows the community; a new one gets one date."""
    proposals_max_default: int = 5
    """Live proposals a need may have when it names no number itself."""
    guide_capacity_default: int = 10
    """Proposals a week for a guide without a stated capacity, and for communities without a guide."""
    access_car_minutes_default: int = 15
    """Minutes from the municipal office to the community by car, when it states none."""
    access_public_minutes_default: int = 25
    """The same by public transport."""
    near_limit_fifths: int = 6
    """The estimate refuses nobody below this many fifths of the limit (6/5 = 20 % over)."""

    def __post_init__(self) -> None:
        """Refuse numbers under which the allocation would not be exact.

        Raises:
            ValueError: a negative number, bonuses that grow, a share above one, terms or a bonus worth more than the
                best fit, a count beyond all reason, or a pair that passes worth nothing because a side stated nothing.
        """
        if any(getattr(self, field.name) < 0 for field in fields(self)):
            raise ValueError("weights are never negative")
        if self.second_person > self.first_person:
            raise ValueError("coverage bonuses must not grow with the second person")
        if self.neutral_micro < 1:
            raise ValueError("neutral_micro is at least one: a side that stated nothing still fits a little")
        if self.neutral_micro > MICRO or self.comfort_quarters > WHOLE_QUARTERS:
            raise ValueError("a share is at most one")
        if (
            max(
                self.relation_bonus + self.kept_max + self.wait_max,
                self.first_person,
                self.first_in_region,
                self.turn_max,
            )
            > MICRO
        ):
            raise ValueError("neither the terms together nor a bonus nor a turn outweigh the best fit")
        days = max(self.wait_full_days, self.contacts_days, self.turn_days)
        if max(self.top_k, self.slack, self.top_l, days) > COUNTS_MAX:
            raise ValueError(f"candidates and days are at most {COUNTS_MAX}")
        if self.near_limit_fifths < WHOLE_FIFTHS:
            raise ValueError("the estimate never refuses within the limit")
        counts = (self.top_k, self.top_l, self.slots_max, self.contacts_max)
        if min(*counts, self.wait_full_days, self.contacts_days, self.turn_days) < 1:
            raise ValueError("counts start at one")
