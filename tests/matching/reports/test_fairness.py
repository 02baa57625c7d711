"""Whom proposals reach and how far they lead, by age, sex and prefecture: who is counted where, when, and who reads it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.enums import StatAge
from accounts.errors import NotAllowed, NotFound
from accounts.models import User, Volunteer
from accounts.services.erasure import erase_account
from accounts.services.statistics import say_statistics, take_back_statistics
from matching.enums import AnswerValue, Origin
from matching.models import CountOfPeople, Match
from matching.reports.fairness import LEFT_OUT, FairnessReport, fairness_report, fairness_table
from matching.reports.monthly import count_people
from matching.services.answers import answer_match
from matching.services.endings import redate_match
from matching.services.proposals import apply_for_need
from regions.models import Need
from tests.builders import FUKUOKA, SHINJUKU, TOKYO, make_party, make_slot
from tests.matching import saga as story
from tests.matching.counted import STAGES, people, proposed

pytestmark = pytest.mark.django_db


def counted(admin: User, **when: Any) -> FairnessReport:
    """The report right after a count, as if it were the first and however few were counted."""
    CountOfPeople.objects.all().delete()
    with pytest.MonkeyPatch.context() as few_will_do:
        few_will_do.setattr("matching.reports.monthly.MOVED_AT_LEAST", 0)
        count_people(now=when.get("now") or timezone.now())
    return fairness_report(admin, **when)


def lines(report: FairnessReport, name: str) -> dict[str, list[str]]:
    """What is read in the rows of one table, those left out in which every count is small."""
    part = next(part for part in report.parts if part.name == name)
    return {line.label: line.words for line in part.lines or () if not line.is_small}


def few(*words: str) -> list[str]:
    """The words of a row, completed by small counts."""
    return [word or "5人未満" for word in words]


def test_people_are_counted_by_what_they_said_and_where_they_live(mowing: Need, admin: User) -> None:
    proposed(mowing, people(11, age="20s", sex="female"), "proposed")
    proposed(mowing, people(5, age="20s", sex="male"), "willing")
    proposed(mowing, people(4, age="from_70", sex="male"), "promised")
    proposed(mowing, people(9, home=SHINJUKU), "asked")

    report = counted(admin)

    assert lines(report, "age") == {
        "20代": few("10〜14人", "", "5〜9人", ""),
        "答えていない": few("", "5〜9人", "", ""),
    }
    assert lines(report, "sex") == {
        "女性": few("10〜14人", "", "", ""), "男性": few("", "", "5〜9人", ""), "答えていない": few("", "5〜9人", "", ""),
    }  # fmt: skip
    assert lines(report, "home") == {
        "福岡県": few("10〜14人", "", "5〜9人", ""),
        "東京都": few("", "5〜9人", "", ""),
    }
    assert [len(part.lines or ()) for part in report.parts] == [
        8,
        4,
        3,
    ]  # every age, sex and prefecture that is known


def at_stage(stage: str, mowing: Need, party: Volunteer, guide: User) -> None:
    """By the moves that people make."""
    if stage == "promised":
        story.agreed(mowing, party, guide=guide)
        return
    match = story.propose(mowing, party)
    if stage != "proposed":
        story.asked(match, guide=guide)
    if stage == "willing":
        answer_match(match_id=match.pk, actor=party.representative, value=AnswerValue.MEET)


@pytest.mark.parametrize("stage", STAGES)
def test_real_moves_bring_the_fifth_person_to_a_stage(
    stage: str, mowing: Need, hana_party: Volunteer, mori: User, admin: User
) -> None:
    proposed(mowing, people(4), stage)
    before = lines(counted(admin), "sex")

    at_stage(stage, mowing, hana_party, mori)

    assert before == {}
    assert lines(counted(admin), "sex") == {
        "答えていない": ["5〜9人" if each == stage else "5人未満" for each in STAGES]
    }


def test_person_stands_once_where_they_came_furthest(mowing: Need, admin: User) -> None:
    parties = people(5, age="30s", sex="other")
    for stage, origin in (("asked", Origin.WORKER), ("promised", Origin.GUIDE), ("proposed", Origin.REGION)):
        proposed(mowing, parties, stage, origin=origin)

    assert lines(counted(admin), "age") == {"30代": few("", "", "", "5〜9人")}


def test_representative_of_groups_is_one_person_in_one_prefecture(
    mowing: Need, admin: User, hana: User
) -> None:
    homes = (SHINJUKU, FUKUOKA) * 3
    proposed(mowing, [make_party(hana, size=8, home=home) for home in homes])
    assert lines(counted(admin), "home") == {}

    proposed(mowing, people(4, home=SHINJUKU))
    proposed(mowing, people(4, home=FUKUOKA))

    assert lines(counted(admin), "home") == {"東京都": few("5〜9人", "", "", "")}


def test_own_application_is_no_proposal_nor_are_other_dates_for_one(
    mowing: Need, hana: User, hana_party: Volunteer, mori: User, admin: User
) -> None:
    first, later = (
        mowing.slots.first(),
        make_slot(mowing, start_at=mowing.slots.get().start_at + timedelta(days=7)),
    )
    proposed(mowing, people(4))
    match = apply_for_need(actor=hana, need=mowing, volunteer=hana_party, slots=[first])
    assert redate_match(match_id=match.pk, actor=mori, slots=[later]).origin == Origin.GUIDE

    assert lines(counted(admin), "sex") == {}


@pytest.mark.parametrize(
    ("asked_first", "then", "is_counted"), [("party", "guide", False), ("worker", "party", True)]
)
def test_who_asked_first_is_remembered_through_other_dates_twice(
    asked_first: str, then: str, is_counted: bool, mowing: Need, admin: User
) -> None:
    parties = people(5)
    for party in parties:
        chain: list[Match | None] = [None]
        for number, origin in enumerate((asked_first, then, Origin.GUIDE)):
            at = timezone.now() - timedelta(days=0 if number == 2 else 800)
            chain += proposed(mowing, [party], origin=Origin(origin), redated_from=chain[-1], at=at)

    assert lines(counted(admin), "sex") == ({"答えていない": few("5〜9人", "", "", "")} if is_counted else {})


def test_samples_are_not_counted(mowing: Need, admin: User) -> None:
    parties = people(9)
    proposed(mowing, parties)
    for party in parties[:5]:
        Volunteer.objects.filter(pk=party.pk).update(is_sample=True)

    assert lines(counted(admin), "sex") == {}


def test_other_dates_that_a_participant_asks_for_stay_a_proposal(
    mowing: Need, hana: User, hana_party: Volunteer, mori: User, admin: User
) -> None:
    later = make_slot(mowing, start_at=mowing.slots.get().start_at + timedelta(days=7))
    proposed(mowing, people(4), "asked")
    match = story.asked(story.propose(mowing, hana_party), guide=mori)
    Match.objects.filter(pk=match.pk).update(created_at=match.created_at - timedelta(days=800))
    again = redate_match(match_id=match.pk, actor=hana, slots=[later])
    assert again.origin == Origin.PARTY
    match.outcome.proposed_at -= timedelta(days=800)
    match.outcome.save(update_fields=["proposed_at"])

    story.asked(again, guide=mori)

    assert lines(counted(admin), "sex") == {"答えていない": few("", "5〜9人", "", "")}


@pytest.mark.parametrize("leave", [
    lambda user: take_back_statistics(actor=user),
    lambda user: erase_account(actor=user, confirmation=user.email),
])  # fmt: skip
def test_answer_taken_back_or_gone_with_the_account_is_not_counted(
    leave: Callable[[User], object], mowing: Need, admin: User
) -> None:
    parties = people(5)
    for party in parties:
        say_statistics(actor=party.representative, age="50s", sex="female", agrees=True)
    proposed(mowing, parties)
    assert lines(counted(admin), "age") == {"50代": few("5〜9人", "", "", "")}

    for party in parties:
        leave(party.representative)

    assert lines(counted(admin), "age") == {"答えていない": few("5〜9人", "", "", "")}


def test_year_begins_on_the_first_of_april_in_japan(mowing: Need, admin: User) -> None:
    turn = datetime(2026, 4, 1, tzinfo=TOKYO)
    proposed(mowing, people(5, age="20s"), at=turn - timedelta(seconds=1))
    proposed(mowing, people(5, age="60s"), at=turn)

    old, new = (counted(admin, year=year, now=turn + timedelta(days=3)) for year in (2025, 2026))

    assert (list(lines(old, "age")), list(lines(new, "age"))) == (["20代"], ["60代"])
    assert (new.years, str(new.begins_on), str(new.ends_on)) == ([2026, 2025], "2026-04-01", "2027-03-31")
    for year in (2024, 2027):
        with pytest.raises(NotFound, match="year_unknown"):
            fairness_report(admin, year=year, now=turn)


def test_without_any_proposal_the_present_year_is_empty(admin: User) -> None:
    report = counted(admin, now=datetime(2027, 1, 5, tzinfo=TOKYO))
    assert (report.year, report.years) == (2026, [2026])
    assert [lines(report, part.name) for part in report.parts] == [{}, {}, {}]


@pytest.mark.parametrize("who", ["hana", "ume", "kenji", "mori"])
def test_others_are_refused(who: str, request: pytest.FixtureRequest) -> None:
    with pytest.raises(NotAllowed, match="admins_only"):
        fairness_report(request.getfixturevalue(who))


@pytest.mark.parametrize("count", [1, 30])
def test_queries_do_not_grow_with_the_proposals(
    count: int, mowing: Need, admin: User, django_assert_num_queries: Callable[[int], object]
) -> None:
    for stage, age in zip(STAGES, StatAge.values, strict=False):
        proposed(mowing, people(count, age=age, home=SHINJUKU), stage)
    counted(admin)
    with django_assert_num_queries(3):  # type: ignore[attr-defined]
        fairness_report(admin)


def test_file_says_what_the_page_says_of_every_row(mowing: Need, admin: User) -> None:
    proposed(mowing, people(7, age="20s", sex="female"), "asked")

    table, today = fairness_table(counted(admin)), timezone.localdate()

    assert len(table.rows) == 8 + 4 + 2
    assert [
        "年代ごと（ご本人の回答）",
        "20代",
        "5人未満",
        "5〜9人",
        "5人未満",
        "5人未満",
        today,
    ] in table.rows
    assert {cell for row in table.rows for cell in row[2:-1]} == {"5人未満", "5〜9人"}


def test_table_that_subtraction_would_tell_is_left_out(mowing: Need, admin: User) -> None:
    # 65 women of Tokyo, nine of each age and two who did not say: 65 less seven times nine at most would be 2 at least.
    for age in StatAge.values:
        proposed(mowing, people(2 if age == "unsaid" else 9, age=age, sex="female", home=SHINJUKU))

    report = counted(admin)

    assert [part.name for part in report.parts if part.lines is None] == ["age"]
    assert lines(report, "sex") == {"女性": few("65〜69人", "", "", "")}
    told = [row for row in fairness_table(report).rows if row[0] == "年代ごと（ご本人の回答）"]
    assert [row[1:] for row in told] == [[str(LEFT_OUT), "", "", "", "", timezone.localdate()]]
