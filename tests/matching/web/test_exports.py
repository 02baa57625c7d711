"""Lists as files: who may read a list may keep it, in the same words, without contact data, in a fixed number of queries."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User, Volunteer
from matching.models import Answer, Match
from matching.selectors.board import SPANS
from matching.selectors.lists import LISTS
from regions.models import Need
from tests.builders import make_need, make_party
from tests.matching import saga as story
from tests.support.matrix import Scene
from tests.support.scenes import with_a_board

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def rows(client: Client, user: User | None, address: str) -> list[list[str]]:
    if user is not None:
        client.force_login(user)
    return list(csv.reader(io.StringIO(client.get(address).content.decode("utf-8-sig"))))


EVERY = sorted({*LISTS, *SPANS})


@pytest.mark.parametrize("which", EVERY)
def test_every_list_has_its_rows_in_a_file_for_guides(
    client: Client, mori: User, which: str, request: pytest.FixtureRequest
) -> None:
    full_desk(request)
    found = rows(client, mori, reverse("list-file", args=[which, "csv"]))
    assert len(found) > 1
    assert len(found[0]) > 5
    assert all(len(row) == len(found[0]) for row in found)


def end_of_day(now: datetime) -> datetime:
    """A moment before midnight in Japan, later than now."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return now + (midnight - now) / 2


def full_desk(request: pytest.FixtureRequest) -> None:
    """Something in every list: a match that is asked and overdue, proposals due today and this week, a need that finds nobody."""
    scene, now = Scene(request), timezone.now()
    with_a_board(scene)
    for hours in (1, 50):
        match = story.propose(make_need(scene.saga), make_party(size=2))
        Match.objects.filter(pk=match.pk).update(
            due_at=end_of_day(now) if hours == 1 else now + timedelta(hours=hours)
        )


def test_call_list_tells_whom_to_call_until_when(
    client: Client, mori: User, request: pytest.FixtureRequest
) -> None:
    full_desk(request)
    heads, first = rows(client, mori, reverse("list-file", args=["calls", "csv"]))[:2]
    told = dict(zip(heads, first, strict=True))
    assert told["困りごと"] == Answer.objects.filter(overdue_at__isnull=False).first().match.need.title
    assert told["電話した回数"] == "0"


def test_own_tasks_alone_where_the_page_shows_those(
    client: Client, mori: User, request: pytest.FixtureRequest
) -> None:
    full_desk(request)
    Match.objects.update(guide=None)
    address = reverse("list-file", args=["overdue", "csv"])
    assert len(rows(client, mori, address)) > 1
    assert len(rows(client, mori, f"{address}?mine=1")) == 1


def test_names_are_as_on_the_page(
    client: Client, mowing: Need, hana_party: Volunteer, mori: User, ume: User, hana: User
) -> None:
    story.asked(story.propose(mowing, hana_party), guide=mori)
    told = {
        user: rows(client, user, reverse("list-file", args=["matches", "csv"]))[1]
        for user in (mori, ume, hana)
    }
    assert hana_party.name in told[mori]
    assert hana_party.name not in told[ume]  # a person's own name comes with the contacts
    assert hana.email not in str(told)
    assert mowing.title in told[hana]


def test_lists_of_guides_are_theirs(client: Client, mowing: Need, riders: Volunteer, hana: User) -> None:
    client.force_login(hana)
    for which in sorted(set(EVERY) - {"matches", "communities"}):
        assert client.get(reverse("list-file", args=[which, "csv"])).status_code == 403
    assert client.get(reverse("list-file", args=["nothing", "csv"])).status_code == 404
    assert client.get(reverse("list-file", args=["matches", "exe"])).status_code == 404


def test_wanted_needs_for_everybody_by_the_search(client: Client, mowing: Need) -> None:
    found = rows(client, None, reverse("need-list-file", args=["csv"]))
    assert any(mowing.title in row for row in found)
    assert len(rows(client, None, reverse("need-list-file", args=["csv"]) + "?prefecture=01")) == 1


@pytest.mark.parametrize("which", ["matches", "reviews", "week"])
def test_more_rows_need_no_more_queries(client: Client, mowing: Need, mori: User, which: str) -> None:
    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            client.get(reverse("list-file", args=[which, "csv"]))
        return len(seen)

    client.force_login(mori)
    story.propose(mowing, make_party(size=2))
    first = count()
    for _time in range(4):
        story.propose(make_need(mowing.region), make_party(size=2))
    assert count() == first
