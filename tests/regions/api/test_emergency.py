"""Emergency cards through the API."""

from __future__ import annotations

import pytest

from accounts.models import User
from regions.models import EmergencyCard, Need
from tests.support.api import API, as_user, refusal

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ["regions", "needs"])
def test_card_is_empty_then_kept_then_read(mowing: Need, kenji: User, kind: str) -> None:
    row = mowing.region if kind == "regions" else mowing
    address = f"{API}{kind}/{row.public_id}/emergency-card/"
    assert set(as_user(kenji).get(address).json().values()) == {"", None}
    kept = as_user(kenji).patch(
        address, {"aed_place": "公民館", "stop_wbgt": 31, "signal": "none"}, format="json"
    )
    assert kept.status_code == 200
    assert (kept.json()["aed_place"], kept.json()["stop_wbgt"], kept.json()["signal"]) == (
        "公民館",
        31,
        "none",
    )
    assert as_user(kenji).get(address).json() == kept.json()
    emptied = as_user(kenji).patch(address, {"signal": "", "stop_wbgt": None}, format="json")
    assert (emptied.json()["signal"], emptied.json()["stop_wbgt"]) == ("", None)
    assert EmergencyCard.objects.count() == 1


def test_refusals_name_the_field(mowing: Need, ume: User) -> None:
    address = f"{API}needs/{mowing.public_id}/emergency-card/"
    assert refusal(as_user(ume).patch(address, {"stop_wbgt": 50}, format="json")) == (
        422,
        "number_wrong",
        ["stop_wbgt"],
    )
    assert refusal(as_user(ume).patch(address, {"aed": "x"}, format="json"))[1] == "unknown_field"
