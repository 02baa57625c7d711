"""The pages of watching: from a community, a need or a search, and the list with its removal."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from matching.models import Watch
from matching.services.watches import watch_search
from regions.models import Need, Region
from tests.builders import make_work_kind

pytestmark = pytest.mark.django_db


def test_community_and_kind_are_watched_from_the_page_of_a_need(
    client: Client, mowing: Need, saga: Region, hana: User
) -> None:
    page = reverse("need-page", args=[mowing.public_id])
    assert reverse("watch-new") not in client.get(page).content.decode()  # nobody is signed in
    client.force_login(hana)
    text = client.get(page).content.decode()
    assert f'name="region" value="{saga.public_id}"' in text
    assert 'name="query" value="kind=commons"' in text
    client.post(reverse("watch-new"), {"region": saga.public_id})
    client.post(reverse("watch-new"), {"query": "kind=commons"})
    assert [watch.answers for watch in Watch.objects.order_by("pk")] == [{}, {"kind": ["commons"]}]
    assert "この地区を見守る" in client.get(reverse("community-page", args=[saga.public_id])).content.decode()


def test_search_is_watched_in_the_words_of_the_page(client: Client, mowing: Need, hana: User) -> None:
    client.force_login(hana)
    query = "kind=commons&with_=beginner&prefecture=41&date_from=2027-04-01"
    assert "この条件を見守る" in client.get(f"{reverse('need-list')}?{query}").content.decode()
    assert "この条件を見守る" not in client.get(reverse("need-list")).content.decode()
    assert client.post(reverse("watch-new"), {"query": query})["Location"] == reverse("watch-list")
    (row,) = client.get(reverse("watch-list")).context["rows"]
    assert row["label"] == "地域の共同作業、はじめてでも、佐賀県、この日から: 2027年4月1日（木）"
    assert (
        client.get(f"{reverse('need-list')}?{row['query']}").context["form"].stated() == row["watch"].answers
    )


def test_nonsense_is_refused_in_words(client: Client, hana: User) -> None:
    client.force_login(hana)
    for sent in ({"query": "kind=no_such"}, {"query": ""}, {"region": "nowhere"}, {}):
        answer = client.post(reverse("watch-new"), sent, follow=True)
        assert [str(message.level_tag) for message in answer.context["messages"]] == ["error"]
    assert not Watch.objects.exists()


def test_removal_is_for_ones_own(client: Client, hana: User, yuki: User) -> None:
    watch = watch_search(actor=hana, answers={"prefecture": "41"})
    address = reverse("watch-remove", args=[watch.public_id])
    client.force_login(yuki)
    client.post(address)
    assert Watch.objects.count() == 1
    client.force_login(hana)
    assert client.post(address)["Location"] == reverse("watch-list")
    assert not Watch.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_a_fixed_number_of_queries(
    client: Client, hana: User, count: int, django_assert_num_queries
) -> None:
    make_work_kind("grass")
    for number in range(count):
        watch_search(actor=hana, answers={"prefecture": f"{number + 1:02}"})
    client.force_login(hana)
    with django_assert_num_queries(7):
        client.get(reverse("watch-list"))
