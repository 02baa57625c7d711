"""Random acts by random people on a real database while time passes; every invariant holds after each.

``ENISHI_TEST_LONG_RUN=20`` makes the slow test twenty times as long.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest
from django.db import transaction
from django.db.models import Max
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from accounts.errors import DomainError
from accounts.models import Outbox, User, Volunteer
from matching.enums import DISCLOSED, LIVE, AnswerValue, EndReason, MatchState, Origin, Side
from matching.models import Answer, Hold, Match, MatchEvent, Relation
from matching.policies import role_for
from matching.selectors.line import next_asking_time
from matching.services.answers import answer_match
from matching.services.day import Came, attest_attendance
from matching.services.invariants import check_invariants
from matching.services.proposals import create_match
from matching.services.rain import postpone_slot
from matching.services.slots import cancel_slot, close_need, set_slot_places
from matching.services.standby import ask_next_in_line
from matching.services.sweeps import sweep_deadlines
from matching.transitions import MOVES, Move
from regions.enums import ConsentMatter, NeedStage
from regions.models import Need, RequiredConsent, Slot
from tests.builders import make_emergency_card, make_need, make_party, make_slot
from tests.matching import saga as story
from tests.matching.verbs import LEADING_ON, VERBS, Setting

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
WAITS = [
    *(timedelta(seconds=4), timedelta(seconds=15), timedelta(hours=3), timedelta(hours=12)),
    *(timedelta(days=count) for count in (1, 2, 3, 5, 8, 15)),
]
MATCHES_MAX = 12
BEING_ANSWERED = [MatchState.ASKING, MatchState.MEETING]
PROMISED = [MatchState.AGREED, MatchState.CONFIRMED]


MORE_LIVES = 3
"""Batches that may follow the first until every state was reached and nearly every move made."""
RARE_MOVES = 5
"""Moves that chance may leave out: each has tests of its own."""


class Place:
    """What every example begins with: two needs at overlapping hours, few places, parties that share people."""

    def __init__(self, mowing: Need, cast: dict[str, User]) -> None:
        start = story.moment() + timedelta(days=46, hours=-2)
        mowing.slots.all().delete()
        make_slot(mowing, start_at=start, places=3, rain="翌日")
        make_slot(mowing, start_at=start + timedelta(days=7), places=2)
        overlapping = {"start_at": start + timedelta(hours=1), "places": 2, "rain": "翌週"}
        self.needs = [mowing, make_need(mowing.region, slots=[overlapping])]
        RequiredConsent.objects.create(region=mowing.region, by="役員会", matter=ConsentMatter.NEW_PARTY)
        make_emergency_card(mowing.region)
        alone = make_party(cast["hana"])
        group = make_party(cast["harada"], size=3, min_people=2, members=[cast["hana"]], has_minors=True)
        known = make_party(size=2, members=[cast["hana"]])
        Relation.objects.create(volunteer=known, region=mowing.region, promised=1, kept=1, days=1)
        self.parties = [alone, group, known, make_party()]
        self.guide, self.speaker, self.outsider = cast["mori"], cast["ume"], cast["yuki"]
        self.cast = [
            *(cast[name] for name in ("mori", "mori", "sato", "ume", "ume", "kenji", "yuki", "admin")),
            *(party.representative for party in self.parties),
            User.objects.system(),
        ]


class Saga(RuleBasedStateMachine):
    """One life of the place: acts, silence, sweeps. ``place`` and ``tally`` are set by the test."""

    place: Place
    tally: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.now = story.moment()
        self.step_number = 0

    @rule(seed=st.integers(0, 2**32))
    def something_happens(self, seed: int) -> None:
        """One rule that draws what happens by itself: hypothesis would leave out whole rules in most lives."""
        self.step_number += 1
        chance = Random(f"{seed}:{self.step_number}")  # the same seed is something else at the next step
        possible = [act for act, _often, is_possible in ACTS if is_possible()]
        often = [often for _act, often, is_possible in ACTS if is_possible()]
        chance.choices(possible, often)[0](self, chance)

    def teardown(self) -> None:
        self.tally.update(MatchEvent.objects.values_list("to_state", flat=True))
        self.tally.update(f"move {name}" for name in MatchEvent.objects.values_list("move", flat=True))
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    # A match begins.
    def propose(self, chance: Random) -> None:
        need, party = chance.choice(self.place.needs), chance.choice(self.place.parties)
        origin, actor = chance.choice(self._beginnings(party))
        slots = list(need.slots.order_by("pk"))
        chosen = chance.sample(slots, k=chance.randint(1, len(slots)))
        people = chance.choice([None, None, 1, 2])
        self._try(
            lambda: create_match(
                actor=actor,
                origin=origin,
                need=need,
                volunteer=party,
                slots=chosen,
                people=people,
                now=self.now,
            )
        )

    def _beginnings(self, party: Volunteer) -> list[tuple[Origin, User]]:
        return [
            (Origin.WORKER, User.objects.system()),
            (Origin.WORKER, User.objects.system()),
            (Origin.GUIDE, self.place.guide),
            (Origin.PARTY, party.representative),
            (Origin.REGION, self.place.speaker),
            (Origin.REGION, self.place.outsider),
        ]

    # Acts.
    def anybody_does_anything(self, chance: Random) -> None:
        match = chance.choice(list(Match.objects.order_by("pk")))
        actor = chance.choice([*self.place.cast, match.volunteer.representative])
        self._do(chance.choice(sorted(VERBS)), Setting(match, actor, self.now, chance))

    def act_by_the_table(self, chance: Random) -> None:
        """What the table allows somebody now; its check may still refuse."""
        for _time in range(2):
            live = list(Match.objects.filter(state__in=LIVE).order_by("pk"))
            if live:
                match = chance.choice(live)
                allowed = [move for move in MOVES if match.state in move.sources and move.name in VERBS]
                move = chance.choice(allowed + [each for each in allowed if each.name in LEADING_ON] * 3)
                self._do(move.name, Setting(match, self._somebody(chance, match, move), self.now, chance))

    def _somebody(self, chance: Random, match: Match, move: Move) -> User:
        people = [*self.place.cast, match.volunteer.representative]
        return chance.choice([user for user in people if role_for(user, match, move)] or people)

    def bring_to_a_meeting(self, chance: Random) -> None:
        """Both sides want to meet, as a guide hears on the telephone."""
        match = chance.choice(list(Match.objects.filter(state=MatchState.ASKING).order_by("pk")))
        for side in Side:
            heard = {"side": side, "on_behalf_of": "電話で本人", "value": AnswerValue.MEET}
            who = Setting(match, self.place.guide, self.now, chance).who
            self._try(lambda who=who, heard=heard: answer_match(**who, **heard))

    def bring_to_a_promise(self, chance: Random) -> None:
        """A guide enters whatever is missing: chance alone seldom gets this far."""
        match = chance.choice(list(Match.objects.filter(state__in=BEING_ANSWERED).order_by("pk")))
        guide = self.place.guide
        if match.is_first_visit:
            self._do("waive_meeting", Setting(match, guide, self.now, chance, Side.PARTY))
        self._do("record_consent", Setting(match, guide, self.now, chance, Side.REGION))
        for verb in ("answer", "confirm_promise"):
            for side in Side:
                self._do(verb, Setting(match, guide, self.now, chance, side))

    def bring_to_the_day(self, chance: Random) -> None:
        """Everything is ticked and confirmed; what is over is attested and completed."""
        match = chance.choice(list(Match.objects.filter(state__in=PROMISED).order_by("pk")))
        setting = Setting(match, self.place.guide, self.now, chance)
        for row in match.preconditions.order_by("pk"):
            self._do("tick", setting._replace(random=_Only(row.kind)))
        self._do("confirm", setting)
        came = Came(people=match.people, minutes=200, return_given=True)
        for slot in match.slots.order_by("pk"):
            self._try(lambda slot=slot: attest_attendance(**setting.who, slot=slot, came=came))
        self._do("complete", setting)

    def _do(self, verb: str, setting: Setting) -> None:
        shown = self._try(lambda: VERBS[verb](setting))
        if verb == "reveal" and any(contact.email for contact in shown or []):
            assert story.state_of(setting.match) in DISCLOSED

    # The place.
    def change_places(self, chance: Random) -> None:
        slot = chance.choice(list(Slot.objects.order_by("pk")))
        actor, places = chance.choice(self.place.cast), chance.randint(0, 4)
        self._try(lambda: set_slot_places(slot=slot, actor=actor, places=places))

    def take_down(self, chance: Random) -> None:
        actor = chance.choice(self.place.cast)
        if chance.random() < 0.2:
            need = chance.choice(list(Need.objects.order_by("pk")))
            self._try(lambda: close_need(need=need, actor=actor, now=self.now))
        elif chance.random() < 0.3:
            slot = chance.choice(list(Slot.objects.order_by("pk")))
            reason = chance.choice([EndReason.WEATHER, EndReason.SAFETY, EndReason.REDATED])
            self._try(lambda: cancel_slot(slot=slot, actor=actor, reason=reason, now=self.now))
        elif chance.random() < 0.5:
            slot = chance.choice(list(Slot.objects.order_by("pk")))
            later = slot.start_at + timedelta(hours=chance.choice([2, 24, 24 * 7]))
            self._try(lambda: postpone_slot(slot=slot, actor=actor, start_at=later, now=self.now))

    def ask_the_next(self, _chance: Random) -> None:
        """What the outbox does when places came free."""
        if next_asking_time(self.now) == self.now:
            for need_id in sorted(set(freed_places().values_list("payload__need", flat=True))):
                ask_next_in_line(need_id=need_id, now=self.now)
            freed_places().update(done_at=self.now)
        self._check()

    # Silence.
    def time_passes(self, chance: Random) -> None:
        over = Slot.objects.aggregate(last=Max("end_at"))["last"]
        is_promised = Match.objects.filter(state=MatchState.CONFIRMED).exists()
        self.now = (
            over
            if is_promised and self.now < over and chance.random() < 0.3
            else self.now + chance.choice(WAITS)
        )
        sweep_deadlines(now=self.now)
        before = footprint()
        sweep_deadlines(now=self.now)
        assert footprint() == before
        self._check()

    def _try(self, do: Callable[[], object]) -> object:
        """Do it; a refusal changes nothing. Either way every invariant holds afterwards."""
        before = footprint()
        try:
            with transaction.atomic():
                done = do()
        except DomainError as refusal:
            self.tally[f"refused {refusal.code}"] += 1
            assert footprint() == before
            return None
        self._check()
        return done

    def _check(self) -> None:
        """Every invariant, as if all messages were delivered at once."""
        self.tally["checks"] += 1
        Outbox.objects.filter(done_at=None).exclude(topic="matching.next_in_line").update(done_at=self.now)
        failures = [line for line in check_invariants(now=self.now) if not line.startswith("I4:")]
        assert failures == [], history()


def has(*states: MatchState) -> Callable[[], bool]:
    return lambda: Match.objects.filter(state__in=states).exists()


ACTS: list[tuple[Callable[[Saga, Random], None], int, Callable[[], bool]]] = [
    (Saga.propose, 5, lambda: Match.objects.count() < MATCHES_MAX),
    (Saga.anybody_does_anything, 3, Match.objects.exists),
    (Saga.act_by_the_table, 8, has(*LIVE)),
    (Saga.bring_to_a_meeting, 2, has(MatchState.ASKING)),
    (Saga.bring_to_a_promise, 4, has(*BEING_ANSWERED)),
    (Saga.bring_to_the_day, 4, has(*PROMISED)),
    (Saga.change_places, 1, lambda: True),
    (Saga.take_down, 1, Match.objects.exists),
    (Saga.ask_the_next, 2, lambda: freed_places().exists()),
    (Saga.time_passes, 3, Match.objects.exists),
]
"""What may happen, how often it is drawn, and when it can happen at all."""


class _Only(Random):
    """Chance that has only one choice."""

    def __init__(self, only: object) -> None:
        super().__init__(0)
        self.only = only

    def choice(self, _seq: object) -> object:
        return self.only


def freed_places():
    """What is owed to the next in line."""
    return Outbox.objects.filter(topic="matching.next_in_line", done_at=None)


def history() -> str:
    """What happened so far, a line an event, for whoever has to find out why."""
    events = MatchEvent.objects.select_related("match").order_by("pk")
    return "\n".join(
        f"{event.at:%m-%d %H:%M:%S} {event.match.public_id} {event.move} as {event.role}: "
        f"{event.from_state} to {event.to_state}"
        for event in events
    )


def footprint() -> tuple[object, ...]:
    """What no refusal and no second sweep may change."""
    return (
        list(MatchEvent.objects.order_by("pk").values_list("pk", flat=True)),
        sorted(Hold.objects.filter(released_at=None).values_list("match_id", "slot_id", "place")),
        sorted(Match.objects.values_list("pk", "state", "end_reason", "people")),
        sorted(Answer.objects.values_list("match_id", "side", "value", "is_open", "due_at")),
        sorted(Need.objects.filter(stage=NeedStage.OPEN).values_list("pk", flat=True)),
        Outbox.objects.count(),
    )


@pytest.fixture
def place(mowing: Need, request: pytest.FixtureRequest) -> Place:
    names = ("mori", "sato", "ume", "kenji", "admin", "yuki", "hana", "harada")
    return Place(mowing, {name: request.getfixturevalue(name) for name in names})


def play(place: Place, *, examples: int, steps: int, derandomize: bool) -> Counter[str]:
    """Run so many lives of so many steps; how often each state was reached, each move made, each refusal given."""
    Saga.place, Saga.tally = place, Counter()
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=derandomize,
        deadline=None,
        database=None,
        phases=[
            Phase.generate
        ],  # seeds do not shrink to anything a person could read; the history below does
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Saga, settings=chosen)
    return Saga.tally


@pytest.mark.slow
def test_random_acts_keep_every_invariant(place: Place) -> None:
    tally = play(place, examples=12, steps=20, derandomize=True)

    assert tally["checks"] > 100
    assert tally["move approve"] > 5


def unseen(tally: Counter[str]) -> set[MatchState]:
    """The states that no match has reached."""
    return {state for state in MatchState if not tally[state]}


def unmade(tally: Counter[str]) -> set[str]:
    """The moves that no match has made."""
    return {move.name for move in MOVES if not tally[f"move {move.name}"]}


@pytest.mark.slow
def test_many_random_acts_keep_every_invariant_and_make_every_move(place: Place) -> None:
    times = int(os.environ.get("ENISHI_TEST_LONG_RUN", "1"))
    tally = play(place, examples=25 * times, steps=40, derandomize=False)
    for _more in range(MORE_LIVES):  # another seed each time: what is rare may want more lives than one batch
        if unseen(tally) or len(unmade(tally)) > RARE_MOVES:
            tally += play(place, examples=25 * times, steps=40, derandomize=False)

    assert tally["checks"] > 500 * times
    assert unseen(tally) == set()
    assert len(unmade(tally)) <= RARE_MOVES, unmade(tally)
