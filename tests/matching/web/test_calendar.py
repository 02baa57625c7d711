"""My calendar: the dates of my own matches on the page and, at a private address, in a calendar program."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar, Event

from accounts.models import CalendarFeed, User, Volunteer
from accounts.services.feeds import make_feed, remove_feed
from matching.enums import EndReason
from matching.models import Match
from matching.selectors.calendar import coming_dates
from matching.services.endings import decline_match
from matching.services.proposals import create_match
from matching.services.slots import cancel_slot
from regions.models import Need, Region
from tests.builders import make_need, make_slot
from tests.matching import saga as story
from tests.matching.web.test_matches import on_day

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def forget_guesses() -> None:
    cache.clear()


@pytest.fixture
def asked(mowing: Need, hana_party: Volunteer, mori: User) -> Match:
    Need.objects.filter(pk=mowing.pk).update(bring=["長靴", "軍手"])
    return story.asked(story.propose(mowing, hana_party), guide=mori)


def address(user: User) -> str:
    return reverse("calendar-feed", args=[make_feed(actor=user)])


def events(client: Client, path: str) -> dict[str, Event]:
    answer = client.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    calendar = Calendar.from_ical(answer.content)
    return {str(event["UID"]): event for event in calendar.walk("VEVENT")}


def test_page_shows_own_dates_with_what_to_bring(
    client: Client, asked: Match, hana: User, yuki: User, mori: User
) -> None:
    client.force_login(hana)
    text = client.get(reverse("calendar")).content.decode()
    for word in ("夏と秋の草刈り", "長靴", "軍手", "佐賀県佐賀市", "まだ約束は決まっていません"):
        assert word in text
    assert "榎木谷" not in text
    for other in (yuki, mori):
        client.force_login(other)
        assert "夏と秋の草刈り" not in client.get(reverse("calendar")).content.decode()


def test_proposal_nobody_approved_is_on_no_calendar(
    client: Client, mowing: Need, hana_party: Volunteer, hana: User, ume: User
) -> None:
    story.propose(mowing, hana_party)
    for user in (hana, ume):
        assert coming_dates(user, now=timezone.now()) == []
        assert events(client, address(user)) == {}


def test_feed_tells_what_its_reader_may_see(client: Client, asked: Match, hana: User, ume: User) -> None:
    slot = asked.slots.get()
    for user, place in ((hana, "佐賀県佐賀市の地区"), (ume, "佐賀県佐賀市 榎木谷")):
        ((uid, event),) = events(client, address(user)).items()
        assert uid == f"{asked.public_id}-{slot.public_id}@127.0.0.1"
        assert (str(event["SUMMARY"]), str(event["STATUS"])) == ("夏と秋の草刈り", "TENTATIVE")
        assert str(event["LOCATION"]).strip() == place
        assert (event["DTSTART"].params["TZID"], event.decoded("DTSTART")) == ("Asia/Tokyo", slot.start_at)
        assert "長靴" in str(event["DESCRIPTION"])


def test_feed_holds_no_contact_data_even_after_the_promise(
    client: Client, mowing: Need, hana_party: Volunteer, hana: User, mori: User
) -> None:
    match = story.agreed(mowing, hana_party, guide=mori)
    path = address(hana)
    text = client.get(path).content.decode()
    assert [str(event["STATUS"]) for event in events(client, path).values()] == ["CONFIRMED"]
    for secret in ("090-", "@example.org", "本名", "住所", "梅"):
        assert secret not in text
    assert match.public_id in text


def test_uid_stays_and_an_ending_is_cancelled_without_telling_whose(
    client: Client, asked: Match, hana: User, ume: User
) -> None:
    path = address(hana)
    before = events(client, path)
    decline_match(match_id=asked.pk, actor=ume, reason=EndReason.WORK)
    after = events(client, path)
    assert list(after) == list(before)
    ((uid, event),) = after.items()
    assert str(event["STATUS"]) == "CANCELLED"
    assert int(event["SEQUENCE"]) >= int(before[uid]["SEQUENCE"])
    assert "見送り" not in str(event["DESCRIPTION"])


def test_one_date_called_off_is_cancelled_and_the_other_stands(
    client: Client, mowing: Need, hana_party: Volunteer, hana: User, mori: User
) -> None:
    first = mowing.slots.get()
    second = make_slot(mowing, start_at=first.start_at + timedelta(days=14))
    match = create_match(actor=mori, origin="guide", need=mowing, volunteer=hana_party, slots=[first, second])
    story.asked(match, guide=mori)
    cancel_slot(slot=first, actor=mori, reason=EndReason.WEATHER)
    states = {uid: str(event["STATUS"]) for uid, event in events(client, address(hana)).items()}
    assert states == {
        f"{match.public_id}-{first.public_id}@127.0.0.1": "CANCELLED",
        f"{match.public_id}-{second.public_id}@127.0.0.1": "TENTATIVE",
    }
    assert [entry.slot for entry in coming_dates(hana, now=timezone.now())] == [second]


def test_unchanged_feed_is_not_sent_again(client: Client, asked: Match, hana: User, ume: User) -> None:
    path = address(hana)
    first = client.get(path)
    assert first["Cache-Control"] == "private, max-age=900"
    again = client.get(path, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    decline_match(match_id=asked.pk, actor=ume, reason=EndReason.WORK)
    assert client.get(path, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_address_is_shown_once_kept_as_a_digest_and_can_be_made_anew(client: Client, hana: User) -> None:
    client.force_login(hana)
    first, second = (client.post(reverse("calendar-feed-new")).context["address"] for _ in range(2))
    assert first != second
    secret = second.rsplit("/", 1)[1].removesuffix(".ics")
    assert secret not in str(CalendarFeed.objects.filter(user=hana).values_list().get())
    assert secret not in client.get(reverse("calendar")).content.decode()
    stranger = Client()
    path = second.removeprefix("http://127.0.0.1:8000")
    assert stranger.get(path).status_code == 200
    assert stranger.get(first.removeprefix("http://127.0.0.1:8000")).status_code == 404
    client.post(reverse("calendar-feed-remove"))
    assert stranger.get(path).status_code == 404
    assert not CalendarFeed.objects.exists()


def test_closed_account_has_no_feed(client: Client, hana: User) -> None:
    path = address(hana)
    User.objects.filter(pk=hana.pk).update(is_active=False)
    assert client.get(path).status_code == 404
    remove_feed(actor=hana)


def test_who_guesses_on_is_told_to_wait_and_who_knows_is_not(client: Client, hana: User) -> None:
    path = address(hana)
    codes = [client.get(f"/calendar/guess{number}.ics").status_code for number in range(31)]
    assert codes == [404] * 30 + [429]
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_page_and_feed_take_a_fixed_number_of_queries(
    client: Client,
    saga: Region,
    hana: User,
    hana_party: Volunteer,
    mori: User,
    count: int,
    django_assert_num_queries,
) -> None:
    for number in range(count):
        story.asked(story.propose(make_need(saga, slots=[on_day(30 + number)]), hana_party), guide=mori)
    path = address(hana)
    client.force_login(hana)
    with django_assert_num_queries(9):
        client.get(reverse("calendar"))
    with django_assert_num_queries(11):
        client.get(path)
