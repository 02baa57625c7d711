"""One word for everybody on the page of a date."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Outbox, User, Volunteer
from matching.enums import MatchState
from matching.models import Match
from regions.models import Need, Slot
from tests.builders import make_party, make_region
from tests.matching import saga as story

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def slot(mowing: Need) -> Slot:
    mowing.slots.update(rain="次の日曜")
    return mowing.slots.get()


def address(slot: Slot) -> str:
    return reverse("place-date", args=[slot.need.region.public_id, slot.public_id])


def say(client: Client, user: User, slot: Slot, word: str, **answers: object):
    client.force_login(user)
    return client.post(address(slot), {"word": word, **answers})


def told(kind: str) -> int:
    return Outbox.objects.filter(topic="accounts.notify", payload__kind=kind).count()


def test_one_tap_tells_everybody_that_it_takes_place(
    client: Client, mowing: Need, slot: Slot, hana_party: Volunteer, mori: User, kenji: User
) -> None:
    match = story.agreed(mowing, hana_party, guide=mori)
    client.force_login(kenji)
    page = client.get(address(slot)).content.decode()
    assert reverse("match-page", args=[match.public_id]) in page
    assert "決行する" in page
    assert say(client, kenji, slot, "ahead").status_code == 302
    assert told("date_goes_ahead") == 3  # hana, ume and mori
    assert AuditEntry.objects.get(action="slot.go_ahead").on_behalf_of == "佐賀県佐賀市"
    assert "決行する" not in client.get(address(slot)).content.decode()
    assert say(client, kenji, slot, "ahead").status_code == 422
    assert told("date_goes_ahead") == 3


def test_one_tap_puts_it_off_by_a_week(
    client: Client, mowing: Need, slot: Slot, hana_party: Volunteer, mori: User, ume: User
) -> None:
    match = story.agreed(mowing, hana_party, guide=mori)
    client.force_login(ume)
    field = client.get(address(slot)).context["later"]["start_at"]
    week_later = timezone.localtime(slot.start_at + timedelta(days=7))
    assert f"{field.value():%Y-%m-%dT%H:%M}" == f"{week_later:%Y-%m-%dT%H:%M}"
    assert say(client, ume, slot, "later", start_at=f"{week_later:%Y-%m-%dT%H:%M}").status_code == 302
    moved = Slot.objects.get(pk=slot.pk)
    assert moved.start_at == slot.start_at + timedelta(days=7)
    assert Match.objects.get(pk=match.pk).state == MatchState.AGREED
    assert told("date_moved") == 2  # hana and mori; ume said it
    assert "から延期" in client.get(address(slot)).content.decode()


def test_wrong_time_is_told_beside_its_field(client: Client, slot: Slot, ume: User) -> None:
    before = timezone.localtime(slot.start_at - timedelta(days=1))
    answer = say(client, ume, slot, "later", start_at=f"{before:%Y-%m-%dT%H:%M}")
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["start_at"])
    assert Slot.objects.get(pk=slot.pk).start_at == slot.start_at


def test_no_reason_for_calling_off_stands_before_one_is_chosen(client: Client, slot: Slot, ume: User) -> None:
    client.force_login(ume)
    assert '<option value="" selected>選んでください</option>' in client.get(address(slot)).content.decode()
    answer = say(client, ume, slot, "off", reason="")
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["reason"])
    assert Slot.objects.get(pk=slot.pk).cancelled_at is None


def test_one_tap_calls_it_off(
    client: Client, mowing: Need, slot: Slot, hana_party: Volunteer, mori: User, ume: User
) -> None:
    match = story.agreed(mowing, hana_party, guide=mori)
    assert say(client, ume, slot, "off", reason="weather").status_code == 302
    assert Match.objects.get(pk=match.pk).state == MatchState.CANCELLED
    page = client.get(address(slot)).content.decode()
    assert "全員にまとめて知らせる" not in page
    assert say(client, ume, slot, "off", reason="weather").status_code == 422


def test_date_without_a_plan_offers_no_other_day(client: Client, mowing: Need, ume: User) -> None:
    slot = mowing.slots.get()
    client.force_login(ume)
    assert "この日時に延期する" not in client.get(address(slot)).content.decode()
    answer = say(client, ume, slot, "later", start_at="2030-01-06T08:00")
    assert answer.status_code == 422


def test_nothing_else_can_be_said(client: Client, slot: Slot, ume: User) -> None:
    assert say(client, ume, slot, "").status_code == 404
    assert say(client, ume, slot, "maybe").status_code == 404


@pytest.mark.parametrize("who", ["hana", "yuki"])
def test_outsider_says_nothing_for_others(
    client: Client, slot: Slot, who: str, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(who)
    for word in ("ahead", "off"):
        assert say(client, user, slot, word, reason="weather").status_code == 404
    again = Slot.objects.get(pk=slot.pk)
    assert (again.cancelled_at, again.going_ahead_at) == (None, None)


def test_date_is_found_under_its_own_community_only(client: Client, slot: Slot, kenji: User) -> None:
    client.force_login(kenji)
    other = make_region(name="古湯")
    assert client.get(reverse("place-date", args=[other.public_id, slot.public_id])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_page_takes_a_fixed_number_of_queries(
    client: Client, mowing: Need, slot: Slot, mori: User, kenji: User, count: int, django_assert_num_queries
) -> None:
    for _number in range(count):
        story.asked(story.propose(mowing, make_party()), guide=mori)
    client.force_login(kenji)
    with django_assert_num_queries(13):
        assert len(client.get(address(slot)).context["sights"]) == count
