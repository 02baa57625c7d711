"""The database fails at the first, second, … last statement of each act: it is done whole or not at all."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from accounts.models import AuditEntry, Notification, Outbox, User, Volunteer
from matching.enums import AnswerValue, CallResult, EndReason, MatchState, Side
from matching.models import Match, MatchEvent
from matching.services.agreements import confirm_match, tick_precondition
from matching.services.answers import answer_match, confirm_promise, record_call
from matching.services.day import Came, attest_attendance, complete_match
from matching.services.endings import cancel_match, decline_match, lapse_match, redate_match
from matching.services.instead import suggest_instead
from matching.services.invariants import check_invariants
from matching.services.proposals import apply_for_need
from matching.services.review import approve_match, name_people, put_next_in_line, undo_approval
from matching.services.slots import cancel_slot, close_need, set_slot_places
from matching.services.standby import ask_next_in_line
from matching.services.sweeps import sweep_deadlines
from matching.services.terms import change_terms
from regions.models import Need, Slot
from tests.builders import make_emergency_card, make_party, make_slot
from tests.matching import saga as story

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
STATEMENTS_MAX = 400
TABLES = [
    model._meta.db_table
    for model in (*apps.get_app_config("matching").get_models(), Need, Slot, Outbox, Notification, AuditEntry)
]


class Scene(NamedTuple):
    """What an act may need."""

    need: Need
    riders: Volunteer
    alone: Volunteer
    guide: User
    speaker: User


@pytest.fixture
def scene(mowing: Need, riders: Volunteer, hana_party: Volunteer, mori: User, ume: User) -> Scene:
    return Scene(mowing, riders, hana_party, mori, ume)


class Crash:
    """Fails one statement and lets the ones after it pass, as a server does that comes back."""

    def __init__(self, at: int) -> None:
        self.at, self.count = at, 0

    def __call__(self, execute: Callable[..., Any], *args: Any) -> Any:
        self.count += 1
        if self.count == self.at:
            raise OperationalError("the server closed the connection unexpectedly")
        return execute(*args)


def picture() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table that a move may write, read without the ORM: this is done a thousand times."""
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT * FROM {table} ORDER BY id")
            found[table] = cursor.fetchall()
    return found


Act = Callable[[], object]


# Each prepares a scene and returns the act that is to crash.
def applying(scene: Scene) -> Act:
    slots = list(scene.need.slots.all())
    return lambda: apply_for_need(
        actor=scene.alone.representative, need=scene.need, volunteer=scene.alone, slots=slots
    )


def approving(scene: Scene) -> Act:
    match = story.propose(scene.need, scene.riders)
    return lambda: approve_match(match_id=match.pk, actor=scene.guide)


def undoing(scene: Scene) -> Act:
    now = timezone.now()
    match = story.asked(story.propose(scene.need, scene.riders), guide=scene.guide, now=now)
    return lambda: undo_approval(match_id=match.pk, actor=scene.guide, now=now)


def naming(scene: Scene) -> Act:
    party = make_party(size=2, members=[scene.alone.representative])
    match = story.asked(story.propose(scene.need, party), guide=scene.guide)
    return lambda: name_people(
        match_id=match.pk, actor=party.representative, users=[scene.alone.representative]
    )


def changing_terms(scene: Scene) -> Act:
    match = story.propose(scene.need, scene.riders)
    return lambda: change_terms(match_id=match.pk, actor=scene.guide, people=4, promise="山道")


def suggesting_another(scene: Scene) -> Act:
    match, reason = story.propose(scene.need, scene.riders), EndReason.PEOPLE
    return lambda: suggest_instead(match_id=match.pk, actor=scene.guide, party=scene.alone, reason=reason)


def opening_the_meeting(scene: Scene) -> Act:
    match = story.asked(story.propose(scene.need, scene.riders), guide=scene.guide)
    answer_match(match_id=match.pk, actor=scene.speaker, value=AnswerValue.MEET)
    return lambda: answer_match(match_id=match.pk, actor=scene.riders.representative, value=AnswerValue.MEET)


def agreeing(scene: Scene) -> Act:
    match = story.asked(story.propose(scene.need, scene.riders), guide=scene.guide)
    story.both_answer(match, AnswerValue.MEET)
    story.met(match, guide=scene.guide)
    story.both_answer(match, AnswerValue.YES)
    confirm_promise(match_id=match.pk, actor=scene.speaker)
    return lambda: confirm_promise(match_id=match.pk, actor=scene.riders.representative)


def declining(scene: Scene) -> Act:
    match = story.asked(story.propose(scene.need, scene.riders), guide=scene.guide)
    return lambda: decline_match(match_id=match.pk, actor=scene.riders.representative, reason=EndReason.DATES)


def redating(scene: Scene) -> Act:
    later = make_slot(scene.need, start_at=scene.need.slots.get().start_at + timedelta(days=7))
    match = story.asked(story.propose(scene.need, scene.riders), guide=scene.guide)
    return lambda: redate_match(match_id=match.pk, actor=scene.speaker, slots=[later])


