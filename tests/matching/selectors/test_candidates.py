"""Who else was compared, as a guide reads it: numbers, a word for where the two stand, one sentence why not first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from accounts.models import User, Volunteer
from accounts.services.parties import pause_party
from matching.enums import EndReason, MatchState, Side
from matching.models import Block, Candidate, Match, MatchRun, Relation
from matching.selectors.candidates import Compared, Comparison, Why, candidates_of
from matching.selectors.matches import match_shown
from matching.selectors.viewers import viewer_of
from matching.services.endings import decline_match
from matching.services.review import approve_match, reject_match
from matching.services.weights import ensure_weights
from regions.models import Need, Region
from tests.builders import make_guide, make_need, make_offer, make_organization, make_party, make_region
from tests.matching import saga as story
from tests.matching.running import matched

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
HERE = {"work_micro": 800_000, "wish_micro": 800_000, "mutual_micro": 800_000, "comfort_micro": 700_000, "ties_micro": 50_000}  # fmt: skip
EXPLAINED = {
    "compared": 40, "need_passed": 12, "f_num": 8, "f_den": 10, "g_num": 4, "g_den": 5, "mutual_micro": 800_000,
    "comfort_micro": 700_000, "relation_micro": 20_000, "kept_micro": 30_000, "wait_micro": 70_000, "travel_minutes": 60,
}  # fmt: skip


@pytest.fixture
def match(mowing: Need, hana_party: Volunteer, mori: User) -> Match:
    """A proposal of the worker with numbers one can compare by eye."""
    match = story.propose(mowing, hana_party)
    Match.objects.filter(pk=match.pk).update(explanation=EXPLAINED)
    match.refresh_from_db()
    return match


@pytest.fixture
def run(db: None) -> MatchRun:
    return MatchRun.objects.create(scope="x", requested_by=User.objects.system(), weights=ensure_weights())


@pytest.fixture
def candidate(match: Match, run: MatchRun) -> Callable[..., Candidate]:
    """One more candidate of the need, as good as the match at hand unless said otherwise."""

    def make(party: Volunteer | None = None, **numbers: Any) -> Candidate:
        place = match.need.candidates.count() + 1
        facts = HERE | {"score_micro": 800_000, "travel_minutes": 60} | numbers
        return Candidate.objects.create(
            need=match.need, volunteer=party or make_party(), run=run, place=place, **facts
        )

    return make


def seen(match: Match, user: User) -> Comparison:
    return candidates_of(match, viewer_of(user, [match]), now=timezone.now())


def only(match: Match, user: User) -> Compared:
    (row,) = seen(match, user).rows
    return row


@pytest.mark.parametrize("count", [1, 3])
def test_candidates_are_read_in_one_query(
    count: int, match: Match, candidate, mori: User, django_assert_num_queries
) -> None:
    for _ in range(count):
        candidate()
    shown = match_shown(match)
    viewer = viewer_of(mori, [shown])
    with django_assert_num_queries(1):
        found = candidates_of(shown, viewer, now=timezone.now())
        assert [(row.place, row.label, row.sentence != "") for row in found.rows] == [
            (place, found.rows[0].label, True) for place in range(1, count + 1)
        ]
    assert len(found.rows) == count


def test_candidate_is_shown_with_both_directions_and_the_way(match: Match, candidate, mori: User) -> None:
    row = candidate(work_micro=999_999, wish_micro=666_666, mutual_micro=799_999, travel_minutes=75)
    found, shown = seen(match, mori), only(match, mori)
    assert (found.passed, found.looked_at, found.at) == (12, 40, row.at)
    assert (shown.party, shown.name, shown.place) == (row.volunteer, row.volunteer.name, 1)
    assert (shown.work_points, shown.wish_points, shown.mutual_points, shown.travel_minutes) == (
        99,
        66,
        79,
        75,
    )
    with translation.override("ja"):
        assert only(match, mori).label == "福岡市の個人"


@pytest.mark.parametrize(
    ("numbers", "why"),
    [
        ({}, Why.EQUAL),
        ({"mutual_micro": 700_000, "comfort_micro": 612_500, "work_micro": 600_000}, Why.LESS_WORK),
        ({"mutual_micro": 700_000, "comfort_micro": 612_500, "wish_micro": 600_000}, Why.LESS_WISH),
        ({"comfort_micro": 600_000, "travel_minutes": 61}, Why.LONGER_WAY),
        ({"comfort_micro": 600_000, "travel_minutes": 60}, Why.WAY_WEIGHS),
        ({"ties_micro": 0}, Why.FEWER_TIES),
        ({"ties_micro": 0, "comfort_micro": 649_999}, Why.WAY_WEIGHS),
        ({"ties_micro": 0, "comfort_micro": 650_001}, Why.FEWER_TIES),
        ({"ties_micro": 200_000}, Why.SHARED_OUT),
    ],
)
def test_sentence_names_what_takes_most_off(
    numbers: dict[str, int], why: Why, match: Match, candidate, mori: User
) -> None:
    candidate(**numbers)
    assert only(match, mori).why is why


def test_waiting_longer_since_the_proposal_makes_nobody_better(match: Match, candidate, mori: User) -> None:
    candidate(score_micro=2_000_000)
    assert only(match, mori).why is Why.EQUAL


def test_who_wants_no_more_at_once_and_who_has_a_proposal_elsewhere(
    match: Match, candidate, saga: Region, mori: User
) -> None:
    free, busy, full = make_party(), make_party(live_limit=2), make_party(live_limit=1)
    for party in (free, busy, full):
        candidate(party)
    for party in (busy, full):
        story.propose(make_need(saga), party)
    assert [row.why for row in seen(match, mori).rows] == [Why.EQUAL, Why.ELSEWHERE, Why.FULL]
    assert all(row.can_be_proposed for row in seen(match, mori).rows)


def test_fewer_points_are_said_before_a_proposal_elsewhere(
    match: Match, candidate, saga: Region, mori: User
) -> None:
    row = candidate(ties_micro=0)
    story.propose(make_need(saga), row.volunteer)
    assert only(match, mori).why is Why.FEWER_TIES


def test_who_was_asked_within_two_months(match: Match, candidate, saga: Region, mori: User) -> None:
    row = candidate()
    other = story.asked(story.propose(make_need(saga), row.volunteer), guide=mori)
    decline_match(match_id=other.pk, actor=mori, reason=EndReason.DATES, side=Side.PARTY, on_behalf_of="本人")
    assert only(match, mori).why is Why.ASKED_LATELY
    Match.objects.filter(pk=other.pk).update(approved_at=timezone.now() - timedelta(days=61))
    assert only(match, mori).why is Why.EQUAL


def test_who_came_within_two_months(match: Match, candidate, saga: Region, mori: User) -> None:
    row, today = candidate(), timezone.localdate()
    there = Relation.objects.create(
        volunteer=row.volunteer, region=make_region(), days=1, last_on=today - timedelta(days=59)
    )
    assert only(match, mori).why is Why.CAME_LATELY
    here = Relation.objects.create(volunteer=row.volunteer, region=saga, days=1, last_on=today)
    assert only(match, mori).why is Why.EQUAL, "nobody steps back where it is known"
    here.delete()
    for facts in ({"last_on": today - timedelta(days=61)}, {"last_on": today, "days": 0}):
        Relation.objects.filter(pk=there.pk).update(**facts)
        assert only(match, mori).why is Why.EQUAL


def test_who_is_matched_with_the_need_already_has_a_word_for_it(match: Match, candidate, mori: User) -> None:
    asked, refused, taken_back = (candidate().volunteer for _ in range(3))
    approve_match(match_id=story.propose(match.need, asked).pk, actor=mori)
    reject_match(match_id=story.propose(match.need, refused).pk, actor=mori, reason=EndReason.SAFETY)
    unread = story.propose(match.need, taken_back)
    Match.objects.filter(pk=unread.pk).update(
        approved_at=timezone.now(),
        state=MatchState.LAPSED,
        end_reason=EndReason.NOT_REVIEWED,
        ended_at=timezone.now(),
    )
    rows = seen(match, mori).rows
    assert [(row.can_be_proposed, row.why) for row in rows] == [
        (False, Why.SPOKEN),
        (False, Why.SPOKEN),
        (True, Why.EQUAL),
    ]
    assert [row.state for row in rows] == [MatchState.ASKING.label, MatchState.REJECTED.label, ""]


def test_paused_blocked_and_the_match_itself_are_left_out(
    match: Match, candidate, mori: User, saga: Region
) -> None:
    paused, blocked, stays = (candidate().volunteer for _ in range(3))
    candidate(match.volunteer)
    pause_party(actor=paused.representative, party=paused)
    Block.objects.create(volunteer=blocked, region=saga, side=Side.PARTY, made_by=blocked.representative)
    assert [row.party for row in seen(match, mori).rows] == [stays]


def test_only_who_oversees_the_match_reads_of_anybody_else(
    match: Match,
    candidate,
    hana: User,
    ume: User,
    kenji: User,
    yuki: User,
    mori: User,
    sato: User,
    admin: User,
) -> None:
    candidate()
    elsewhere = make_guide(make_organization(prefectures=["13"])).user
    for outsider in (hana, ume, kenji, yuki, elsewhere):
        assert seen(match, outsider) == Comparison((), None, None, None)
    for overseer in (mori, sato, admin):
        assert len(seen(match, overseer).rows) == 1


def test_match_by_hand_was_compared_with_nobody(match: Match, candidate, mori: User) -> None:
    candidate(ties_micro=0)
    Match.objects.filter(pk=match.pk).update(explanation=EXPLAINED | {"compared": 1, "need_passed": 1})
    match.refresh_from_db()
    found = seen(match, mori)
    assert (found.passed, found.looked_at, found.rows[0].why) == (None, None, Why.FEWER_TIES)
    match.explanation = {}
    assert only(match, mori).why is Why.NOTHING_TO_COMPARE


def test_numbers_of_a_run_and_of_its_match_are_the_same(saga: Region, mori: User) -> None:
    """Whoever is proposed first and kept beside is compared with itself: nothing is taken off."""
    need = make_need(saga, offers=[make_offer(saga)], places=1)
    best, second = make_party(), make_party(wishes=(("trail_mtb", 1), ("onsen", 3)))
    matched()
    match = Match.objects.get(need=need, volunteer=best)
    (row,) = seen(match, mori).rows
    assert (row.party, row.why, row.place) == (second, Why.LESS_WISH, 2)
    assert match.explanation["need_passed"] == 2
    kept = need.candidates.get(volunteer=best)
    assert kept.work_micro == match.explanation["f_num"] * 1_000_000 // match.explanation["f_den"]
    assert (kept.mutual_micro, kept.comfort_micro) == (
        match.explanation["mutual_micro"],
        match.explanation["comfort_micro"],
    )
    assert kept.ties_micro == match.explanation["relation_micro"] + match.explanation["kept_micro"]
    assert kept.score_micro == match.score_micro
