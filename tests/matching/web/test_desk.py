"""The guide's desk: what lies there, what is decided on, and that a decision does what the service does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User, Volunteer
from matching.enums import EndReason, InterviewHow, MatchState
from matching.models import Interview, Match, MatchEvent
from matching.services.interviews import record_interview
from matching.services.review import SNOOZE_DAYS_MAX
from regions.models import Need
from tests.builders import make_need, make_party
from tests.matching import saga as story
from tests.matching.desk import compared, knowing_each_other, suggested
from tests.support.outbox import drain_outbox

pytestmark = pytest.mark.django_db
DESK = reverse("desk")


@pytest.fixture
def proposed(mowing: Need, riders: Volunteer, mori: User) -> Match:
    return suggested(mowing, riders, mori)


@pytest.fixture
def guide(client: Client, mori: User) -> Client:
    client.force_login(mori)
    return client


def decide(client: Client, match: Match, act: str, **answers: object):
    return client.post(reverse("desk-decide", args=[match.public_id, act]), answers)


def test_most_urgent_proposal_is_in_hand_with_its_seven_rows(guide: Client, proposed: Match) -> None:
    answer = guide.get(DESK)

    hand = answer.context["hand"]
    assert hand.sight.match == proposed
    assert [(row.title, str(row.mark)) for row in hand.evidence] == [
        ("本人確認", "none"), ("面談の記録", "none"), ("過去の活動", "none"), ("保険", "none"),
        ("できること⇔困りごと", "ok"), ("求めていること⇔提供できること", "none"), ("注意事項", "care"),
    ]  # fmt: skip
    told = proposed.explanation
    assert hand.bars.to_need == 100 * told["f_num"] // told["f_den"]
    assert hand.bars.to_wish == 100 * told["g_num"] // told["g_den"]
    assert proposed.need.title in answer.content.decode()


def test_keys_are_told_where_there_is_something_to_decide(
    guide: Client, mowing: Need, riders: Volunteer, mori: User
) -> None:
    told = "キー操作"
    assert told not in guide.get(DESK).content.decode()
    suggested(mowing, riders, mori)
    assert told in guide.get(DESK).content.decode()


def test_interview_is_read_on_the_desk_of_its_organization(
    guide: Client, proposed: Match, mori: User
) -> None:
    record_interview(
        actor=mori,
        match=proposed,
        how=InterviewHow.PHONE,
        held_on=timezone.localdate(),
        note="まず手を動かしたい",
    )
    row = guide.get(DESK).context["hand"].evidence[1]
    assert (str(row.mark), row.word, row.facts[0].text) == ("ok", "済み", "まず手を動かしたい")


def test_interview_is_written_on_its_page(guide: Client, proposed: Match) -> None:
    address = reverse("desk-interview", args=[proposed.public_id])
    empty = guide.post(address, {"how": "phone", "held_on": "2026-01-05", "note": " "})
    assert (empty.status_code, Interview.objects.count()) == (422, 0)

    answers = {"how": "phone", "held_on": "2026-01-05", "identity": "licence", "note": "話した"}
    done = guide.post(address, answers)

    assert done.url == reverse("desk-match", args=[proposed.public_id])
    assert Interview.objects.get().identity == "licence"


def test_approval_shows_the_letters_asks_both_and_can_be_taken_back(
    guide: Client, proposed: Match, mailoutbox: list
) -> None:
    page = guide.get(reverse("desk-decide", args=[proposed.public_id, "approve"]))
    letters = page.context["letters"]
    assert {str(letter.side) for letter in letters} == {"party", "region"}

    done = decide(guide, proposed, "approve")
    assert (story.state_of(proposed), done.url) == (MatchState.ASKING, f"{DESK}?asked={proposed.public_id}")
    assert [match.pk for match in guide.get(done.url).context["asked"]] == [proposed.pk]

    back = guide.post(reverse("desk-undo", args=[proposed.public_id]))
    assert (story.state_of(proposed), back.url) == (
        MatchState.PROPOSED, reverse("desk-match", args=[proposed.public_id]),
    )  # fmt: skip
    drain_outbox(now=timezone.now() + timedelta(minutes=1))
    assert mailoutbox == []


def test_the_letters_shown_are_the_letters_sent(guide: Client, proposed: Match, mailoutbox: list) -> None:
    page = guide.get(reverse("desk-decide", args=[proposed.public_id, "approve"]))
    shown = {letter.subject: letter.text for letter in page.context["letters"]}

    decide(guide, proposed, "approve")
    drain_outbox(now=timezone.now() + timedelta(seconds=11))

    assert {mail.subject: mail.body for mail in mailoutbox} == shown


def test_undo_after_ten_seconds_is_refused_in_words(guide: Client, proposed: Match) -> None:
    decide(guide, proposed, "approve")
    Match.objects.filter(pk=proposed.pk).update(approved_at=timezone.now() - timedelta(seconds=11))

    answer = guide.post(reverse("desk-undo", args=[proposed.public_id]), follow=True)

    assert story.state_of(proposed) == MatchState.ASKING
    assert [str(message) for message in answer.context["messages"]] != []
    assert answer.context["asked"] == []


def test_no_reason_for_sending_back_stands_before_one_is_chosen(
    guide: Client, proposed: Match, hana_party: Volunteer
) -> None:
    compared(proposed, hana_party)
    for path in (
        reverse("desk-decide", args=[proposed.public_id, "reject"]),
        reverse("desk-another", args=[proposed.public_id, hana_party.public_id]),
    ):
        assert '<option value="" selected>選んでください</option>' in guide.get(path).content.decode()
    assert decide(guide, proposed, "reject", reason="").status_code == 422
    assert story.state_of(proposed) == MatchState.PROPOSED


def test_sending_back_needs_a_reason_and_keeps_it(guide: Client, proposed: Match) -> None:
    assert decide(guide, proposed, "reject").status_code == 422
    assert story.state_of(proposed) == MatchState.PROPOSED

    done = decide(guide, proposed, "reject", reason="safety", note="足場が悪い")

    proposed.refresh_from_db()
    assert (done.url, proposed.state, proposed.end_reason) == (DESK, MatchState.REJECTED, EndReason.SAFETY)
    assert MatchEvent.objects.get(match=proposed, move="reject").note == "足場が悪い"


def test_rejection_of_what_nobody_knew_sends_nothing_and_says_so(guide: Client, proposed: Match) -> None:
    page = guide.get(reverse("desk-decide", args=[proposed.public_id, "reject"]))
    assert page.context["letters"] == []
    assert "どちらもこの提案を知りません" in page.content.decode()


@pytest.mark.parametrize("days", [1, SNOOZE_DAYS_MAX])
def test_held_back_proposal_leaves_the_desk_and_is_found_among_the_held(
    guide: Client, proposed: Match, days: int
) -> None:
    decide(guide, proposed, "hold", until=str(days), note="返事待ち")

    assert guide.get(DESK).context["rows"] == []
    held = guide.get(DESK, {"held": "1"})
    assert [row.sight.match.pk for row in held.context["rows"]] == [proposed.pk]
    assert guide.get(reverse("desk-match", args=[proposed.public_id])).context["hand"].sight.match == proposed


def test_only_pairs_that_know_each_other_are_asked_together(
    guide: Client, proposed: Match, mowing: Need, hana_party: Volunteer, mori: User
) -> None:
    known = knowing_each_other(suggested(mowing, hana_party, mori))
    ids = [known.public_id, proposed.public_id]
    page = guide.get(reverse("desk-together"), {"pick": ids})
    assert [row.sight.match.pk for row in page.context["rows"]] == [known.pk]
    assert [row.sight.match.pk for row in page.context["left"]] == [proposed.pk]

    done = guide.post(reverse("desk-together"), {"pick": ids})

    assert (story.state_of(known), story.state_of(proposed)) == (MatchState.ASKING, MatchState.PROPOSED)
    assert done.url == f"{DESK}?asked={known.public_id}"


def another(client: Client, match: Match, party: Volunteer, **answers: str):
    return client.post(reverse("desk-another", args=[match.public_id, party.public_id]), answers)


def test_who_else_was_compared_is_shown_with_both_directions(
    guide: Client, proposed: Match, hana_party: Volunteer
) -> None:
    compared(proposed, hana_party)
    (row,) = guide.get(DESK).context["hand"].comparison.rows
    assert (row.name, row.work_points, row.wish_points, row.mutual_points) == (hana_party.name, 70, 80, 74)


def test_somebody_compared_is_proposed_too(guide: Client, proposed: Match, hana_party: Volunteer) -> None:
    compared(proposed, hana_party)
    done = another(guide, proposed, hana_party, how="also")
    new = Match.objects.get(volunteer=hana_party)
    assert done.url == reverse("desk-match", args=[new.public_id])
    assert (story.state_of(proposed), new.state, new.need) == (
        MatchState.PROPOSED, MatchState.PROPOSED, proposed.need,
    )  # fmt: skip


def test_somebody_compared_takes_the_place_of_a_proposal_with_a_reason(
    guide: Client, proposed: Match, hana_party: Volunteer
) -> None:
    compared(proposed, hana_party)
    refused = another(guide, proposed, hana_party, how="instead")
    assert (refused.status_code, Match.objects.count()) == (422, 1)

    another(guide, proposed, hana_party, how="instead", reason="work")

    proposed.refresh_from_db()
    assert (proposed.state, proposed.end_reason) == (MatchState.REJECTED, EndReason.WORK)
    assert Match.objects.get(volunteer=hana_party).state == MatchState.PROPOSED


def test_who_was_not_compared_is_not_proposed_by_address(
    guide: Client, proposed: Match, hana_party: Volunteer
) -> None:
    answer = another(guide, proposed, hana_party, how="also")
    assert answer.url == reverse("desk-match", args=[proposed.public_id])
    assert not Match.objects.filter(volunteer=hana_party).exists()


def test_people_and_promise_are_changed_before_anybody_is_asked(guide: Client, proposed: Match) -> None:
    few = proposed.volunteer.min_people
    assert decide(guide, proposed, "terms", people="500", promise="昼食").status_code == 422

    done = decide(guide, proposed, "terms", people=str(few), promise="昼食と温泉")

    proposed.refresh_from_db()
    assert (proposed.people, proposed.promise, proposed.state) == (few, "昼食と温泉", MatchState.PROPOSED)
    assert done.url == reverse("desk-match", args=[proposed.public_id])


def test_promise_of_several_lines_is_no_change_because_a_browser_ends_lines_otherwise(
    guide: Client, proposed: Match
) -> None:
    Match.objects.filter(pk=proposed.pk).update(promise="昼食\n温泉")
    same = decide(guide, proposed, "terms", people=str(proposed.people), promise="昼食\r\n温泉")
    assert same.status_code == 422
    assert not MatchEvent.objects.filter(match=proposed, move="change_terms").exists()


def test_people_are_changed_where_nothing_is_promised(guide: Client, proposed: Match) -> None:
    Match.objects.filter(pk=proposed.pk).update(promise="")
    decide(guide, proposed, "terms", people=str(proposed.volunteer.min_people), promise="")
    proposed.refresh_from_db()
    assert (proposed.people, proposed.promise) == (proposed.volunteer.min_people, "")


@pytest.mark.parametrize("address", ["/desk/?asked=%00", "/desk/together/?pick=%00"])
def test_what_is_no_id_is_passed_over(guide: Client, proposed: Match, address: str) -> None:
    assert guide.get(address).status_code == 200


def test_decided_proposal_leads_back_to_the_desk(guide: Client, proposed: Match) -> None:
    decide(guide, proposed, "approve")
    again = decide(guide, proposed, "approve")
    shown = guide.get(reverse("desk-match", args=[proposed.public_id]))
    assert (again.url, shown.url) == (DESK, DESK)
    assert MatchEvent.objects.filter(match=proposed, move="approve").count() == 1


def test_unknown_decision_is_not_there(guide: Client, proposed: Match) -> None:
    assert decide(guide, proposed, "delete").status_code == 404


def test_guide_of_another_place_neither_sees_nor_decides(
    client: Client, proposed: Match, elsewhere: User
) -> None:
    client.force_login(elsewhere)
    assert client.get(DESK).context["rows"] == []
    assert decide(client, proposed, "approve").url == DESK
    assert client.post(reverse("desk-undo", args=[proposed.public_id])).status_code == 404
    assert client.get(reverse("desk-interview", args=[proposed.public_id])).status_code == 404
    assert story.state_of(proposed) == MatchState.PROPOSED


@pytest.mark.parametrize("count", [1, 3])
def test_desk_takes_a_fixed_number_of_queries(
    guide: Client, mowing: Need, mori: User, count: int, django_assert_num_queries
) -> None:
    for number in range(count):
        need = make_need(mowing.region, title=f"草刈り {number}")
        suggested(need, make_party(name=f"会 {number}"), mori)
    guide.get(DESK)
    with django_assert_num_queries(21):
        assert len(guide.get(DESK).context["rows"]) == count