def lapsing(scene: Scene) -> Act:
    match = story.asked(story.propose(scene.need, scene.riders), guide=scene.guide)
    return lambda: lapse_match(match_id=match.pk, now=match.lapse_at)


def calling(scene: Scene) -> Act:
    match = story.asked(story.propose(scene.need, scene.alone), guide=scene.guide)
    now = timezone.now() + timedelta(days=8)
    sweep_deadlines(now=now)
    return lambda: record_call(
        match_id=match.pk,
        actor=scene.guide,
        side=Side.PARTY,
        result=CallResult.NO,
        spoke_with="花さん本人",
        now=now,
    )


def confirming(scene: Scene) -> Act:
    match = story.agreed(scene.need, scene.riders, guide=scene.guide)
    make_emergency_card(scene.need.region)
    for row in match.preconditions.all():
        tick_precondition(match_id=match.pk, actor=scene.guide, kind=row.kind)
    return lambda: confirm_match(match_id=match.pk, actor=scene.guide)


def cancelling(scene: Scene) -> Act:
    match = story.agreed(scene.need, scene.riders, guide=scene.guide)
    return lambda: cancel_match(
        match_id=match.pk, actor=scene.riders.representative, reason=EndReason.CANNOT_COME
    )


def completing(scene: Scene) -> Act:
    match = story.confirmed(scene.need, scene.riders, guide=scene.guide)
    slot = match.slots.get()
    came = Came(people=match.people, minutes=240, return_given=True)
    attest_attendance(match_id=match.pk, actor=scene.guide, slot=slot, came=came, now=slot.end_at)
    return lambda: complete_match(match_id=match.pk, actor=scene.guide, now=slot.end_at)


def asking_the_next(scene: Scene) -> Act:
    matches = [story.propose(scene.need, party) for party in (scene.alone, make_party())]
    for match in matches:
        put_next_in_line(match_id=match.pk, actor=scene.guide)
    return lambda: ask_next_in_line(need_id=scene.need.pk, now=timezone.now())


def lowering_places(scene: Scene) -> Act:
    first, _second = (
        story.asked(story.propose(scene.need, party), guide=scene.guide)
        for party in (scene.riders, make_party(size=2))
    )
    decline_match(match_id=first.pk, actor=scene.guide, reason=EndReason.DATES)
    slot = scene.need.slots.get()
    return lambda: set_slot_places(slot=slot, actor=scene.speaker, places=2)


def calling_off(scene: Scene) -> Act:
    slot = scene.need.slots.get()
    later = make_slot(scene.need, start_at=slot.start_at + timedelta(days=7))
    story.asked(story.propose(scene.need, scene.alone), guide=scene.guide)
    match = story.propose(scene.need, scene.riders)
    match.slots.add(later)
    story.asked(match, guide=scene.guide)
    return lambda: cancel_slot(slot=slot, actor=scene.speaker, reason=EndReason.WEATHER)


def closing(scene: Scene) -> Act:
    story.asked(story.propose(scene.need, scene.alone), guide=scene.guide)
    story.propose(scene.need, scene.riders)
    return lambda: close_need(need=scene.need, actor=scene.speaker)


ACTS: tuple[Callable[[Scene], Act], ...] = (
    *(
        applying,
        approving,
        undoing,
        naming,
        changing_terms,
        suggesting_another,
        opening_the_meeting,
        agreeing,
        declining,
        redating,
    ),
    *(lapsing, calling, confirming, cancelling, completing, asking_the_next),
    *(lowering_places, calling_off, closing),
)


@pytest.mark.parametrize("prepare", ACTS, ids=lambda prepare: prepare.__name__)
def test_act_is_whole_or_nothing(scene: Scene, prepare: Callable[[Scene], Act]) -> None:
    User.objects.system()
    act = prepare(scene)
    before = picture()
    for at in itertools.count(1):
        crash = Crash(at)
        with connection.execute_wrapper(crash), suppress(OperationalError):
            act()
            break
        assert picture() == before, f"half done after {at - 1} statements"

    assert 10 < at <= STATEMENTS_MAX
    assert crash.count == at - 1
    assert picture() != before
    assert {line for line in check_invariants(now=timezone.now()) if not line.startswith("I6")} == set()


def test_an_act_outside_a_transaction_is_seen_half_done(scene: Scene) -> None:
    """The check itself: two writes without a transaction around them are caught."""
    match = story.propose(scene.need, scene.riders)

    def naive() -> None:
        with transaction.atomic():
            Match.objects.filter(pk=match.pk).update(state=MatchState.ASKING)
        with transaction.atomic():
            MatchEvent.objects.filter(match=match).update(to_state=MatchState.ASKING)

    before = picture()
    with connection.execute_wrapper(Crash(5)), pytest.raises(OperationalError):
        naive()

    assert picture() != before
