"""Each invariant sees the corruption it is there for, or the database does not let it in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from accounts.models import Notification, Outbox, User, Volunteer
from accounts.models.accesses import ContactAccess
from matching.enums import MatchState
from matching.models import Answer, Hold, Match, MatchEvent, MatchOutcome, MatchPerson, MatchRun, WeightSet
from matching.services.invariants import CHECKS, check_invariants
from regions.models import Need
from tests.builders import make_need, make_party, make_user
from tests.matching import saga as story

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
DAY = timedelta(days=1)


@pytest.fixture
def promised(mowing: Need, riders: Volunteer, mori: User) -> Match:
    return story.agreed(mowing, riders, guide=mori)


def broken() -> set[str]:
    """The numbers of the invariants that fail now."""
    return {failure.partition(":")[0] for failure in check_invariants(now=timezone.now())}


def one_hold_too_many(match: Match) -> None:
    Hold.objects.create(match=match, slot=match.slots.get(), place=31)


def fewer_places_than_holds(match: Match) -> None:
    match.slots.update(places=4)


def one_person_without_a_place(match: Match) -> None:
    Hold.objects.filter(match=match, place=1).update(released_at=timezone.now())


def place_kept_after_the_end(match: Match) -> None:
    other = story.propose(match.need, make_party())
    Hold.objects.create(match=other, slot=other.slots.get(), place=30)


def message_forgotten(match: Match) -> None:
    then = timezone.now() - DAY
    Outbox.objects.create(topic="accounts.notify", key="forgotten", created_at=then, next_at=then)


def message_tried_once_and_forgotten(match: Match) -> None:
    message_forgotten(match)
    Outbox.objects.filter(key="forgotten").update(attempts=1, last_error="ConnectionRefusedError")


def deadline_slept_through(match: Match) -> None:
    Match.objects.filter(pk=match.pk).update(due_at=timezone.now() - DAY, lapse_at=timezone.now() - DAY)


def event_lost(match: Match) -> None:
    MatchEvent.objects.filter(match=match, seq=3).delete()


def state_without_a_move(match: Match) -> None:
    Match.objects.filter(pk=match.pk).update(state=MatchState.CONFIRMED)


def move_by_who_may_not(match: Match) -> None:
    MatchEvent.objects.filter(match=match, move="approve").update(role="party")


def move_from_where_it_may_not(match: Match) -> None:
    MatchEvent.objects.filter(match=match, move="approve").update(move="confirm")


def yes_that_nobody_gave(match: Match) -> None:
    Answer.objects.filter(match=match, side="party").update(
        value="", answered_at=None, answered_by=None, is_open=True
    )


def yes_by_the_system(match: Match) -> None:
    Answer.objects.filter(match=match, side="region").update(answered_by=User.objects.system())


def yes_after_the_promise(match: Match) -> None:
    Answer.objects.filter(match=match).update(answered_at=timezone.now() + DAY)


def contact_shown_too_early(match: Match) -> None:
    viewer = match.volunteer.representative
    ContactAccess.objects.create(
        viewer=viewer, subject=viewer, match_public_id="x", match_state="meeting", fields=["name", "phone"]
    )


def address_shown_to_who_calls(match: Match) -> None:
    guide = match.guide.user
    ContactAccess.objects.create(
        viewer=guide, subject=match.volunteer.representative, match_public_id="x", match_state="asking",
        fields=["address", "name", "phone"],
    )  # fmt: skip


def one_person_in_two_places(match: Match) -> None:
    slot = match.slots.get()
    other = make_need(match.need.region, slots=[{"start_at": slot.start_at + timedelta(hours=1)}])
    second = story.propose(other, make_party(match.volunteer.representative))
    Hold.objects.create(match=second, slot=second.slots.get(), place=1)
    Match.objects.filter(pk=second.pk).update(state=MatchState.ASKING)


def due_after_the_end(match: Match) -> None:
    Match.objects.filter(pk=match.pk).update(due_at=match.lapse_at + DAY)


def party_smaller_than_its_places(match: Match) -> None:
    Volunteer.objects.filter(pk=match.volunteer_id).update(size=match.people - 1, min_people=1)


def outcome_lost(match: Match) -> None:
    MatchOutcome.objects.filter(match=match).delete()


def outcome_edited(match: Match) -> None:
    MatchOutcome.objects.filter(match=match).update(party_answer="no")


CORRUPTIONS: list[tuple[Callable[[Match], None], set[str]]] = [
    (one_hold_too_many, {"I1", "I2"}),
    (fewer_places_than_holds, {"I1"}),
    (one_person_without_a_place, {"I2"}),
    (place_kept_after_the_end, {"I3"}),
    (message_forgotten, {"I4"}),
    (message_tried_once_and_forgotten, {"I4"}),
    (deadline_slept_through, {"I6"}),
    (event_lost, {"I7"}),
    (state_without_a_move, {"I7"}),
    (move_by_who_may_not, {"I7", "I15"}),
    (move_from_where_it_may_not, {"I7", "I15"}),
    (yes_that_nobody_gave, {"I8"}),
    (yes_by_the_system, {"I8"}),
    (yes_after_the_promise, {"I8"}),
    (contact_shown_too_early, {"I9"}),
    (address_shown_to_who_calls, {"I9"}),
    (one_person_in_two_places, {"I7", "I11"}),
    (due_after_the_end, {"I13"}),
    (party_smaller_than_its_places, {"I14"}),
    (outcome_lost, {"I15"}),
    (outcome_edited, {"I15"}),
]


@pytest.mark.parametrize(("corrupt", "seen"), CORRUPTIONS, ids=lambda value: getattr(value, "__name__", ""))
def test_corruption_is_seen(promised: Match, corrupt: Callable[[Match], None], seen: set[str]) -> None:
    before = broken()

    corrupt(promised)

    assert (before, broken()) == (set(), seen)


# What the database itself refuses is seen once its constraint is taken away.
def two_messages_of_one_key(match: Match) -> None:
    for _number in range(2):
        Notification.objects.create(key="twice", user=match.volunteer.representative, kind="match_asked")


def two_open_runs_of_one_scope(match: Match) -> None:
    weights = WeightSet.objects.get_or_create(version=99, defaults={"values": {}})[0]
    for _number in range(2):
        MatchRun.objects.create(scope="all", requested_by=User.objects.system(), weights=weights)


def live_match_without_a_deadline(match: Match) -> None:
    Match.objects.filter(pk=match.pk).update(lapse_at=None, due_at=None)


REFUSED: list[tuple[Callable[[Match], None], str]] = [
    (two_messages_of_one_key, "I5"),
    (two_open_runs_of_one_scope, "I10"),
    (live_match_without_a_deadline, "I12"),
]


@pytest.mark.parametrize(("corrupt", "_code"), REFUSED, ids=lambda value: getattr(value, "__name__", ""))
def test_database_refuses(promised: Match, corrupt: Callable[[Match], None], _code: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        corrupt(promised)


@pytest.mark.postgres
@pytest.mark.parametrize(("corrupt", "code"), REFUSED, ids=lambda value: getattr(value, "__name__", ""))
def test_corruption_behind_the_constraint_is_seen(
    promised: Match, corrupt: Callable[[Match], None], code: str
) -> None:
    for sql in (
        "SET CONSTRAINTS ALL IMMEDIATE",
        *unique_dropped(Notification, "key"),
        "DROP INDEX one_open_run_per_scope",
        "ALTER TABLE matching_match DROP CONSTRAINT live_match_has_deadline",
    ):
        with connection.cursor() as cursor:
            cursor.execute(sql)

    corrupt(promised)

    assert broken() == {code}


def unique_dropped(model: type[models.Model], column: str) -> list[str]:
    """Statements that drop the unique constraints on one column."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, table)
    return [
        f'ALTER TABLE {table} DROP CONSTRAINT "{name}"'
        for name, each in found.items()
        if each["unique"] and not each["primary_key"] and each["columns"] == [column]
    ]


