"""Lists as files: who may read a list may keep it, in the same words, without contact data, in a fixed number of queries."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User, Volunteer
from matching.selectors.lists import LISTS
from regions.models import Need
from tests.builders import make_need, make_party
from tests.matching import saga as story

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def rows(client: Client, user: User | None, address: str) -> list[list[str]]:
    if user is not None:
        client.force_login(user)
    return list(csv.reader(io.StringIO(client.get(address).content.decode("utf-8-sig"))))


@pytest.mark.parametrize("which", sorted(LISTS))
def test_every_list_has_a_file_for_guides(
    client: Client, mowing: Need, riders: Volunteer, mori: User, which: str
) -> None:
    story.propose(mowing, riders)
    found = rows(client, mori, reverse("list-file", args=[which, "csv"]))
    assert len(found[0]) > 5
    assert all(len(row) == len(found[0]) for row in found)


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
    for which in sorted(set(LISTS) - {"matches"}):
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
