"""The first meeting of a match in the calendars of its two sides, on the page and in the feed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User, Volunteer
from matching.enums import AnswerValue, EndReason, MeetingHow, MeetingOutcome
from matching.models import Match
from matching.selectors.calendar import PlannedMeeting, coming_dates, feed_dates
from matching.services.endings import decline_match, withdraw_match
from matching.services.meetings import plan_meeting, record_meeting, waive_meeting
from regions.models import Need, Region
from tests.builders import TOKYO, make_need
from tests.matching import saga as story
from tests.matching.web.test_calendar import address, events
from tests.matching.web.test_matches import on_day

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PLACE = "榎木谷公民館 090-1234-5678"


def in_a_week() -> datetime:
    return (timezone.localtime(timezone=TOKYO) + timedelta(days=7)).replace(
        hour=10, minute=30, second=0, microsecond=0
    )


def meeting_of(
    need: Need, party: Volunteer, guide: User, *, how: MeetingHow = MeetingHow.ON_SITE, place: str = PLACE
) -> Match:
    match = story.both_answer(story.asked(story.propose(need, party), guide=guide), AnswerValue.MEET)
    return plan_meeting(match_id=match.pk, actor=guide, how=how, planned_at=in_a_week(), place=place)


@pytest.fixture
def planned(mowing: Need, hana_party: Volunteer, mori: User) -> Match:
    return meeting_of(mowing, hana_party, mori)


def uid(match: Match) -> str:
    return f"{match.public_id}-meeting@127.0.0.1"


def shown_meetings(user: User, *, now: datetime | None = None) -> list[Match]:
    entries = coming_dates(user, now=now or timezone.now())
    return [entry.sight.match for entry in entries if isinstance(entry, PlannedMeeting)]


def test_page_shows_the_meeting_before_the_days_to_both_sides_and_to_nobody_else(
    client: Client, planned: Match, hana: User, ume: User, yuki: User, mori: User
) -> None:
    for user in (hana, ume):
        client.force_login(user)
        answer = client.get(reverse("calendar"))
        text = answer.content.decode()
        assert [entry.key for entry in answer.context["page"]] == ["meeting", planned.slots.get().public_id]
        assert text.index("顔合わせ") < text.index("10:30") < text.index(PLACE)
        assert "現地" in text
        assert reverse("match-page", args=[planned.public_id]) in text
    for other in (yuki, mori):
        client.force_login(other)
        assert "顔合わせ" not in client.get(reverse("calendar")).content.decode()
        assert events(client, address(other)) == {}


def test_feed_tells_when_and_how_and_leaves_the_written_place_on_the_page(
    client: Client, planned: Match, hana: User, ume: User
) -> None:
    for user in (hana, ume):
        event = events(client, address(user))[uid(planned)]
        assert (str(event["SUMMARY"]), str(event["STATUS"])) == ("顔合わせ：夏と秋の草刈り", "CONFIRMED")
        assert str(event["LOCATION"]).strip() == "佐賀県佐賀市 榎木谷"
        assert event.decoded("DTSTART") == in_a_week()
        assert event.decoded("DTEND") == in_a_week() + timedelta(hours=1)
        assert str(event["DESCRIPTION"]).splitlines() == [
            "現地",
            "詳しい場所は、マッチングのページでご覧ください。",
            f"http://127.0.0.1:8000{reverse('match-page', args=[planned.public_id])}",
        ]
        assert "公民館" not in str(event.to_ical())
        assert "090" not in str(event.to_ical())


@pytest.mark.parametrize(
    ("how", "location"),
    [
        (MeetingHow.ONLINE, "オンライン"),
        (MeetingHow.PHONE, "電話"),
        (MeetingHow.FESTIVAL, "佐賀県佐賀市 榎木谷"),
    ],
)
def test_who_need_not_travel_is_told_so(
    client: Client,
    mowing: Need,
    hana_party: Volunteer,
    hana: User,
    mori: User,
    how: MeetingHow,
    location: str,
) -> None:
    match = meeting_of(mowing, hana_party, mori, how=how)
    assert str(events(client, address(hana))[uid(match)]["LOCATION"]).strip() == location


def test_another_time_keeps_the_id_and_raises_the_number(
    client: Client, planned: Match, hana: User, ume: User
) -> None:
    path = address(hana)
    before = events(client, path)[uid(planned)]
    later = in_a_week() + timedelta(days=2)
    plan_meeting(
        match_id=planned.pk,
        actor=ume,
        how=MeetingHow.ONLINE,
        planned_at=later,
        now=timezone.now() + timedelta(minutes=1),
    )
    after = events(client, path)[uid(planned)]
    assert after.decoded("DTSTART") == later
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])


@pytest.mark.parametrize("end", ["recorded", "waived", "dropped", "declined", "withdrawn"])
def test_meeting_is_gone_once_it_is_recorded_or_waived_or_the_match_has_ended(
    client: Client, planned: Match, hana: User, ume: User, mori: User, end: str
) -> None:
    path = address(hana)
    assert uid(planned) in events(client, path)  # what could be seen
    who = {"match_id": planned.pk, "actor": mori}
    if end == "recorded":
        record_meeting(**who, outcome=MeetingOutcome.PROCEED, how=MeetingHow.ON_SITE)
    elif end == "waived":
        waive_meeting(**who, reason="祭りで会った")
    elif end == "dropped":
        record_meeting(**who, outcome=MeetingOutcome.DROPPED, how=MeetingHow.ON_SITE)
    elif end == "declined":
        decline_match(match_id=planned.pk, actor=ume, reason=EndReason.WORK)
    else:
        withdraw_match(match_id=planned.pk, actor=hana, reason=EndReason.CHANGED_PLANS)
    assert uid(planned) not in events(client, path)
    assert shown_meetings(hana) == []


def test_meeting_whose_hour_is_over_leaves_the_page_and_stays_in_the_feed(planned: Match, hana: User) -> None:
    assert shown_meetings(hana, now=in_a_week() + timedelta(minutes=59)) == [planned]
    later = in_a_week() + timedelta(minutes=61)
    assert shown_meetings(hana, now=later) == []
    assert "meeting" in [entry.key for entry in feed_dates(hana, now=later)]


@pytest.mark.parametrize("count", [1, 3])
def test_page_and_feed_take_as_many_queries_with_meetings(
    client: Client,
    saga: Region,
    hana: User,
    hana_party: Volunteer,
    mori: User,
    count: int,
    django_assert_num_queries,
) -> None:
    for number in range(count):
        need = make_need(saga, slots=[on_day(30 + number)])
        meeting_of(need, hana_party, mori)
    path = address(hana)
    client.force_login(hana)
    with django_assert_num_queries(9):
        assert len(client.get(reverse("calendar")).context["page"].object_list) == 2 * count
    with django_assert_num_queries(11):
        client.get(path)
