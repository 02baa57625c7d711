"""One whole story over HTTP alone: a club applies, a guide approves, both meet, promise, come, and are thanked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import ContactAccess, User, Volunteer
from matching.models import Match, Relation
from regions.models import Need, RequiredConsent, Slot
from tests.support.api import API, as_user

pytestmark = pytest.mark.django_db


def test_a_club_applies_and_the_match_is_carried_to_completed(
    mowing: Need, riders: Volunteer, harada: User, ume: User, mori: User
) -> None:
    RequiredConsent.objects.create(region=mowing.region, by="役員会", matter="new_party")
    slot = mowing.slots.get()

    def act(user: User, name: str, **body: object) -> dict:
        answer = as_user(user).post(f"{API}matches/{match['id']}/{name}/", body)
        assert answer.status_code == 200, answer.json()
        return answer.json()

    body = {"need": mowing.public_id, "party": riders.public_id, "slots": [slot.public_id], "note": "ぜひ"}
    applied = as_user(harada).post(f"{API}matches/", body)
    assert applied.status_code == 201, applied.json()
    match = applied.json()
    assert (match["state"], match["origin"], match["people"], match["roles"]) == (
        "proposed",
        "party",
        5,
        ["party"],
    )

    asked = act(mori, "approve", note="よさそう")
    assert asked["state"] == "asking"
    assert [(row["side"], row["is_open"], row["value"]) for row in asked["answers"]] == [
        ("party", False, "meet"),
        ("region", True, ""),
    ]

    assert act(ume, "answer", value="meet", scope="these_people")["state"] == "meeting"
    planned = (timezone.now() + timedelta(days=5)).isoformat()
    act(harada, "plan-meeting", how="festival", planned_at=planned, place="秋祭り")
    assert act(mori, "record-meeting", outcome="proceed", how="festival")["meeting"]["outcome"] == "proceed"
    act(ume, "consents", by="役員会", matter="new_party", status="given", evidence="役員会で口頭")
    act(harada, "confirm-promise")
    act(ume, "confirm-promise")
    waiting = act(harada, "answer", value="yes")
    assert (waiting["state"], waiting["missing"]) == ("meeting", ["answers"])
    agreed = act(ume, "answer", value="yes")
    assert (agreed["state"], agreed["missing"]) == ("agreed", [])

    contacts = as_user(harada).get(f"{API}matches/{match['id']}/contacts/").json()["contacts"]
    assert [contact["phone"] for contact in contacts] == ["090-0000-0006"]
    assert ContactAccess.objects.filter(viewer=harada, subject=ume, match_state="agreed").count() == 1

    card = {"rescue_address": "公民館の前", "hospital": "富士の病院", "hospital_phone": "0952-00-0000"}
    kept = as_user(ume).patch(f"{API}regions/{mowing.region.public_id}/emergency-card/", card)
    assert kept.status_code == 200, kept.json()
    for row in agreed["preconditions"]:
        act(mori, "tick", kind=row["kind"])
    assert act(mori, "confirm")["state"] == "confirmed"

    over = timezone.now() - timedelta(hours=2)
    Slot.objects.filter(pk=slot.pk).update(start_at=over - timedelta(hours=4), end_at=over)
    attested = act(ume, "attest", slot=slot.public_id, people_came=5, minutes=240, return_given=True)
    assert [row["people_came"] for row in attested["attendances"]] == [5]
    assert act(mori, "complete")["state"] == "completed"

    relation = Relation.objects.get(volunteer=riders, region=mowing.region)
    assert (relation.promised, relation.kept, relation.days, relation.people_days) == (1, 1, 1, 5)
    moves = [
        row["move"] for row in as_user(mori).get(f"{API}matches/{match['id']}/events/").json()["results"]
    ]
    assert moves[:4] == ["apply", "approve", "answer", "open_meeting"]
    assert moves[-3:] == ["confirm", "attest", "complete"]
    assert Match.objects.get().state == "completed"
