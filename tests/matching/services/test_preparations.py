"""What must be checked before the day: each by its own time, and the guide asked once about each."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from accounts.errors import Conflict
from accounts.models import Outbox, User, Volunteer
from matching.enums import EndReason, PreconditionKind
from matching.models import Match, Precondition, Relation
from matching.services.agreements import tick_precondition, untick_precondition
from matching.services.calendar import working_days_before
from matching.services.slots import cancel_slot
from matching.services.sweeps import sweep_deadlines
from regions.models import Need, Region
from regions.services.emergency import keep_need_card, keep_region_card
from tests.builders import TOKYO, make_need, make_slot
from tests.matching import saga as story

pytestmark = pytest.mark.django_db

FIRST = datetime(2028, 10, 1, 8, 0, tzinfo=TOKYO)  # a Sunday
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
WEDNESDAY = FIRST - 4 * DAY
K = PreconditionKind


@pytest.fixture
def far(saga: Region) -> Need:
    Region.objects.filter(pk=saga.pk).update(wants_circular=True)
    return make_need(saga, slots=[{"start_at": FIRST}])


def promised(need: Need, party: Volunteer, *, guide: User) -> Match:
    Relation.objects.create(volunteer=party, region=need.region, promised=1, kept=1, days=1)
    match = story.asked(story.propose(need, party), guide=guide)
    story.both_confirm_promise(match)
    return story.both_answer(match, "yes")


def due(match: Match) -> dict[str, datetime]:
    return dict(Precondition.objects.filter(match=match).values_list("kind", "due_at"))


def asked_about() -> list[tuple[int, str]]:
    """Whom the guide's messages went to, and what they name."""
    rows = Outbox.objects.filter(topic="accounts.notify", payload__kind="checks_due_guide").order_by("pk")
    return [(row.payload["user_id"], row.payload["context"]["note"]) for row in rows]


@pytest.mark.parametrize(
    ("at", "before"),
    [
        (FIRST, WEDNESDAY),
        (datetime(2027, 1, 5, 9, tzinfo=TOKYO), datetime(2026, 12, 25, 9, tzinfo=TOKYO)),  # over the New Year
        (datetime(2027, 5, 6, 9, tzinfo=TOKYO), datetime(2027, 4, 27, 9, tzinfo=TOKYO)),  # over Golden Week
    ],
)
def test_working_days_are_counted_back_over_holidays(at: datetime, before: datetime) -> None:
    assert working_days_before(at, 3) == before


def test_each_check_has_its_own_time(far: Need, riders: Volunteer, mori: User) -> None:
    assert due(promised(far, riders, guide=mori)) == {
        K.CIRCULAR: FIRST - 30 * DAY,
        K.EMERGENCY_CARD: FIRST - 10 * DAY,
        K.GUARDIAN: FIRST - 10 * DAY,
        K.INSURANCE: WEDNESDAY,
        K.BRIEFING: WEDNESDAY,
    }


def test_circular_goes_round_only_where_it_is_wanted(mowing: Need, hana_party: Volunteer, mori: User) -> None:
    assert K.CIRCULAR not in due(story.agreed(mowing, hana_party, guide=mori))


def test_guide_is_asked_once_about_each_check_that_is_due(
    far: Need, hana_party: Volunteer, mori: User
) -> None:
    promised(far, hana_party, guide=mori)
    times = (FIRST - 30 * DAY - SECOND, FIRST - 30 * DAY, FIRST - 29 * DAY, WEDNESDAY, WEDNESDAY + SECOND)

    done = [sweep_deadlines(now=at).unprepared for at in times]

    assert done == [0, 1, 0, 1, 0]
    assert asked_about() == [(mori.pk, "回覧"), (mori.pk, "保険、安全の事前説明、緊急の連絡カード")]


def test_what_is_ticked_is_not_asked_about_and_opened_again_it_is_once(
    far: Need, hana_party: Volunteer, mori: User
) -> None:
    match = promised(far, hana_party, guide=mori)
    tick_precondition(match_id=match.pk, actor=mori, kind=K.CIRCULAR)

    ticked = sweep_deadlines(now=FIRST - 29 * DAY)
    untick_precondition(match_id=match.pk, actor=mori, kind=K.CIRCULAR)
    opened, again = (sweep_deadlines(now=FIRST - 29 * DAY + wait) for wait in (SECOND, 2 * SECOND))

    assert [sweep.unprepared for sweep in (ticked, opened, again)] == [0, 1, 0]


def test_due_times_follow_when_the_first_date_is_called_off(
    far: Need, hana_party: Volunteer, mori: User, ume: User
) -> None:
    first, later = far.slots.get(), FIRST + 60 * DAY
    match = promised(far, hana_party, guide=mori)
    match.slots.add(make_slot(far, start_at=later))
    sweep_deadlines(now=FIRST - 29 * DAY)

    cancel_slot(slot=first, actor=ume, reason=EndReason.WEATHER, now=FIRST - 28 * DAY)
    done = [sweep_deadlines(now=at).unprepared for at in (later - 31 * DAY, later - 30 * DAY)]

    assert due(match)[K.CIRCULAR] == later - 30 * DAY
    assert done == [0, 1]


def test_card_that_says_nothing_is_not_ticked_off(mowing: Need, hana_party: Volunteer, mori: User) -> None:
    match = story.agreed(mowing, hana_party, guide=mori)
    tick = {"match_id": match.pk, "actor": mori, "kind": K.EMERGENCY_CARD}
    with pytest.raises(Conflict, match="emergency_card_empty") as refusal:
        tick_precondition(**tick)
    assert "119番に伝える住所と目印、救急を受け入れる病院、病院の電話番号" in str(refusal.value)
    assert match.preconditions.get(kind=K.EMERGENCY_CARD).ticked_at is None
    tick_precondition(**tick | {"kind": K.INSURANCE})

    keep_region_card(actor=mori, region=mowing.region, hospital="富士の病院", hospital_phone="0952-00-0000")
    with pytest.raises(Conflict) as refusal:
        tick_precondition(**tick)
    assert "119番に伝える住所と目印。" in str(refusal.value)
    keep_need_card(actor=mori, need=mowing, rescue_address="水路のはし、地蔵の前")
    tick_precondition(**tick)
    assert match.preconditions.get(kind=K.EMERGENCY_CARD).ticked_at is not None
