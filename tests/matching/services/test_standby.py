"""Next in line: who is asked when places come free, at which hours, and what counts as the community's word."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import Outbox, User, Volunteer
from matching.engine import Weights
from matching.enums import AnswerValue, ConsentScope, EndReason, MatchState, Side
from matching.models import Answer, Match, MatchEvent, Relation
from matching.selectors.line import in_line, next_asking_time
from matching.services.answers import answer_match
from matching.services.endings import decline_match, redate_match, withdraw_match
from matching.services.invariants import check_invariants
from matching.services.proposals import apply_for_need
from matching.services.review import put_next_in_line, undo_approval
from matching.services.slots import set_slot_places
from matching.services.standby import ask_next_in_line
from matching.services.topics import ask_next
from matching.snapshots import read_pairs
from regions.models import Need, Region
from tests.builders import TOKYO, make_need, make_party, make_slot
from tests.matching import saga as story
from tests.matching.looking import look

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def small(saga: Region) -> Need:
    """A need of five places on one Sunday."""
    return make_need(saga, places=5)


def waiting(need: Need, party: Volunteer, *, guide: User, people: int | None = None) -> Match:
    """A proposal that the guide put in line."""
    match = story.propose(need, party, people=people)
    return put_next_in_line(match_id=match.pk, actor=guide)


def asked_and_vouched(need: Need, *, guide: User, value: AnswerValue = AnswerValue.MEET) -> Match:
    """A group of five was asked, and the community consented to as many people as the guide vouches for."""
    party = make_party(size=5, min_people=2)
    if value == AnswerValue.YES:
        knows_each_other(need, party)
    match = story.asked(story.propose(need, party), guide=guide)
    return answer_match(
        match_id=match.pk, actor=story.speaker_of(match), value=value, scope=ConsentScope.VOUCHED
    )


def knows_each_other(need: Need, party: Volunteer) -> None:
    Relation.objects.create(volunteer=party, region=need.region, promised=1, kept=1, days=1)


def leaves(match: Match) -> Match:
    """The participant declines."""
    return decline_match(
        match_id=match.pk, actor=match.volunteer.representative, reason=EndReason.CHANGED_PLANS
    )


def region_answer(match: Match) -> Answer:
    return Answer.objects.get(match=match, side=Side.REGION)


def test_line_is_in_order_of_joining(small: Need, mori: User) -> None:
    parties = [make_party() for _ in range(3)]
    matches = [story.propose(small, party) for party in parties]
    for match in reversed(matches):
        put_next_in_line(match_id=match.pk, actor=mori)

    assert list(in_line([small.pk])) == matches[::-1]


def test_freed_places_go_to_all_in_line_who_fit_and_the_others_keep_waiting(small: Need, mori: User) -> None:
    first = story.propose(small, make_party(size=5, min_people=2))
    too_many = waiting(small, make_party(size=4, min_people=4), guide=mori)
    one = waiting(small, make_party(), guide=mori)
    two = waiting(small, make_party(), guide=mori)
    other = story.asked(story.propose(small, make_party(size=2), people=2), guide=mori)

    asked = ask_next_in_line(need_id=small.pk, now=timezone.now())

    assert asked == [one, two]
    assert [story.state_of(m) for m in (first, too_many, other)] == ["proposed", "proposed", "asking"]
    assert Match.objects.get(pk=too_many.pk).standby_at is not None
    assert MatchEvent.objects.get(match=one, move="approve").role == "system"
    assert check_invariants(now=timezone.now()) == []


def test_nobody_new_is_asked_when_it_runs_again(small: Need, mori: User) -> None:
    waiting(small, make_party(), guide=mori)
    ask_next_in_line(need_id=small.pk, now=timezone.now())

    assert ask_next_in_line(need_id=small.pk, now=timezone.now()) == []


def test_a_decline_owes_the_question_and_its_handler_asks_by_day(
    small: Need, hana_party: Volunteer, mori: User
) -> None:
    match = story.propose(small, hana_party)
    full = story.asked(story.propose(small, make_party(size=5, min_people=2)), guide=mori)
    put_next_in_line(match_id=match.pk, actor=mori)

    leaves(full)
    owed = Outbox.objects.get(topic="matching.next_in_line")
    ask_next(owed.payload, outbox=owed)

    is_daytime = next_asking_time(owed.created_at) == owed.created_at  # at night it waits for the morning
    assert story.state_of(match) == (MatchState.ASKING if is_daytime else MatchState.PROPOSED)
    assert Outbox.objects.filter(topic="matching.next_in_line").count() == (1 if is_daytime else 2)
    later = Outbox.objects.filter(topic="matching.rescore", key__startswith=f"{owed.key}@")
    assert later.count() == (0 if is_daytime else 1), "what the line leaves is looked at after it was asked"


@pytest.mark.parametrize(
    ("now", "asked"),
    [
        (datetime(2026, 6, 1, 7, 59, 59, tzinfo=TOKYO), datetime(2026, 6, 1, 8, tzinfo=TOKYO)),
        (datetime(2026, 6, 1, 8, 0, tzinfo=TOKYO), datetime(2026, 6, 1, 8, tzinfo=TOKYO)),
        (datetime(2026, 6, 1, 19, 59, tzinfo=TOKYO), datetime(2026, 6, 1, 19, 59, tzinfo=TOKYO)),
        (datetime(2026, 6, 1, 20, 0, tzinfo=TOKYO), datetime(2026, 6, 2, 8, tzinfo=TOKYO)),
        (datetime(2026, 6, 1, 23, 30, tzinfo=UTC), datetime(2026, 6, 2, 8, 30, tzinfo=TOKYO)),
        (datetime(2026, 12, 31, 21, 0, tzinfo=TOKYO), datetime(2027, 1, 1, 8, tzinfo=TOKYO)),
    ],
)
def test_people_are_asked_between_eight_and_eight(now: datetime, asked: datetime) -> None:
    assert next_asking_time(now) == asked


def test_vouched_consent_answers_for_the_next_in_line_on_record(
    small: Need, hana_party: Volunteer, mori: User
) -> None:
    match = waiting(small, hana_party, guide=mori)
    first = asked_and_vouched(small, guide=mori)
    leaves(first)

    ask_next_in_line(need_id=small.pk, now=timezone.now())

    answer, before = region_answer(match), region_answer(first)
    assert (answer.value, answer.is_open, answer.scope) == ("meet", False, ConsentScope.VOUCHED)
    assert (answer.answered_by, answer.answered_at) == (before.answered_by, before.answered_at)
    assert Answer.objects.get(match=match, side=Side.PARTY).is_open


def test_consent_to_these_people_only_asks_the_community_again(
    small: Need, hana_party: Volunteer, mori: User
) -> None:
    match = waiting(small, hana_party, guide=mori)
    first = story.asked(story.propose(small, make_party(size=5, min_people=2)), guide=mori)
    answer_match(
        match_id=first.pk,
        actor=story.speaker_of(first),
        value=AnswerValue.MEET,
        scope=ConsentScope.THESE_PEOPLE,
    )
    leaves(first)

    ask_next_in_line(need_id=small.pk, now=timezone.now())

    assert (region_answer(match).value, region_answer(match).is_open) == ("", True)


def test_vouched_consent_covers_no_more_people_than_it_was_given_for(saga: Region, mori: User) -> None:
    need = make_need(saga, places=12)
    first = asked_and_vouched(need, guide=mori)
    while_first_stays = waiting(need, make_party(), guide=mori)

    ask_next_in_line(need_id=need.pk, now=timezone.now())
    leaves(first)
    three, two, one_too_many = (
        waiting(need, make_party(size=size, min_people=size), guide=mori) for size in (3, 2, 1)
    )
    ask_next_in_line(need_id=need.pk, now=timezone.now())

    assert region_answer(while_first_stays).is_open, "five were consented to, and five are there"
    assert [region_answer(match).is_open for match in (three, two, one_too_many)] == [False, False, True]


def test_who_applied_and_is_vouched_for_meets_at_once(small: Need, hana_party: Volunteer, mori: User) -> None:
    match = apply_for_need(
        actor=hana_party.representative, need=small, volunteer=hana_party, slots=small.slots.all()
    )
    put_next_in_line(match_id=match.pk, actor=mori)
    first = asked_and_vouched(small, guide=mori)
    leaves(first)

    ask_next_in_line(need_id=small.pk, now=timezone.now())

    assert story.state_of(match) == MatchState.MEETING
    assert dict(Answer.objects.filter(match=match).values_list("side", "value")) == {
        "party": "meet",
        "region": "meet",
    }
    assert check_invariants(now=timezone.now()) == []


def test_old_acquaintance_who_applied_and_is_vouched_for_still_has_a_promise_to_confirm(
    small: Need, hana_party: Volunteer, mori: User
) -> None:
    knows_each_other(small, hana_party)
    match = apply_for_need(
        actor=hana_party.representative, need=small, volunteer=hana_party, slots=small.slots.all()
    )
    put_next_in_line(match_id=match.pk, actor=mori)
    first = asked_and_vouched(small, guide=mori, value=AnswerValue.YES)
    leaves(first)

    ask_next_in_line(need_id=small.pk, now=timezone.now())
    before = Match.objects.get(pk=match.pk)
    story.both_confirm_promise(match)

    assert (before.state, before.lapse_at > before.approved_at) == (MatchState.ASKING, True)
    assert story.state_of(match) == MatchState.AGREED


def test_wish_to_meet_is_no_yes_to_an_old_acquaintance(
    small: Need, hana_party: Volunteer, mori: User
) -> None:
    knows_each_other(small, hana_party)
    match = waiting(small, hana_party, guide=mori)
    leaves(asked_and_vouched(small, guide=mori))

    ask_next_in_line(need_id=small.pk, now=timezone.now())

    assert (region_answer(match).value, region_answer(match).is_open) == ("", True)


def test_yes_to_an_acquaintance_is_a_wish_to_meet_a_newcomer(
    small: Need, hana_party: Volunteer, mori: User
) -> None:
    match = waiting(small, hana_party, guide=mori)
    leaves(asked_and_vouched(small, guide=mori, value=AnswerValue.YES))

    ask_next_in_line(need_id=small.pk, now=timezone.now())

    assert (region_answer(match).value, region_answer(match).is_open) == ("meet", False)


def declined_by_the_community(match: Match, guide: User) -> None:
    decline_match(match_id=match.pk, actor=story.speaker_of(match), reason=EndReason.OTHER)


def declined_for_the_community(match: Match, guide: User) -> None:
    decline_match(
        match_id=match.pk, actor=guide, reason=EndReason.OTHER, side=Side.REGION, on_behalf_of="梅さん"
    )


def withdrawn_by_the_community(match: Match, guide: User) -> None:
    withdraw_match(match_id=match.pk, actor=story.speaker_of(match), reason=EndReason.CHANGED_PLANS)


def withdrawn_by_a_guide(match: Match, guide: User) -> None:
    withdraw_match(match_id=match.pk, actor=guide, reason=EndReason.OTHER)


def redated_by_the_participant(match: Match, guide: User) -> None:
    other = make_slot(match.need, start_at=match.slots.get().start_at + timedelta(days=14))
    redate_match(match_id=match.pk, actor=match.volunteer.representative, slots=[other])


@pytest.mark.parametrize(
    "ends",
    [
        declined_by_the_community,
        declined_for_the_community,
        withdrawn_by_the_community,
        withdrawn_by_a_guide,
        redated_by_the_participant,
    ],
)
def test_word_that_was_taken_back_answers_for_nobody(
    small: Need, hana_party: Volunteer, mori: User, ends: Callable[[Match, User], None]
) -> None:
    match = waiting(small, hana_party, guide=mori)
    ends(asked_and_vouched(small, guide=mori), mori)

    ask_next_in_line(need_id=small.pk, now=timezone.now())

    assert story.state_of(match) == MatchState.ASKING
    assert (region_answer(match).value, region_answer(match).is_open) == ("", True)


def test_no_to_who_came_by_the_word_ends_the_word(small: Need, hana_party: Volunteer, mori: User) -> None:
    second = waiting(small, hana_party, guide=mori)
    leaves(asked_and_vouched(small, guide=mori))
    ask_next_in_line(need_id=small.pk, now=timezone.now())
    declined_by_the_community(second, mori)
    third = waiting(small, make_party(), guide=mori)

    ask_next_in_line(need_id=small.pk, now=timezone.now())

    assert region_answer(third).is_open


def test_no_entered_for_the_participant_leaves_the_communitys_word(
    small: Need, hana_party: Volunteer, mori: User
) -> None:
    match = waiting(small, hana_party, guide=mori)
    decline_match(
        match_id=asked_and_vouched(small, guide=mori).pk, actor=mori, reason=EndReason.OTHER, side=Side.PARTY,
        on_behalf_of="電話で本人",
    )  # fmt: skip

    ask_next_in_line(need_id=small.pk, now=timezone.now())

    assert (region_answer(match).value, region_answer(match).is_open) == ("meet", False)


def test_guide_is_told_each_time_the_line_moves(small: Need, hana_party: Volunteer, mori: User) -> None:
    now = timezone.now()
    match = waiting(small, hana_party, guide=mori)
    for round_at in (now, now + timedelta(minutes=1)):
        ask_next_in_line(need_id=small.pk, now=round_at)
        undo_approval(match_id=match.pk, actor=mori, now=round_at + timedelta(seconds=5))
        put_next_in_line(match_id=match.pk, actor=mori)

    told = Outbox.objects.filter(topic="accounts.notify", payload__kind="standby_asked")
    assert told.count() == 2


def test_undone_approval_voids_confirmed_promises(small: Need, hana_party: Volunteer, mori: User) -> None:
    now = timezone.now()
    match = story.asked(story.propose(small, hana_party), guide=mori, now=now)
    story.both_confirm_promise(match)

    undone = undo_approval(match_id=match.pk, actor=mori, now=now + timedelta(seconds=5))

    assert (undone.promise_party_at, undone.promise_region_at) == (None, None)


# What sets the line in motion.
def owed_line() -> int:
    return Outbox.objects.filter(topic="matching.next_in_line").count()


def test_who_is_put_in_line_while_places_are_free_is_asked_at_once(
    small: Need, hana_party: Volunteer, mori: User
) -> None:
    waiting(small, hana_party, guide=mori)
    assert owed_line() == 1

    last = waiting(small, make_party(size=5, min_people=5), guide=mori)
    ask_next_in_line(need_id=small.pk, now=timezone.now())
    put_next_in_line(match_id=last.pk, actor=mori)

    assert owed_line() == 2, "five do not fit beside one: nothing is owed until places come free"


def test_undone_approval_is_owed_to_the_next_in_line(small: Need, hana_party: Volunteer, mori: User) -> None:
    match = story.propose(small, hana_party)
    full = story.asked(story.propose(small, make_party(size=5, min_people=2)), guide=mori)
    put_next_in_line(match_id=match.pk, actor=mori)
    before = owed_line()

    undo_approval(match_id=full.pk, actor=mori)

    assert (before, owed_line()) == (0, 1)


def test_more_places_are_owed_to_the_next_in_line_each_time_and_fewer_are_not(small: Need, ume: User) -> None:
    slot = small.slots.get()
    owed = []
    for places in (6, 5, 6, 6):
        set_slot_places(slot=slot, actor=ume, places=places)
        owed.append(owed_line())

    assert owed == [1, 1, 2, 2]


# What is kept for the line over night.
def at(hour: int) -> datetime:
    return timezone.now().astimezone(TOKYO).replace(hour=hour, minute=30)


def free(need: Need, *, hour: int) -> list[int]:
    """Free places of every date as a run at this hour sees them; nothing where the need lacks nobody."""
    rows = [row for row in look(now=at(hour)).needs if row.id == need.pk]
    return [slot.places_free for row in rows for slot in row.slots]


@pytest.mark.parametrize("hour", [7, 21, 3])
def test_at_night_free_places_are_kept_for_the_line(small: Need, mori: User, hour: int) -> None:
    too_many = waiting(small, make_party(size=6, min_people=2), guide=mori, people=5)
    Match.objects.filter(pk=too_many.pk).update(people=6)
    for size in (2, 1):
        waiting(small, make_party(size=size, min_people=size), guide=mori)
    assert (free(small, hour=12), free(small, hour=hour)) == ([5], [2])


def test_places_are_kept_in_the_order_of_the_line_and_for_nobody_else(small: Need, mori: User) -> None:
    three, four, _beside = (
        story.propose(small, make_party(size=size, min_people=size)) for size in (3, 4, 2)
    )
    for match in (four, three):
        put_next_in_line(match_id=match.pk, actor=mori)
    assert free(small, hour=21) == [1]


def test_need_whose_places_are_all_kept_lacks_nobody_over_night(small: Need, mori: User) -> None:
    waiting(small, make_party(size=5, min_people=5), guide=mori)
    assert (free(small, hour=12), free(small, hour=21)) == ([5], [])


def test_line_keeps_whole_parties_or_nothing_and_all_their_dates_or_none(small: Need, mori: User) -> None:
    second = make_slot(small, start_at=small.slots.get().start_at + timedelta(days=7), places=1)
    for people in (2, 1):
        match = waiting(small, make_party(size=people, min_people=people), guide=mori)
        match.slots.add(second)
    waiting(small, make_party(size=4, min_people=4), guide=mori)
    waiting(small, make_party(size=5, min_people=5), guide=mori)
    assert free(small, hour=21) == []
    assert free(small, hour=12) == [5, 1]


def test_what_a_guide_begins_by_hand_at_night_is_not_told_that_the_places_are_gone(
    small: Need, mori: User
) -> None:
    waiting(small, make_party(size=5, min_people=5), guide=mori)
    party = make_party()
    inputs = read_pairs(need=small, parties=[party], slots=small.slots.all(), weights=Weights(), now=at(21))
    assert [slot.places_free for slot in inputs.needs[0].slots] == [5]
