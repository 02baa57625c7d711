"""The board of a guide: nothing overdue is left out, whatever its kind, and it costs the same however much there is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User, Volunteer
from matching.enums import AnswerValue, ConsentStatus, MatchState, MeetingHow, ReachHow, TaskKind
from matching.models import Answer, Match, Meeting, Report
from matching.selectors.board import SPANS, board_first, board_rows
from matching.services.reports import add_note, record_reached, write_report
from regions.enums import ConsentMatter, PermissionStatus
from regions.models import Need, Permission, Slot
from tests.builders import make_need, make_offer, make_party, make_region
from tests.matching import saga as story
from tests.matching.lonely import diagnosed
from tests.matching.reporting import told_of_accident

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PAST = timedelta(hours=5)


def board(client: Client, user: User, *, mine: bool = False):
    client.force_login(user)
    return client.get(reverse("board"), {"mine": "1"} if mine else {})


def lines(answer, when: str) -> list[tuple[str, str]]:
    """Kind and match of each line of a section."""
    section = next(each for each in answer.context["sections"] if each.when == when)
    return [(task.kind, task.sight.match.public_id) for task in section.tasks]


def late(match: Match) -> Match:
    """Its time is over; nothing has swept yet."""
    Match.objects.filter(pk=match.pk).update(due_at=timezone.now() - PAST)
    Answer.objects.filter(match=match, is_open=True).update(due_at=timezone.now() - PAST)
    match.preconditions.update(due_at=timezone.now() - PAST)
    return match


def over(match: Match) -> Match:
    """Its one date was two days ago."""
    end = timezone.now() - timedelta(days=2)
    Slot.objects.filter(match_slots__match=match).update(start_at=end - timedelta(hours=3), end_at=end)
    return late(match)


# One match of each kind, overdue.
def reviewed(need: Need, party: Volunteer, mori: User) -> Match:
    return late(story.propose(need, party))


def held_back(need: Need, party: Volunteer, mori: User) -> Match:
    match = story.propose(need, party)
    Match.objects.filter(pk=match.pk).update(snoozed_until=timezone.now() + timedelta(days=3))
    return late(match)


def silent(need: Need, party: Volunteer, mori: User) -> Match:
    return late(story.asked(story.propose(need, party), guide=mori))


def unmet(need: Need, party: Volunteer, mori: User) -> Match:
    match = story.asked(story.propose(need, party), guide=mori)
    return late(story.both_answer(match, AnswerValue.MEET))


def untold(need: Need, party: Volunteer, mori: User) -> Match:
    """Met yesterday; nobody recorded how it went."""
    match = story.asked(story.propose(need, party), guide=mori)
    story.both_answer(match, AnswerValue.MEET)
    Meeting.objects.filter(match=match).update(planned_at=timezone.now() - PAST, how=MeetingHow.PHONE)
    return match


def unconsented(need: Need, party: Volunteer, mori: User) -> Match:
    need.region.required_consents.create(by="総会", matter=ConsentMatter.DATES)
    match = story.asked(story.propose(need, party), guide=mori)
    story.both_answer(match, AnswerValue.MEET)
    story.met(match, guide=mori)
    return late(story.both_answer(match, AnswerValue.YES))


def unpermitted(need: Need, party: Volunteer, mori: User) -> Match:
    match = story.asked(story.propose(need, party), guide=mori)
    need.offers.set([make_offer(need.region, title="山道", permission=PermissionStatus.INFORMAL)])
    return late(match)


def unconfirmed(need: Need, party: Volunteer, mori: User) -> Match:
    """Both said yes after their meeting; what is promised is not confirmed, and nobody owes an answer."""
    match = story.asked(story.propose(need, party), guide=mori)
    story.both_answer(match, AnswerValue.MEET)
    story.met(match, guide=mori)
    return late(story.both_answer(match, AnswerValue.YES))


def unprepared(need: Need, party: Volunteer, mori: User) -> Match:
    return late(story.agreed(need, party, guide=mori))


def unrecorded(need: Need, party: Volunteer, mori: User) -> Match:
    return over(story.confirmed(need, party, guide=mori))


def uncompleted(need: Need, party: Volunteer, mori: User) -> Match:
    match = over(story.confirmed(need, party, guide=mori))
    match.attendances.create(slot=match.slots.get(), people_came=1, minutes=60, attested_by=mori)
    return match


def unreached(need: Need, party: Volunteer, mori: User) -> Match:
    """An accident long ago that reached nobody, and of which nobody said what would prevent it."""
    match = story.completed(need, party, guide=mori)
    told = told_of_accident(match, happened_at=timezone.now() - timedelta(days=40))
    report = write_report(match_id=match.pk, actor=party.representative, told=told)
    report.reaches.update(due_at=timezone.now() - timedelta(days=9))
    Report.objects.filter(pk=report.pk).update(prevent_by=timezone.now() - timedelta(days=9))
    return match


LATE: dict[Callable[..., Match], set[str]] = {
    reviewed: {TaskKind.REVIEW},
    held_back: {TaskKind.REVIEW},
    silent: {TaskKind.ANSWER},
    unmet: {TaskKind.MEETING},
    untold: {TaskKind.MEETING},
    unconsented: {TaskKind.CHASE},
    unpermitted: {TaskKind.CHASE, TaskKind.ANSWER},
    unconfirmed: {TaskKind.CHASE},
    unprepared: {TaskKind.ROSTER, TaskKind.CHECK},
    unrecorded: {TaskKind.ATTEST},
    uncompleted: {TaskKind.COMPLETE},
    unreached: {TaskKind.REACH, TaskKind.PREVENT},
}


@pytest.mark.parametrize("made", LATE, ids=lambda made: made.__name__)
def test_what_is_overdue_stands_on_the_board_with_the_way_to_do_it(
    client: Client, saga, trails, hana_party: Volunteer, mori: User, made: Callable[..., Match]
) -> None:
    match = made(make_need(saga, offers=[trails]), hana_party, mori)
    answer = board(client, mori)
    assert {kind for kind, _match in lines(answer, "overdue")} == LATE[made]
    assert {found for _kind, found in lines(answer, "overdue")} == {match.public_id}
    for task in answer.context["sections"][0].tasks:
        if task.act:
            act = reverse("match-act", args=[match.public_id, task.act])
            assert act in answer.content.decode()
            assert client.get(act, task.about).status_code == 200, task.act


def test_every_kind_of_task_is_met_here() -> None:
    assert set().union(*LATE.values()) | {TaskKind.DAY} == set(TaskKind)


def test_every_live_state_that_is_overdue_has_a_line(client: Client, saga, mori: User) -> None:
    left_out = {unconsented, unreached}
    made = {build(make_need(saga), make_party(), mori) for build in LATE if build not in left_out}
    states = {story.state_of(match) for match in made}
    answer = board(client, mori)
    assert answer.context["counts"]["overdue"] >= len(made)
    rows = client.get(reverse("board-list", args=["overdue"])).context["tasks"]
    assert {task.sight.match.pk for task in rows} == {match.pk for match in made}
    assert states == {
        MatchState.PROPOSED, MatchState.ASKING, MatchState.MEETING, MatchState.AGREED, MatchState.CONFIRMED,
    }  # fmt: skip


def test_today_and_the_days_ahead_have_their_own_sections(
    client: Client, saga, hana_party: Volunteer, mori: User
) -> None:
    midnight = timezone.localtime().replace(hour=23, minute=59, second=59, microsecond=0)
    today, later, far = (story.propose(make_need(saga), make_party()) for _number in range(3))
    Match.objects.filter(pk=today.pk).update(due_at=midnight)
    Match.objects.filter(pk=later.pk).update(due_at=midnight + timedelta(days=3))
    Match.objects.filter(pk=far.pk).update(due_at=midnight + timedelta(days=9))
    promised = story.confirmed(make_need(saga), hana_party, guide=mori)
    soon = midnight + timedelta(days=2)
    promised.slots.update(start_at=soon, end_at=soon + timedelta(hours=3))
    answer = board(client, mori)
    assert lines(answer, "today") == [(TaskKind.REVIEW, today.public_id)]
    assert lines(answer, "week") == [(TaskKind.DAY, promised.public_id), (TaskKind.REVIEW, later.public_id)]
    assert answer.context["counts"] == {"overdue": 0, "today": 1, "week": 2}


def test_what_waits_for_the_community_names_who_has_not_said_so(
    client: Client, saga, hana_party: Volunteer, mori: User
) -> None:
    need = make_need(saga)
    match = unconsented(need, hana_party, mori)
    offer = make_offer(saga, title="山道", permission=PermissionStatus.GRANTED)
    Permission.objects.filter(offer=offer).update(status=PermissionStatus.PENDING, holder="財産区")
    need.offers.set([offer])
    (task,) = board(client, mori).context["sections"][0].tasks
    assert "総会" in task.detail
    assert "財産区" in task.detail
    match.region_consents.update(
        status=ConsentStatus.GIVEN, recorded_at=timezone.now(), recorded_by=mori, evidence="口頭"
    )
    (task,) = board(client, mori).context["sections"][0].tasks
    assert "総会" not in task.detail


def test_held_proposal_whose_time_is_not_over_rests(
    client: Client, mowing: Need, hana_party, mori: User
) -> None:
    match = story.propose(mowing, hana_party)
    soon = timezone.now() + timedelta(days=2)
    Match.objects.filter(pk=match.pk).update(due_at=soon, snoozed_until=timezone.now() + timedelta(days=1))
    assert board(client, mori).context["counts"] == {"overdue": 0, "today": 0, "week": 0}


def test_report_leads_to_whom_it_must_reach_and_leaves_once_closed(
    client: Client, saga, trails, hana_party: Volunteer, mori: User
) -> None:
    match = unreached(make_need(saga, offers=[trails]), hana_party, mori)
    report = match.reports.get()
    tasks = board(client, mori).context["sections"][0].tasks
    ways = {f"/reports/{report.public_id}/reached/{who}/" for who in ("guide", "office", "insurer")}
    assert {task.path for task in tasks} == {*ways, f"/reports/{report.public_id}/"}
    assert {client.get(way).status_code for way in ways} == {200}
    for reach in report.reaches.all():
        record_reached(report=report, actor=mori, who=reach.who, how=ReachHow.PHONE)
    assert [kind for kind, _match in lines(board(client, mori), "overdue")] == [TaskKind.PREVENT]
    add_note(report=report, actor=mori, text="間をあける。", tells_prevention=True)
    assert board(client, mori).context["counts"] == {"overdue": 0, "today": 0, "week": 0}


def test_section_is_cut_and_its_whole_list_has_pages(client: Client, saga, mori: User) -> None:
    made = [late(story.propose(make_need(saga), make_party())) for _number in range(12)]
    answer = board(client, mori)
    assert (len(lines(answer, "overdue")), answer.context["counts"]["overdue"]) == (10, 12)
    whole = reverse("board-list", args=["overdue"])
    assert whole in answer.content.decode()
    shown = client.get(whole).context["tasks"]
    assert {task.sight.match.pk for task in shown} == {match.pk for match in made}
    assert client.get(f"{whole}?page=nonsense").status_code == 200
    assert client.get(reverse("board-list", args=["never"])).status_code == 404


@pytest.mark.parametrize("at_most", [1, 3, 50])
def test_first_of_all_sections_at_once_are_the_first_of_their_whole_lists(
    saga, mori: User, at_most: int
) -> None:
    now = timezone.now()
    for made in LATE:
        made(make_need(saga), make_party(), mori)
    for hours in (1, 2, 40, 41, 42):
        match = story.propose(make_need(saga), make_party())
        Match.objects.filter(pk=match.pk).update(due_at=now + timedelta(hours=hours))
    found = board_first(mori, at_most=at_most, now=now)
    assert list(found) == list(SPANS) == ["overdue", "today", "week"]
    for when, first in found.items():
        whole = list(board_rows(mori, when, now=now))
        assert [tuple(row) for row in first.rows] == whole[:at_most]
        assert first.count == len(whole)
    assert found["overdue"].count > len(LATE)
    assert found["week"].count >= 3


def test_own_charge_alone_is_one_click_away(client: Client, saga, mori: User, sato: User) -> None:
    mine, other = (late(story.propose(make_need(saga), make_party())) for _number in range(2))
    Match.objects.filter(pk=mine.pk).update(guide=mori.guide)
    Match.objects.filter(pk=other.pk).update(guide=sato.guide)
    assert len(lines(board(client, mori), "overdue")) == 2
    assert lines(board(client, mori, mine=True), "overdue") == [(TaskKind.REVIEW, mine.public_id)]


def test_other_communities_are_not_on_it(client: Client, mori: User, hana_party: Volunteer) -> None:
    elsewhere = make_need(make_region(municipality="131041"))
    late(story.propose(elsewhere, hana_party))
    assert board(client, mori).context["counts"]["overdue"] == 0


def test_board_is_for_guides_and_administrators(
    client: Client, saga, hana: User, ume: User, kenji: User, mori: User, admin: User
) -> None:
    paths = [reverse("board"), reverse("board-needs"), reverse("board-list", args=["today"])]
    for who, status in ((hana, 403), (ume, 403), (kenji, 403), (mori, 200), (admin, 200)):
        client.force_login(who)
        assert {client.get(path).status_code for path in paths} == {status}
    client.force_login(mori)
    assert reverse("board") in client.get(reverse("need-list")).content.decode()
    client.force_login(hana)
    assert f'"{reverse("board")}"' not in client.get(reverse("need-list")).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_board_takes_a_fixed_number_of_queries(
    client: Client, saga, trails, mori: User, count: int, django_assert_num_queries
) -> None:
    for _number in range(count):
        for made in (silent, unconfirmed, unprepared, unrecorded, unreached):
            made(make_need(saga, offers=[trails]), make_party(), mori)
        diagnosed(make_need(saga))
    client.force_login(mori)
    with django_assert_num_queries(27):
        client.get(reverse("board"))


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("name", "where", "queries"), [("board-list", ["overdue"], 20), ("board-needs", [], 8)]
)
def test_whole_lists_take_a_fixed_number_of_queries(
    client: Client,
    saga,
    mori: User,
    count: int,
    name: str,
    where: list[str],
    queries: int,
    django_assert_num_queries,
) -> None:
    for _number in range(count):
        late(story.propose(make_need(saga), make_party()))
        diagnosed(make_need(saga))
    client.force_login(mori)
    with django_assert_num_queries(queries):
        client.get(reverse(name, args=where))
