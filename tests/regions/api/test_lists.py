"""Lists of communities, needs and offers: as many queries for three as for one, filters, orders, pages, no contact."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from accounts.models import ContactCard, User
from regions.enums import Compensation, NeedMode, NeedStage
from regions.models import Need, QuietPeriod, Region, RequiredConsent
from tests.builders import (
    SHINJUKU,
    at_tokyo,
    make_hazard,
    make_need,
    make_offer,
    make_region,
    make_work_kind,
    sunday_ahead,
)
from tests.support.api import API, as_user, refusal

pytestmark = pytest.mark.django_db
SUNDAY = sunday_ahead()


@pytest.fixture
def community(ume: User, kenji: User, mori: User) -> Callable[[int], Region]:
    """Makes a community with all that its answer shows, an open need and an offer tied to it."""

    def make(number: int) -> Region:
        region = make_region(name=f"集落{number}", representative=ume, staff=kenji)
        QuietPeriod.objects.create(region=region, label="盆", from_mmdd=813, until_mmdd=815)
        RequiredConsent.objects.create(region=region, by="総会", matter="dates")
        need = make_need(
            region,
            work=(("grass_hand", 2), ("waterway", 1)),
            offers=[make_offer(region, assets=(("trail_mtb", 3), ("onsen", 1)))],
            qualifications=("brushcutter",),
        )
        need.hazards.add(make_hazard("heat"))
        need.slot_rules.create(kind="fixed", places=1)
        return region

    return make


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    "case",
    [
        ("regions/", None, 4),
        ("regions/", "ume", 8),
        ("regions/", "mori", 10),
        ("needs/", None, 9),
        ("needs/", "ume", 11),
        ("needs/", "mori", 13),
        ("offers/", None, 3),
        ("offers/", "ume", 5),
        ("offers/", "mori", 7),
    ],
)
def test_list_takes_as_many_queries_for_three_as_for_one(request, community, count: int, case) -> None:
    path, role, queries = case
    for number in range(count):
        community(number)
    client = as_user(User.objects.get(pk=request.getfixturevalue(role).pk) if role else None)
    with request.getfixturevalue("django_assert_num_queries")(queries):
        answer = client.get(f"{API}{path}")
    assert len(answer.json()["results"]) == count


# Filters.
@pytest.fixture
def four(saga: Region, mowing: Need) -> dict[str, Need]:
    """Four open needs that differ in everything a filter asks for, by a word for each."""
    tokyo = make_region(municipality=SHINJUKU)
    make_work_kind("grass_brushcutter")
    remote = {"start_at": at_tokyo(SUNDAY + timedelta(days=30), 0), "is_remote": True}
    return {
        "mowing": mowing,
        "web": make_need(
            tokyo, work=[("design_web", 1)], mode=NeedMode.REMOTE, slots=[remote], group_ok=False
        ),
        "paid": make_need(tokyo, compensation=Compensation.HONORARIUM, beginner_ok=False, mode=NeedMode.BOTH),
        "family": make_need(
            saga, work=[("waterway", 1)], children_ok=True, offers=[make_offer(saga, assets=[("onsen", 1)])]
        ),
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"mowing", "web", "paid", "family"}),
        ("kind=grass_brushcutter", {"mowing"}),
        ("kind=grass", {"mowing", "paid"}),
        ("asset=onsen", {"family"}),
        ("asset=trail_mtb", {"mowing"}),
        ("prefecture=41", {"mowing", "family"}),
        (f"municipality={SHINJUKU}", {"web", "paid"}),
        ("mode=remote", {"web", "paid"}),
        ("mode=on_site", {"mowing", "paid", "family"}),
        ("compensation=honorarium", {"paid"}),
        ("beginner_ok=false", {"paid"}),
        ("group_ok=false", {"web"}),
        ("children_ok=true", {"family"}),
        ("stage=open&children_ok=true", {"family"}),
        ("mine=true", set()),
        (f"date_from={SUNDAY}&date_to={SUNDAY}", {"mowing", "paid", "family"}),
        (f"date_from={SUNDAY + timedelta(days=1)}", {"web"}),
        (f"date_to={SUNDAY - timedelta(days=1)}", set()),
        (f"date_from={SUNDAY}&kind=design_web", {"web"}),
    ],
)
def test_needs_are_found_by(four: dict[str, Need], query: str, expected: set[str]) -> None:
    answer = as_user(None).get(f"{API}needs/?{query}")
    names = {need.public_id: name for name, need in four.items()}
    assert {names[row["id"]] for row in answer.json()["results"]} == expected


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("kind=magic", "kind_unknown", "kind"),
        ("asset=gold", "kind_unknown", "asset"),
        ("mode=phone", "invalid", "mode"),
        ("date_from=tomorrow", "invalid", "date_from"),
        ("kind=%00", "invalid", "kind"),
        ("kind=" + "a" * 100, "invalid", "kind"),
        ("colour=red", "unknown_filter", "colour"),
        ("ordering=region__name", "unknown_ordering", "ordering"),
    ],
)
def test_wrong_filter_is_refused(mowing: Need, query: str, code: str, field: str) -> None:
    assert refusal(as_user(None).get(f"{API}needs/?{query}")) == (422, code, [field])


def test_own_needs_are_found_in_all_stages(four: dict[str, Need], saga: Region, ume: User) -> None:
    draft = make_need(saga, stage=NeedStage.CONSULTING)

    def ids(query: str) -> set[str]:
        return {row["id"] for row in as_user(ume).get(f"{API}needs/?{query}").json()["results"]}

    assert ids("mine=true") == {draft.public_id, four["mowing"].public_id, four["family"].public_id}
    assert ids("stage=consulting") == {draft.public_id}
    assert ids(f"region={saga.public_id}") == ids("mine=true")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("asset=onsen", {"湯"}),
        ("asset=trail_mtb", {"共有林の山道を自転車で走る"}),
        ("mine=true", set()),
        ("prefecture=13", set()),
    ],
)
def test_offers_are_found_by(saga: Region, mowing: Need, query: str, expected: set[str]) -> None:
    mowing.offers.add(make_offer(saga, title="湯", assets=[("onsen", 1)]))
    answer = as_user(None).get(f"{API}offers/?{query}")
    assert {row["title"] for row in answer.json()["results"]} == expected


# Orders and pages.
@pytest.mark.parametrize("ordering", ["title", "-title", "changed_at", "-changed_at", "created_at"])
@pytest.mark.parametrize("path", ["needs", "offers"])
def test_pages_in_any_order_show_each_row_once(saga: Region, path: str, ordering: str) -> None:
    for number in range(5):
        make_need(
            saga, title="同じ" if number < 3 else f"題{number}", offers=[make_offer(saga, title="同じ")]
        )
    client, seen = as_user(None), []
    address = f"{API}{path}/?page_size=2&ordering={ordering}"
    while address:
        page = client.get(address).json()
        seen += [row["id"] for row in page["results"]]
        assert len(page["results"]) <= 2
        address = page["next"]
    assert (len(seen), len(set(seen))) == (5, 5)


@pytest.mark.parametrize("cursor", ["x", "cD1taXR0d29jaA==", "cD0lMDA=", "bz05OTk5OTk5OTk5"])
def test_cursor_of_no_list_is_not_found(mowing: Need, cursor: str) -> None:
    answer = as_user(None).get(f"{API}needs/?cursor={cursor}")
    assert answer.status_code in {200, 404}
    if answer.status_code == 404:
        assert refusal(answer)[0] == 404
    else:
        assert answer.json()["results"] == []


# No contact.
@pytest.mark.parametrize("role", ["hana", "ume", "kenji", "mori", "admin"])
@pytest.mark.usefixtures("hana", "mori")
def test_no_answer_holds_a_contact(request, saga: Region, mowing: Need, role: str) -> None:
    secrets = set(User.objects.values_list("email", flat=True))
    for card in ContactCard.objects.values_list("full_name", "phone", "address"):
        secrets |= set(card)
    assert {"ume@example.org", "090-0000-0006", "梅 本名", "梅の住所"} <= secrets
    client = as_user(request.getfixturevalue(role))
    offer = mowing.offers.get()
    pages = [
        "regions/",
        "needs/",
        "offers/",
        f"regions/{saga.public_id}/",
        f"needs/{mowing.public_id}/",
        f"offers/{offer.public_id}/",
    ]
    for page in pages:
        answer = client.get(f"{API}{page}")
        assert answer.status_code == 200
        assert [secret for secret in secrets if secret in answer.content.decode()] == []
