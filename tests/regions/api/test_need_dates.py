"""A need's dates through the API, and who sees what of a need."""

from __future__ import annotations

import pytest

from accounts.models import AuditEntry, IdempotencyRecord, User
from regions.models import Need, Region, Slot
from tests.builders import make_offer
from tests.regions.api.bodies import MEGABYTE, RULE, SLOT, address
from tests.support.api import as_user, refusal

pytestmark = pytest.mark.django_db


# Dates.
def test_date_is_added_once(mowing: Need, kenji: User) -> None:
    client = as_user(kenji)
    first, second = (client.post(address(mowing, "slots/"), SLOT | {"rain": "順延"}) for _time in range(2))
    assert (first.status_code, first.json()["places"], first.json()["rain"]) == (201, 12, "順延")
    assert refusal(second) == (409, "slot_twice", ["start_at"])
    listed = client.get(address(mowing)).json()["slots"]
    assert [slot["places"] for slot in listed] == [30, 12]
    assert listed[1] == first.json()


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"places": 0}, "places_wrong", "slots"),
        ({"places": 1001}, "places_wrong", "slots"),
        ({"end_at": SLOT["start_at"]}, "end_before_start", "slots"),
        ({"is_remote": True}, "remote_not_wanted", "slots"),
        ({"rain": MEGABYTE}, "invalid", "rain"),
        ({"need": "other"}, "unknown_field", "need"),
    ],
)
def test_wrong_date_is_refused_and_none_is_added(mowing: Need, ume: User, change, code, field) -> None:
    assert refusal(as_user(ume).post(address(mowing, "slots/"), SLOT | change)) == (422, code, [field])
    assert Slot.objects.count() == 1


def test_rule_is_written_out(mowing: Need, ume: User) -> None:
    answer = as_user(ume).post(address(mowing, "rules/"), RULE)
    shown = answer.json()
    assert (answer.status_code, shown["record"]["slot_rules"]) == (201, [{**RULE, "rain": ""}])
    assert len(shown["slots"]) in {58, 59}
    assert len(shown["slots"]) == Slot.objects.count()


def test_database_that_refuses_is_a_conflict(mowing: Need, ume: User, monkeypatch) -> None:
    """Two who write at once: the second looked before the first wrote (Django is made to see nothing) and meets the constraint."""
    taken = Slot.objects.get()
    body = SLOT | {"start_at": taken.start_at.isoformat(), "end_at": taken.end_at.isoformat()}
    monkeypatch.setattr(
        "django.db.models.query.QuerySet.exists",
        lambda rows: rows.model is not Slot and bool(rows),
    )
    answer = as_user(ume).post(address(mowing, "slots/"), body, headers={"Idempotency-Key": "a"})
    assert refusal(answer) == (409, "integrity", [])
    assert (Slot.objects.count(), IdempotencyRecord.objects.count(), AuditEntry.objects.count()) == (1, 0, 0)


# Seeing.
def test_stranger_sees_no_record_no_name_and_no_offer_taken_back(
    mowing: Need, saga: Region, yuki: User
) -> None:
    mowing.offers.add(make_offer(saga, title="取り下げた湯", is_active=False))
    answer = as_user(yuki).get(address(mowing))
    shown = answer.json()
    assert (shown["record"], shown["region"]["label"], shown["region"]["name"]) == (
        None,
        "佐賀県佐賀市の地区",
        None,
    )
    assert [offer["title"] for offer in shown["offers"]] == ["共有林の山道を自転車で走る"]
    assert not any(word in answer.content.decode() for word in ("榎木谷", "区役の世話役", "取り下げた湯"))


def test_those_who_know_the_community_see_all(mowing: Need, saga: Region, kenji: User) -> None:
    mowing.offers.add(make_offer(saga, title="取り下げた湯", is_active=False))
    shown = as_user(kenji).get(address(mowing)).json()
    assert (shown["region"]["name"], shown["record"]["on_site_lead"]) == ("榎木谷", "区役の世話役")
    assert sorted(offer["title"] for offer in shown["offers"]) == [
        "共有林の山道を自転車で走る",
        "取り下げた湯",
    ]
