"""Lists: as many queries for three as for one, filters, orders, pages, and who sees which rows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Municipality, User, Volunteer
from matching.enums import EndReason
from matching.models import Answer, Match, MatchRun, Relation
from matching.services.proposals import apply_for_need
from matching.services.review import reject_match, snooze_match
from matching.services.weights import ensure_weights
from regions.models import Need, Region
from tests.builders import at_tokyo, make_need, make_party, make_region, sunday_ahead
from tests.matching import saga as story
from tests.support.api import API, as_user, refusal

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


def need_on(region: Region, number: int) -> Need:
    """A need on a Sunday of its own, so that one person can be promised to several."""
    return make_need(region, slots=[{"start_at": at_tokyo(sunday_ahead() + number * WEEK, 8)}])


def proposals(region: Region, party: Volunteer, count: int) -> list[Match]:
    return [story.propose(need_on(region, number), party) for number in range(count)]


def overdue(region: Region, party: Volunteer, guide: User, count: int) -> list[Match]:
    """Asked, and nobody has answered in time."""
    matches = [story.asked(match, guide=guide) for match in proposals(region, party, count)]
    Answer.objects.update(overdue_at=timezone.now())
    return matches


def related(party: Volunteer, count: int) -> None:
    municipality = Municipality.objects.get(code="412015")
    for number in range(count):
        region = make_region(name=f"集落{number}")
        assert region.municipality == municipality
        Relation.objects.create(volunteer=party, region=region, promised=2, kept=1, days=number + 1)


def ids(user: User, path: str) -> list[str]:
    answer = as_user(user).get(f"{API}{path}")
    assert answer.status_code == 200, answer.json()
    return [row["id"] for row in answer.json()["results"]]


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    "case",
    [
        ("matches/", "hana", 4),
        ("matches/", "ume", 4),
        ("matches/", "kenji", 4),
        ("matches/", "mori", 9),
        ("matches/", "admin", 4),
        ("call-list/", "mori", 3),
        ("call-list/", "admin", 1),
    ],
)
def test_lists_of_matches_ask_as_often_for_three_as_for_one(
    count: int, case: tuple[str, str, int], request: pytest.FixtureRequest, django_assert_num_queries
) -> None:
    path, name, queries = case
    region, party, guide = (request.getfixturevalue(it) for it in ("saga", "hana_party", "mori"))
    overdue(region, party, guide, count)
    user = User.objects.get(pk=request.getfixturevalue(name).pk)
    with django_assert_num_queries(queries):
        rows = as_user(user).get(f"{API}{path}").json()["results"]
    assert len(rows) == count * (2 if path == "call-list/" else 1)


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [("mori", 9), ("admin", 4)])
def test_the_review_queue_asks_as_often_for_three_as_for_one(
    count: int, name: str, queries: int, request: pytest.FixtureRequest, django_assert_num_queries
) -> None:
    region, party, user = (request.getfixturevalue(it) for it in ("saga", "hana_party", name))
    proposals(region, party, count)
    user = User.objects.get(pk=user.pk)
    with django_assert_num_queries(queries):
        rows = as_user(user).get(f"{API}review-queue/").json()["results"]
    assert len(rows) == count


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [("hana", 3), ("mori", 7), ("kenji", 3), ("admin", 3)])
def test_relations_ask_as_often_for_three_as_for_one(
    count: int, name: str, queries: int, request: pytest.FixtureRequest, django_assert_num_queries
) -> None:
    party, user = request.getfixturevalue("hana_party"), request.getfixturevalue(name)
    request.getfixturevalue("saga")
    related(party, count)
    user = User.objects.get(pk=user.pk)
    with django_assert_num_queries(queries):
        rows = as_user(user).get(f"{API}relations/").json()["results"]
    assert len(rows) == count


@pytest.mark.parametrize("count", [1, 3])
def test_runs_ask_as_often_for_three_as_for_one(count: int, mori: User, django_assert_num_queries) -> None:
    for number in range(count):
        MatchRun.objects.create(scope=f"need:{number}", requested_by=mori, weights=ensure_weights())
    mori = User.objects.get(pk=mori.pk)
    with django_assert_num_queries(3):
        rows = as_user(mori).get(f"{API}runs/").json()["results"]
    assert len([row["progress"]["steps_total"] for row in rows]) == count


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [("mori", 8), ("hana", 4)])
def test_events_ask_as_often_for_three_as_for_one(
    count: int, name: str, queries: int, request: pytest.FixtureRequest, django_assert_num_queries
) -> None:
    region, party, guide = (request.getfixturevalue(it) for it in ("saga", "hana_party", "mori"))
    match = story.asked(story.propose(need_on(region, 0), party), guide=guide)
    assert match.events.count() == 2
    if count == 1:
        match.events.filter(seq=2).delete()
    user = User.objects.get(pk=request.getfixturevalue(name).pk)
    with django_assert_num_queries(queries):
        rows = as_user(user).get(f"{API}matches/{match.public_id}/events/").json()["results"]
    assert [row["seq"] for row in rows] == ([1] if count == 1 else [1, 2])


# Who sees which.
def test_a_side_reads_of_a_proposal_only_once_it_is_asked(
    saga: Region, hana_party: Volunteer, mori: User, ume: User, yuki: User
) -> None:
    hana = hana_party.representative
    hidden = story.propose(need_on(saga, 0), hana_party)
    asked = story.asked(story.propose(need_on(saga, 1), hana_party), guide=mori)
    need = need_on(saga, 2)
    applied = apply_for_need(actor=hana, need=need, volunteer=hana_party, slots=list(need.slots.all()))

    assert ids(hana, "matches/") == [applied.public_id, asked.public_id]
    assert ids(ume, "matches/") == [asked.public_id]
    assert ids(yuki, "matches/") == []
    assert ids(mori, "matches/") == [applied.public_id, asked.public_id, hidden.public_id]


def test_the_review_queue_hides_what_is_held_back_unless_asked(
    saga: Region, hana_party: Volunteer, mori: User, ume: User
) -> None:
    held, waiting, rejected = proposals(saga, hana_party, 3)
    snooze_match(match_id=held.pk, actor=mori, until=timezone.now() + timedelta(days=3))
    reject_match(match_id=rejected.pk, actor=mori, reason=EndReason.SAFETY)

    assert ids(mori, "review-queue/") == [waiting.public_id]
    assert sorted(ids(mori, "review-queue/?snoozed=true")) == sorted([held.public_id, waiting.public_id])
    assert ids(ume, "review-queue/") == []

    Match.objects.filter(pk=held.pk).update(snoozed_until=timezone.now() - timedelta(seconds=1))
    assert len(ids(mori, "review-queue/")) == 2


def test_the_call_list_names_the_silent_sides_of_own_communities_only(
    saga: Region, hana_party: Volunteer, mori: User, ume: User
) -> None:
    match = story.asked(story.propose(need_on(saga, 0), hana_party), guide=mori)
    assert as_user(mori).get(f"{API}call-list/").json()["results"] == []
    Answer.objects.filter(match=match, side="region").update(overdue_at=timezone.now())

    (row,) = as_user(mori).get(f"{API}call-list/").json()["results"]

    assert (row["match"], row["side"], row["party"], row["region"], row["calls"]) == (
        match.public_id,
        "region",
        "花",
        "榎木谷",
        0,
    )
    assert as_user(ume).get(f"{API}call-list/").json()["results"] == []


# Filters and orders.
def test_filters_narrow_and_join(saga: Region, hana_party: Volunteer, riders: Volunteer, mori: User) -> None:
    first, second, third = proposals(saga, hana_party, 3)
    other = story.propose(first.need, riders)
    story.asked(second, guide=mori)
    reject_match(match_id=third.pk, actor=mori, reason=EndReason.SAFETY)
    Match.objects.filter(pk=first.pk).update(due_at=timezone.now() - timedelta(days=1), guide=None)

    def found(query: str) -> set[str]:
        return set(ids(mori, f"matches/?{query}"))

    everything = {match.public_id for match in (first, second, third, other)}
    assert found("") == everything
    assert found("state=asking") == {second.public_id}
    assert found("state=asking&state=rejected") == {second.public_id, third.public_id}
    assert found(f"need={first.need.public_id}") == {first.public_id, other.public_id}
    assert found(f"need={first.need.public_id}&party={riders.public_id}") == {other.public_id}
    assert found(f"region={saga.public_id}") == everything
    assert found("region=elsewhere") == set()
    assert found("origin=worker") == everything
    assert found("origin=party") == set()
    assert found("overdue=true") == {first.public_id}
    assert found("overdue=false") == everything - {first.public_id}
    assert found("live=false") == {third.public_id}
    assert found("live=true") == everything - {third.public_id}
    assert found("guide=none") == {first.public_id}
    assert found("guide=me") == everything - {first.public_id}


@pytest.mark.parametrize("query", ["status=asking", "state=nonsense", "guide=you", "ordering=people"])
def test_a_question_that_is_not_offered_is_refused(query: str, mori: User) -> None:
    assert refusal(as_user(mori).get(f"{API}matches/?{query}"))[0] == 422


def test_orders_put_rows_without_a_value_last_or_first(
    saga: Region, hana_party: Volunteer, mori: User
) -> None:
    late, soon, ended = proposals(saga, hana_party, 3)
    Match.objects.filter(pk=late.pk).update(due_at=timezone.now() + timedelta(days=9), score_micro=10)
    Match.objects.filter(pk=soon.pk).update(due_at=timezone.now() + timedelta(days=1), score_micro=90)
    Match.objects.filter(pk=late.pk).update(lapse_at=timezone.now() + timedelta(days=12))
    reject_match(match_id=ended.pk, actor=mori, reason=EndReason.SAFETY)
    by = {name: match.public_id for name, match in (("late", late), ("soon", soon), ("ended", ended))}

    assert ids(mori, "matches/?ordering=due_at") == [by["soon"], by["late"], by["ended"]]
    assert ids(mori, "matches/?ordering=-due_at") == [by["ended"], by["late"], by["soon"]]
    assert ids(mori, "matches/?ordering=-score_micro") == [by["soon"], by["late"], by["ended"]]
    assert ids(mori, "matches/?ordering=created_at") == [by["late"], by["soon"], by["ended"]]


def test_the_order_by_score_tells_a_side_nothing(
    saga: Region, hana_party: Volunteer, hana: User, mori: User
) -> None:
    low, high = (story.asked(match, guide=mori) for match in proposals(saga, hana_party, 2))
    Match.objects.filter(pk=low.pk).update(score_micro=10)
    Match.objects.filter(pk=high.pk).update(score_micro=90)
    assert ids(hana, "matches/?ordering=-score_micro") == [high.public_id, low.public_id]
    Match.objects.filter(pk=low.pk).update(score_micro=900)
    assert ids(hana, "matches/?ordering=-score_micro") == [high.public_id, low.public_id]
    assert ids(mori, "matches/?ordering=-score_micro") == [low.public_id, high.public_id]


@pytest.mark.slow
@pytest.mark.parametrize("ordering", ["due_at", "-due_at", "score_micro", "-score_micro", "-created_at"])
def test_pages_lose_and_repeat_nothing(
    ordering: str, saga: Region, hana_party: Volunteer, mori: User
) -> None:
    rows = proposals(saga, hana_party, 4)
    for match in rows[:2]:
        reject_match(match_id=match.pk, actor=mori, reason=EndReason.SAFETY)
    seen: list[str] = []
    address = f"{API}matches/?page_size=1&ordering={ordering}"
    while address:
        page = as_user(mori).get(address).json()
        seen += [row["id"] for row in page["results"]]
        address = page["next"]
    assert sorted(seen) == sorted(match.public_id for match in rows)


def test_a_relation_counts_broken_promises_for_the_participant_and_the_guides_only(
    saga: Region, hana_party: Volunteer, ume: User, mori: User, yuki: User
) -> None:
    hana = hana_party.representative
    Relation.objects.create(volunteer=hana_party, region=saga, promised=3, kept=2, days=4, people_days=4)
    Relation.objects.create(volunteer=make_party(), region=saga, promised=1, kept=0)
    rows = {
        user.name: as_user(user).get(f"{API}relations/").json()["results"] for user in (hana, ume, mori, yuki)
    }
    assert [(row["promised"], row["kept"], row["party_label"]) for row in rows["花"]] == [(3, 2, "花")]
    assert [(row["promised"], row["kept"], row["days"]) for row in rows["梅"]] == [(None, None, 4)]
    assert "花" not in rows["梅"][0]["party_label"]
    assert len(rows["森"]) == 2
    assert rows["ゆき"] == []
