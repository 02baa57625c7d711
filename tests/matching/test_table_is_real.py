"""The walk of the table against the house: paths of the model, made with the verbs of the services on a real database.

After every step the match in the database is what the model says. Otherwise the walk would prove things of a world
of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pytest
from django.db import transaction

from accounts.models import User, Volunteer
from matching.enums import (
    AnswerValue,
    ConsentStatus,
    EndReason,
    MatchState,
    MeetingOutcome,
    Origin,
    Role,
    Side,
)
from matching.models import Answer, Match, Relation
from matching.selectors.readiness import meeting_settled
from matching.services import agreements, answers, day, endings, meetings, review, terms
from matching.services.invariants import check_invariants
from matching.services.matches import apply_move
from matching.services.proposals import create_match
from matching.services.steps import Words
from matching.transitions import MOVES
from regions.enums import ConsentMatter
from regions.models import Need, RequiredConsent, Slot
from tests.builders import make_emergency_card, make_party, make_slot
from tests.matching import table_model as model
from tests.matching.table_model import ALL_TRUE, Life, Step

pytestmark = pytest.mark.django_db

FOLLOWING = {"open_meeting", "agree"}
"""Moves that the services make by themselves, in the act that brought the last fact."""
ELSEWHERE = {"record_call", "escalate", "drop_date", "move_date"}
"""Moves that need the beat or another date first: their own tests drive them."""


# Paths of the model.
def eager_steps(life: Life) -> list[Step]:
    """What may happen next when everything is well; what follows by itself comes first."""
    found = [step for step in model.steps(life, MOVES) if step.world == ALL_TRUE]
    by_itself = [step for step in found if step.move.name in FOLLOWING]
    return by_itself[:1] or [step for step in found if step.move.name not in ELSEWHERE]


def following(life: Life) -> list[Step]:
    """What the house does by itself from here."""
    found = eager_steps(life)[:1]
    return [step for step in found if step.move.name in FOLLOWING]


def paths(start: Life) -> Iterator[tuple[Step, ...]]:
    """The shortest paths to every move and every state, and one to each kind of life on the way to the promise."""
    seen: set[Life] = {start}
    wanted: set[object] = set()
    waiting: list[tuple[Life, tuple[Step, ...]]] = [(start, ())]
    while waiting:
        life, path = waiting.pop(0)
        for step in eager_steps(life):
            taken = (*path, step)
            news = {("move", step.move.name, step.role), ("state", step.life.state, step.life.first)} - wanted
            if news:
                wanted |= news
                yield (*taken, *following(step.life))
            if step.life not in seen:
                seen.add(step.life)
                waiting.append((step.life, taken))


def longest_only(found: list[tuple[Step, ...]]) -> list[tuple[Step, ...]]:
    """Without those that are the beginning of another."""
    beginnings = {path[:length] for path in found for length in range(1, len(path))}
    return [path for path in found if path not in beginnings]


# The same in the house.
class House(NamedTuple):
    """Where the paths are walked: one need, one party, everybody who acts."""

    need: Need
    slot: Slot
    other: Slot
    party: Volunteer
    people: dict[Role, User]


class Act(NamedTuple):
    """One step to be made on a match: by whom, for which side, when."""

    house: House
    match: Match
    step: Step

    @property
    def who(self) -> dict[str, Any]:
        return {"match_id": self.match.pk, "actor": self.house.people[self.step.role]}

    @property
    def entry(self) -> dict[str, Any]:
        """Nothing for one's own side; a guide says for whom."""
        by_guide = self.step.role is Role.GUIDE
        return {"side": Side(self.step.said[0]), "on_behalf_of": "電話で本人"} if by_guide else {}

    @property
    def over(self) -> datetime:
        return self.house.slot.end_at + timedelta(hours=1)


def _change_terms(act: Act) -> None:
    new = {"people": act.step.life.people} if act.step.said[1] == "people" else {"promise": "別の言い方で"}
    terms.change_terms(**act.who, **new)


def _answer(act: Act) -> None:
    answers.answer_match(**act.who, **act.entry, value=AnswerValue(act.step.said[1]))


def _record_consent(act: Act) -> None:
    consent = act.match.region_consents.get()
    answers.record_consent(**act.who, consent=consent, status=ConsentStatus.GIVEN, evidence="役員会")


def _tick(act: Act) -> None:
    make_emergency_card(act.match.need.region)
    for row in act.match.preconditions.all():
        agreements.tick_precondition(**act.who, kind=row.kind)


def _attest(act: Act) -> None:
    came = day.Came(people=act.match.people, minutes=200, return_given=True)
    day.attest_attendance(**act.who, slot=act.house.slot, came=came, now=act.over)


def _lapse(act: Act) -> None:
    if act.step.role is Role.SYSTEM:
        endings.lapse_match(match_id=act.match.pk, now=act.match.lapse_at)
    else:
        apply_move(**act.who, move="lapse", now=act.match.lapse_at, words=Words(reason=EndReason.NO_ANSWER))


def _cancel(act: Act) -> None:
    reason = EndReason.NO_SHOW if act.step.said[1] else EndReason.OTHER
    endings.cancel_match(**act.who, reason=reason, now=act.house.slot.start_at if act.step.said[1] else None)