def test_message_that_waits_for_its_next_attempt_is_not_forgotten(promised: Match) -> None:
    """Written long ago, failed five times, due again in three hours; another one was due a moment ago."""
    now, then = timezone.now(), timezone.now() - DAY
    for key, due in (("waits", now + timedelta(hours=3)), ("due", now - timedelta(minutes=9))):
        Outbox.objects.create(topic="accounts.notify", key=key, created_at=then, next_at=due, attempts=5)

    assert broken() == set()


def test_overlap_with_a_guides_reason_is_no_failure(promised: Match) -> None:
    one_person_in_two_places(promised)
    MatchPerson.objects.filter(match__state=MatchState.ASKING).update(may_overlap=True)

    assert "I11" not in broken()


def test_reason_for_one_person_excuses_no_other(promised: Match) -> None:
    one_person_in_two_places(promised)
    asking = Match.objects.filter(state=MatchState.ASKING)
    asking.update(overlap_reason="午前は途中で抜ける約束")
    MatchPerson.objects.create(match=asking.get(), user=make_user(), may_overlap=True)

    assert "I11" in broken()


def test_command_says_what_holds_and_what_does_not(
    promised: Match, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("check_invariants")
    due_after_the_end(promised)
    with pytest.raises(CommandError, match="1 invariant"):
        call_command("check_invariants")

    said = capsys.readouterr()
    assert said.out.strip() == f"ok: {len(CHECKS)} invariants hold"
    assert said.err.startswith("I13: ")
    assert promised.public_id in said.err


def test_every_invariant_has_its_corruption() -> None:
    seen = {code for _corrupt, codes in CORRUPTIONS for code in codes} | {code for _corrupt, code in REFUSED}
    assert seen == set(CHECKS)
