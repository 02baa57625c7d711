"""The public pages: what is found by which answers, what stays private, and a fixed number of queries."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import ContactCard, PostalCode, User, Volunteer
from matching.selectors.openings import Opening, openings
from matching.selectors.wanted import open_needs
from regions.enums import Compensation, NeedMode, NeedStage, Publicity
from regions.models import Need, Offer, Region
from regions.selectors.needs import with_details
from tests.builders import FUKUOKA, SHINJUKU, make_municipality, make_need, make_offer, make_region, make_slot
from tests.matching import saga as story

pytestmark = pytest.mark.django_db


def titles(client: Client, query: str = "") -> list[str]:
    answer = client.get(f"{reverse('need-list')}?{query}")
    assert answer.status_code == 200
    return [item.need.title for item in answer.context["needs"]]


@pytest.fixture
def field(saga: Region, trails: Offer) -> dict[str, Need]:
    """Needs that differ in what people search by."""
    start = timezone.now() + timedelta(days=40)
    over_night = {"start_at": start, "end_at": start + timedelta(days=1), "nights": 1}
    meal = make_offer(saga, assets=(("meal", 2),))
    return {
        "grass": make_need(saga, title="草", work=(("grass_hand", 3),), offers=[trails], beginner_ok=False),
        "stay": make_need(saga, title="泊", work=(("waterway", 3),), offers=[meal], slots=[over_night]),
        "afar": make_need(
            make_region(municipality=FUKUOKA),
            title="遠",
            work=(("design_web", 3),),
            mode=NeedMode.REMOTE,
            compensation=Compensation.HONORARIUM,
            qualifications=("first_aid",),
            children_ok=True,
        ),
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"草", "泊", "遠"}),
        ("kind=skills", {"遠"}),
        ("kind=commons&kind=skills", {"草", "泊", "遠"}),
        ("wish=nature", {"草"}),
        ("wish=nature&wish=food", {"草", "泊"}),
        ("prefecture=40", {"遠"}),
        ("prefecture=41&wish=food", {"泊"}),
        ("with_=home", {"遠"}),
        ("with_=beginner", {"泊", "遠"}),
        ("with_=children", {"遠"}),
        ("with_=unqualified", {"草", "泊"}),
        ("stay=stay", {"泊"}),
        ("stay=day", {"草", "遠"}),
        ("compensation=honorarium", {"遠"}),
    ],
)
def test_answers_narrow_what_is_found(
    client: Client, field: dict[str, Need], query: str, found: set[str]
) -> None:
    assert set(titles(client, query)) == found


def test_only_open_needs_are_public(client: Client, saga: Region, mori: User) -> None:
    hidden = [make_need(saga, title=f"内緒{stage}", stage=stage) for stage in NeedStage if stage != "open"]
    shown = make_need(saga, title="公開")
    client.force_login(mori)  # whoever knows more sees no more on the public pages
    assert titles(client) == ["公開"]
    assert client.get(reverse("need-page", args=[shown.public_id])).status_code == 200
    for need in hidden:
        assert client.get(reverse("need-page", args=[need.public_id])).status_code == 404


@pytest.mark.parametrize(
    ("publicity", "name", "figures"),
    [
        (Publicity.MUNICIPALITY_ONLY, False, False),
        (Publicity.REGION_NAME, True, False),
        (Publicity.FULL, True, True),
    ],
)
def test_a_community_shows_as_much_as_it_made_public(
    client: Client, mowing: Need, publicity: Publicity, name: bool, figures: bool
) -> None:
    Region.objects.filter(pk=mowing.region_id).update(
        publicity=publicity, nearest_stop="榎木谷入口", people=38, households=19
    )
    pages = [
        reverse("need-page", args=[mowing.public_id]),
        reverse("community-page", args=[mowing.region.public_id]),
    ]
    for path in [*pages, reverse("need-list"), reverse("home")]:
        text = client.get(path).content.decode()
        assert "夏と秋の草刈り" in text
        assert ("榎木谷" in text) is name
        if path in pages:
            assert ("38人" in text) is figures
        assert "区役の世話役" not in text  # who is in charge on site is said after the promise
        assert "33." not in text  # no point on a map


def test_community_without_an_open_need_is_not_public(client: Client, saga: Region, mowing: Need) -> None:
    assert client.get(reverse("community-page", args=[saga.public_id])).status_code == 200
    Need.objects.update(stage=NeedStage.CONSENTED)
    assert client.get(reverse("community-page", args=[saga.public_id])).status_code == 404
    assert client.get(reverse("community-page", args=["nowhere"])).status_code == 404


def test_offer_that_may_not_be_used_is_not_promised_in_public(client: Client, saga: Region) -> None:
    pending = make_offer(saga, title="まだ了解のない道", permission="pending")
    taken_back = make_offer(saga, title="やめた道", is_active=False)
    granted = make_offer(saga, title="使える道")
    need = make_need(saga, offers=[pending, taken_back, granted])
    text = client.get(reverse("need-page", args=[need.public_id])).content.decode()
    assert "使える道" in text
    assert "まだ了解のない道" not in text
    assert "やめた道" not in text


@pytest.mark.parametrize(
    ("query", "field_name"),
    [
        ("postal=1234", "postal"),
        ("within=60", "postal"),
        ("date_from=2026-01-02&date_to=2026-01-01", "date_to"),
        ("date_from=nonsense", "date_from"),
        ("kind=nonsense", "kind"),
        ("prefecture=99", "prefecture"),
    ],
)
def test_a_mistake_is_named_and_the_rest_is_still_searched(
    client: Client, mowing: Need, query: str, field_name: str
) -> None:
    answer = client.get(f"{reverse('need-list')}?{query}")
    assert list(answer.context["form"].errors) == [field_name]
    assert "入力した内容をご確認ください" in answer.content.decode()
    assert [item.need for item in answer.context["needs"]] == [mowing]


def test_distance_counts_from_the_postal_code(client: Client, mowing: Need, reference_places) -> None:
    """Saga is within two hours of Fukuoka and not of Tokyo."""
    near = client.get(f"{reverse('need-list')}?postal={reference_places[FUKUOKA]}&within=120")
    far = client.get(f"{reverse('need-list')}?postal={reference_places[SHINJUKU]}&within=120")
    assert [item.need for item in near.context["needs"]] == [mowing]
    assert list(far.context["needs"]) == []


@pytest.fixture
def reference_places() -> dict[str, str]:
    codes = {FUKUOKA: "8100001", SHINJUKU: "1600022"}
    for code, postal in codes.items():
        PostalCode.objects.create(postal=postal, municipality=make_municipality(code))
    return codes


def test_room_is_a_word_that_follows_the_date_with_most_room(
    saga: Region, hana_party: Volunteer, riders: Volunteer, mori: User
) -> None:
    need = make_need(saga, places=1)
    other = make_slot(need, start_at=timezone.now() + timedelta(days=90), places=6)

    def room() -> Opening:
        (shown,) = with_details(Need.objects.filter(pk=need.pk))
        return openings([shown])[need.pk]

    assert room() == Opening.OPEN
    story.asked(story.propose(need, hana_party), guide=mori)
    assert room() == Opening.OPEN  # the other date is free
    other.delete()
    assert room() == Opening.FULL
    need.slots.update(places=4)
    assert room() == Opening.OPEN
    need.slots.update(places=2)
    assert room() == Opening.OPEN
    need.slots.update(cancelled_at=timezone.now())
    assert room() == Opening.FULL


def test_nearest_date_comes_first_and_needs_without_a_date_last(client: Client, saga: Region) -> None:
    soon, later = (timezone.now() + timedelta(days=days) for days in (30, 50))
    make_need(saga, title="日なし", slots=[])
    make_need(saga, title="あと", slots=[{"start_at": later}])
    make_need(saga, title="さき", slots=[{"start_at": later + timedelta(days=9)}, {"start_at": soon}])
    assert titles(client) == ["さき", "あと", "日なし"]


def test_map_counts_what_the_other_answers_leave(client: Client, field: dict[str, Need]) -> None:
    def counts(query: str) -> dict[str, int]:
        boxes = client.get(f"{reverse('need-list')}?{query}").context["boxes"]
        return {box.prefecture.code: box.count for box in boxes if box.count}

    assert counts("") == {"41": 2, "40": 1}
    assert counts("prefecture=40") == {"41": 2, "40": 1}
    assert counts("kind=skills") == {"40": 1}


def test_pages_turn_with_the_answers_kept(client: Client, saga: Region) -> None:
    for number in range(11):
        make_need(saga, title=f"募集{number}", slots=[])
    first = client.get(f"{reverse('need-list')}?prefecture=41")
    assert len(first.context["needs"]) == 10
    assert "?prefecture=41&amp;page=2" in first.content.decode()
    assert titles(client, "prefecture=41&page=2") == ["募集10"]
    assert len(titles(client, "page=nonsense")) == 10


@pytest.mark.parametrize("count", [1, 3])
def test_lists_take_a_fixed_number_of_queries(
    client: Client, saga: Region, count: int, django_assert_num_queries
) -> None:
    for _number in range(count):
        make_need(saga, offers=[make_offer(saga)], qualifications=["first_aid"])
    with django_assert_num_queries(4):
        client.get(reverse("home"))
    with django_assert_num_queries(8):
        client.get(reverse("need-list"))
    with django_assert_num_queries(6):
        client.get(reverse("community-page", args=[saga.public_id]))
    assert open_needs().count() == count


@pytest.mark.parametrize("count", [1, 3])
def test_every_answer_at_once_takes_a_fixed_number_of_queries(
    client: Client, saga: Region, trails: Offer, reference_places, count: int, django_assert_num_queries
) -> None:
    for _number in range(count):
        make_need(saga, work=(("grass_hand", 3),), offers=[trails])
    answers = (
        f"wish=nature&kind=commons&with_=beginner&with_=group&postal={reference_places[FUKUOKA]}&within=120"
    )
    with django_assert_num_queries(13):
        found = titles(client, f"{answers}&stay=day&prefecture=41&compensation=none")
    assert len(found) == count


def test_one_need_takes_few_queries(
    client: Client, mowing: Need, mori: User, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(13):
        client.get(reverse("need-page", args=[mowing.public_id]))


def test_postal_code_of_two_municipalities_asks_from_which(
    client: Client, mowing: Need, reference_places
) -> None:
    PostalCode.objects.create(postal=reference_places[FUKUOKA], municipality=make_municipality(SHINJUKU))
    query = f"{reverse('need-list')}?postal={reference_places[FUKUOKA]}&within=120"
    asked = client.get(query)
    assert list(asked.context["form"].errors) == ["postal"]
    assert "新宿区" in asked.content.decode()
    assert [item.need for item in client.get(f"{query}&home={FUKUOKA}").context["needs"]] == [mowing]
    assert list(client.get(f"{query}&home={SHINJUKU}").context["needs"]) == []


def test_employment_is_listed_and_linked_and_never_applied_for(client: Client, saga: Region) -> None:
    url = "https://employer.example/jobs/1"
    need = make_need(saga, compensation=Compensation.EMPLOYMENT, employment_url=url)
    text = client.get(reverse("need-page", args=[need.public_id])).content.decode()
    assert url in text
    assert reverse("need-apply", args=[need.public_id]) not in text


def test_way_of_a_community_that_is_not_named_is_not_told(client: Client, mowing: Need) -> None:
    Region.objects.filter(pk=mowing.region_id).update(last_mile="榎木谷入口から徒歩5分")
    assert "徒歩5分" not in client.get(reverse("need-page", args=[mowing.public_id])).content.decode()
    Region.objects.filter(pk=mowing.region_id).update(publicity=Publicity.REGION_NAME)
    assert "徒歩5分" in client.get(reverse("need-page", args=[mowing.public_id])).content.decode()


def structured(client: Client, need: Need) -> dict[str, Any]:
    text = client.get(reverse("need-page", args=[need.public_id])).content.decode()
    found = re.search(r'<script type="application/ld\+json" nonce="[^"]+">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def test_search_engines_read_what_everybody_reads_and_no_more(
    client: Client, mowing: Need, saga: Region, mori: User
) -> None:
    Need.objects.filter(pk=mowing.pk).update(story="草と</script>道 & 水", on_site_lead="内緒の世話役")
    event = structured(client, mowing)
    assert (event["@type"], event["name"]) == ("Event", mowing.title)
    assert event["description"] == "草と</script>道 & 水"
    assert event["startDate"] == mowing.slots.get().start_at.isoformat()
    assert event["location"]["address"]["addressLocality"] == "佐賀市"
    assert event["organizer"]["name"] == "背振つなぎ舎"
    assert saga.name not in json.dumps(event, ensure_ascii=False)
    assert "内緒" not in json.dumps(event, ensure_ascii=False)
    Region.objects.filter(pk=saga.pk).update(publicity=Publicity.FULL)
    assert saga.name in structured(client, mowing)["location"]["name"]


def test_policy_of_the_page_lets_its_own_data_block_stand(client: Client, mowing: Need) -> None:
    answer = client.get(reverse("need-page", args=[mowing.public_id]))
    nonce = re.search(r'ld\+json" nonce="([^"]+)"', answer.content.decode())
    assert nonce is not None
    assert f"'nonce-{nonce[1]}'" in answer["Content-Security-Policy"]


def test_need_without_a_date_is_no_event(client: Client, mowing: Need) -> None:
    mowing.slots.all().delete()
    text = client.get(reverse("need-page", args=[mowing.public_id])).content.decode()
    assert "ld+json" not in text
    assert f'<meta property="og:title" content="{mowing.title}">' in text


def test_full_need_offers_the_line_and_takes_who_waits(
    client: Client, saga: Region, hana: User, yuki_party: Volunteer, hana_party: Volunteer, mori: User
) -> None:
    need = make_need(saga, places=1)
    story.asked(story.propose(need, yuki_party), guide=mori)
    text = client.get(reverse("need-page", args=[need.public_id])).content.decode()
    assert "いまは満員です" in text
    assert "空きを待つ" in text
    assert "やってみたいと伝える" not in text
    client.force_login(hana)
    path = reverse("need-apply", args=[need.public_id])
    assert "空きを待つ" in client.get(path).content.decode()
    ContactCard.objects.filter(user=hana).update(emergency_contact="母 090-0000-0000")
    answer = client.post(path, {"volunteer": hana_party.pk, "slots": [need.slots.get().pk]})
    assert answer.status_code == 302
    assert need.matches.filter(volunteer=hana_party).exists()