DO: dict[str, Callable[[Act], object]] = {
    "assign": lambda a: review.assign_guide(**a.who, guide=a.house.people[Role.GUIDE].guide),
    "snooze": lambda a: review.snooze_match(**a.who, until=a.match.created_at + timedelta(days=2)),
    "stand_by": lambda a: review.put_next_in_line(**a.who),
    "change_terms": _change_terms,
    "name_people": lambda a: review.name_people(**a.who, users=[a.house.party.representative]),
    "approve": lambda a: review.approve_match(**a.who),
    "undo_approval": lambda a: review.undo_approval(**a.who),
    "reject": lambda a: review.reject_match(**a.who, reason=EndReason.OTHER),
    "answer": _answer,
    "set_board_date": lambda a: answers.set_board_date(
        **a.who, **a.entry, meets_on=a.match.created_at.date() + timedelta(days=20)
    ),
    "extend": lambda a: answers.extend_answer(**a.who, **a.entry),
    "record_consent": _record_consent,
    "confirm_promise": lambda a: answers.confirm_promise(**a.who, **a.entry),
    "change_promise": lambda a: answers.change_promise(**a.who, promise="山道を走れます"),
    "plan_meeting": lambda a: meetings.plan_meeting(
        **a.who, how="online", planned_at=a.match.created_at + timedelta(days=3)
    ),
    "waive_meeting": lambda a: meetings.waive_meeting(**a.who, reason="祭りで会った"),
    "record_meeting": lambda a: meetings.record_meeting(
        **a.who, outcome=MeetingOutcome.PROCEED, how="on_site"
    ),
    "decline": lambda a: endings.decline_match(**a.who, reason=EndReason.OTHER),
    "withdraw": lambda a: endings.withdraw_match(**a.who, reason=EndReason.OTHER),
    "redate": lambda a: endings.redate_match(**a.who, slots=[a.house.other]),
    "lapse": _lapse,
    "tick": _tick,
    "untick": lambda a: agreements.untick_precondition(**a.who, kind="insurance"),
    "confirm": lambda a: agreements.confirm_match(**a.who),
    "attest": _attest,
    "complete": lambda a: day.complete_match(**a.who, now=a.over),
    "cancel": _cancel,
}
ORIGINS = {"propose": Origin.WORKER, "suggest": Origin.GUIDE, "apply": Origin.PARTY, "invite": Origin.REGION}


def begin(house: House, step: Step) -> Match:
    return create_match(
        actor=house.people[step.role], origin=ORIGINS[step.move.name], need=house.need, volunteer=house.party,
        slots=[house.slot], people=step.life.people,
    )  # fmt: skip


def seen(match: Match, life: Life) -> Life:
    """The match in the database in the words of the model; ``life`` for what the database does not hold."""
    match = Match.objects.get(pk=match.pk)
    said = {row.side: "" if row.is_open else row.value for row in Answer.objects.filter(match=match)}
    checks = list(match.preconditions.values_list("ticked_at", flat=True))
    return Life(
        state=MatchState(match.state), people=match.people, held=match.holds.filter(released_at=None).count(),
        known=life.known, first=life.first, asked=life.asked, party=said.get("party", ""), region=said.get("region", ""),
        met=meeting_settled(match), consents=match.region_consents.filter(status=ConsentStatus.GIVEN).exists(),
        party_promise=match.promise_party_at is not None, region_promise=match.promise_region_at is not None,
        ticked=bool(checks) and all(checks), attested=match.attendances.exists(),
    )  # fmt: skip


def walk(house: House, path: tuple[Step, ...]) -> None:
    """Make every step of a path; after each the match is as the model says."""
    match = begin(house, path[0])
    for number, step in enumerate(path[1:], start=1):
        if step.move.name not in FOLLOWING:
            match.refresh_from_db()
            DO[step.move.name](Act(house, match, step))
        if not following(step.life):
            told = " > ".join(f"{each.move.name} by {each.role}" for each in path[: number + 1])
            assert seen(match, step.life) == step.life, told
    match.refresh_from_db()
    assert [line for line in check_invariants(now=match.created_at) if not line.startswith("I4")] == []


@pytest.fixture
def house(mowing: Need, ume: User, mori: User, admin: User) -> House:
    RequiredConsent.objects.create(region=mowing.region, by="役員会", matter=ConsentMatter.DATES)
    slot = mowing.slots.get()
    party = make_party(size=2)
    people = {
        Role.PARTY: party.representative, Role.REGION: ume, Role.GUIDE: mori, Role.ADMIN: admin,
        Role.SYSTEM: User.objects.system(),
    }  # fmt: skip
    other = make_slot(mowing, start_at=slot.start_at + timedelta(days=7))
    return House(mowing, slot, other, party, people)


@pytest.mark.slow
@pytest.mark.parametrize("known", [False, True], ids=["newcomers", "acquaintances"])
def test_paths_of_the_walk_are_paths_of_the_house(house: House, known: bool) -> None:
    if known:
        Relation.objects.create(volunteer=house.party, region=house.need.region, promised=1, kept=1, days=1)
    found = longest_only(list(paths(Life(known=known))))

    for path in found:
        with transaction.atomic():
            walk(house, path)
            transaction.set_rollback(True)

    made = {step.move.name for path in found for step in path}
    assert {step.life.state for path in found for step in path} == set(MatchState)
    assert made >= {move.name for move in MOVES} - ELSEWHERE - ({"open_meeting"} if known else set())
