"""Needs through the API: from a consultation to the public, each act by who may, by who may not, twice, and wrong."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEntry, IdempotencyRecord, Outbox, User
from regions.enums import NeedStage
from regions.models import Need, NeedQualification, NeedWork, Offer, Region, Slot, SlotRule
from tests.builders import (
    make_hazard,
    make_need,
    make_qualification,
    make_region,
)
from tests.regions.api.bodies import MEGABYTE, NEEDS, RULE, SLOT, address
from tests.support.api import as_user, refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def words(saga: Region, trails: Offer, mowing: Need) -> dict[str, Any]:
    """A body that posts a need of the community, with everything a need can say."""
    make_qualification("brushcutter")
    make_hazard("heat")
    return {
        "region": saga.public_id,
        "title": "秋の草刈り",
        "story": "草が伸びて道が見えません。",
        "on_site_lead": "区役の世話役",
        "local_hands": 10,
        "work": [{"code": "grass_brushcutter", "weight": 3}, {"code": "grass_hand"}],
        "qualifications": [{"code": "brushcutter", "level": "recommended", "note": "当日教えます"}],
        "hazards": ["heat"],
        "offers": [trails.public_id],
        "bring": ["長靴"],
        "min_age": 15,
        "slots": [SLOT],
        "slot_rules": [RULE],
    }


def rows() -> tuple[int, ...]:
    """All that posting writes."""
    models = (Need, NeedWork, NeedQualification, Slot, SlotRule, AuditEntry, Outbox, IdempotencyRecord)
    return tuple(model.objects.count() for model in models)


# Posting.
def test_need_is_posted_with_all_it_says(words, ume: User, trails: Offer) -> None:
    answer = as_user(ume).post(NEEDS, words)

    shown = answer.json()
    assert answer.status_code == 201
    assert {name: shown[name] for name in ("title", "story", "local_hands", "bring", "min_age")} == {
        name: words[name] for name in ("title", "story", "local_hands", "bring", "min_age")
    }
    assert (shown["stage"], shown["mode"], shown["compensation"]) == ("consulting", "on_site", "none")
    assert [(row["code"], row["weight"]) for row in shown["work"]] == [
        ("grass_brushcutter", 3),
        ("grass_hand", 1),
    ]
    assert [(row["code"], row["level"], row["note"]) for row in shown["qualifications"]] == [
        ("brushcutter", "recommended", "当日教えます")
    ]
    assert [row["code"] for row in shown["hazards"]] == ["heat"]
    assert [(row["id"], row["permission"]) for row in shown["offers"]] == [(trails.public_id, "granted")]
    assert shown["slots"][0]["places"] in {6, 12}
    assert sorted({slot["places"] for slot in shown["slots"]}) == [6, 12]
    assert shown["record"] == {
        "posted_for": "",
        "on_site_lead": "区役の世話役",
        "slot_rules": [{**RULE, "rain": ""}],
    }
    assert as_user(ume).get(address(Need.objects.get(title="秋の草刈り"))).json() == shown


@pytest.mark.parametrize(
    ("role", "said", "stands"), [("kenji", "", "榎木谷"), ("mori", "区長の山田", "区長の山田")]
)
def test_need_posted_by_others_says_for_whom(request, words, role: str, said: str, stands: str) -> None:
    answer = as_user(request.getfixturevalue(role)).post(NEEDS, words | {"on_behalf_of": said})
    assert (answer.status_code, answer.json()["record"]["posted_for"]) == (201, stands)


@pytest.mark.parametrize(
    ("role", "expected"), [(None, (401, "not_authenticated")), ("yuki", (403, "not_your_community"))]
)
def test_others_post_nothing(request, words, role: str | None, expected: tuple[int, str]) -> None:
    before = rows()
    answer = as_user(request.getfixturevalue(role) if role else None).post(NEEDS, words)
    assert refusal(answer) == (*expected, [])
    assert rows() == before


def test_need_of_a_community_nobody_may_know_of_is_refused_as_unknown(words, ume: User) -> None:
    hidden = make_region(name="隠れ里")
    answer = as_user(ume).post(NEEDS, words | {"region": hidden.public_id})
    assert refusal(answer) == (422, "invalid", ["region"])
    assert "隠れ里" not in answer.content.decode()


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "0 places": ({"slots": [SLOT | {"places": 0}]}, "places_wrong", "slots"),
    "0 places each time": ({"slot_rules": [RULE | {"places": 0}]}, "places_wrong", "slot_rules"),
    "no places": ({"slots": [{"start_at": SLOT["start_at"], "end_at": SLOT["end_at"]}]}, "invalid", "slots"),
    "end before start": (
        {"slots": [SLOT | {"start_at": SLOT["end_at"], "end_at": SLOT["start_at"]}]},
        "end_before_start",
        "slots",
    ),
    "in the past": ({"slots": [SLOT | {"start_at": "2020-01-05T08:00:00+09:00"}]}, "start_in_past", "slots"),
    "without a zone": (
        {"slots": [SLOT | {"start_at": SLOT["start_at"][:19], "end_at": SLOT["end_at"][:19]}]},
        "time_without_zone",
        "slots",
    ),
    "in eight thousand years": (
        {"slots": [SLOT | {"start_at": "9999-12-31T20:00:00Z", "end_at": "9999-12-31T23:00:00Z"}]},
        "invalid",
        "slots",
    ),
    "no time at all": ({"slots": [SLOT | {"start_at": "morgen"}]}, "invalid", "slots"),
    "the same date twice": ({"slots": [SLOT, SLOT]}, "slot_twice", "slots"),
    "too many dates": ({"slots": [SLOT] * 61}, "too_many", "slots"),
    "a rule without its months": (
        {"slot_rules": [RULE | {"kind": "nth_weekday", "parameters": {"nth": 2, "weekday": "sun"}}]},
        "rule_wrong",
        "slot_rules",
    ),
    "a rule with more than it knows": (
        {"slot_rules": [RULE | {"parameters": RULE["parameters"] | {"note": MEGABYTE}}]},
        "unknown_field",
        "slot_rules.parameters.note",
    ),
    "unknown qualification": (
        {"qualifications": [{"code": "wizard", "level": "recommended"}]},
        "qualification_unknown",
        "qualifications",
    ),
    "unknown level": (
        {"qualifications": [{"code": "brushcutter", "level": "must"}]},
        "invalid",
        "qualifications",
    ),
    "unknown work": ({"work": [{"code": "magic"}]}, "workkind_unknown", "work"),
    "weight out of range": ({"work": [{"code": "grass_hand", "weight": 4}]}, "number_wrong", "work"),
    "unknown hazard": ({"hazards": ["dragons"]}, "hazard_unknown", "hazards"),
    "unknown offer": ({"offers": ["nosuchoffer2"]}, "offer_unknown", "offers"),
    "no title": ({"title": " "}, "text_missing", "title"),
    "1 MB of story": ({"story": MEGABYTE}, "invalid", "story"),
    "1 MB of a code": ({"work": [{"code": MEGABYTE}]}, "invalid", "work"),
    "nobody of the place": ({"local_hands": 0}, "local_hands_missing", "local_hands"),
    "unknown way": ({"mode": "by_phone"}, "invalid", "mode"),
    "unknown field": ({"colour": "red"}, "unknown_field", "colour"),
    "unknown field inside": ({"slots": [SLOT | {"weather": "fine"}]}, "unknown_field", "slots.weather"),
    "stage by the back door": ({"stage": "open"}, "unknown_field", "stage"),
    "a word for yes": ({"children_ok": "yes"}, "invalid", "children_ok"),
    "a list for a text": ({"title": ["a"]}, "invalid", "title"),
    "a text for a list": ({"slots": "Sunday"}, "invalid", "slots"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_need_is_refused_clearly_and_nothing_is_written(words, ume: User, case: str) -> None:
    wrong, code, field = WRONG[case]
    before = rows()
    answer = as_user(ume).post(NEEDS, words | wrong, headers={"Idempotency-Key": "a"})
    assert refusal(answer) == (422, code, [field])
    assert rows() == before


def test_all_that_is_wrong_is_said_at_once(words, ume: User) -> None:
    wrong = {"title": "", "hazards": ["dragons"], "slots": [SLOT | {"places": 0}]}
    assert refusal(as_user(ume).post(NEEDS, words | wrong)) == (
        422,
        "text_missing",
        ["hazards", "slots", "title"],
    )


def test_same_click_twice_posts_once_and_a_changed_one_is_refused(words, ume: User) -> None:
    client, headers = as_user(ume), {"Idempotency-Key": "click"}
    first, second = (client.post(NEEDS, words, headers=headers) for _time in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    changed = client.post(NEEDS, words | {"title": "冬の草刈り"}, headers=headers)
    assert refusal(changed) == (409, "idempotency_key_reused", [])
    assert Need.objects.filter(region__public_id=words["region"]).exclude(title="夏と秋の草刈り").count() == 1


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"[]",
        b'"text"',
        b'{"title": NaN}',
        b"[" * 100_000,
        b'{"title": "\\u0000"}',
        b'{"title": "\\ud800"}',
    ],
)
def test_body_that_is_no_need_is_refused(saga: Region, ume: User, raw: bytes) -> None:
    answer = as_user(ume).generic("POST", NEEDS, raw, content_type="application/json")
    assert refusal(answer)[0] in {400, 422}
    assert not Need.objects.exists()


# Changing.
def test_words_are_changed_one_by_one_and_lists_as_a_whole(mowing: Need, ume: User) -> None:
    answer = as_user(ume).patch(
        address(mowing), {"story": "夏は早い。", "work": [{"code": "grass_hand", "weight": 2}]}
    )
    shown = answer.json()
    assert (answer.status_code, shown["story"], shown["title"]) == (200, "夏は早い。", "夏と秋の草刈り")
    assert [(row["code"], row["weight"]) for row in shown["work"]] == [("grass_hand", 2)]
    assert Outbox.objects.get().payload == {"need": mowing.pk}


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"work": []}, "work_missing", "work"),
        ({"on_site_lead": ""}, "on_site_lead_missing", "on_site_lead"),
        ({"min_age": -1}, "number_wrong", "min_age"),
        ({"slots": [SLOT]}, "unknown_field", "slots"),
        ({"region": "elsewhere"}, "unknown_field", "region"),
    ],
)
def test_wrong_change_is_refused_and_nothing_changes(mowing: Need, ume: User, body, code, field) -> None:
    before = Need.objects.values().get()
    assert refusal(as_user(ume).patch(address(mowing), body)) == (422, code, [field])
    assert Need.objects.values().get() == before
    assert (mowing.work.count(), Outbox.objects.count()) == (2, 0)


def test_closed_need_is_not_changed(mowing: Need, ume: User) -> None:
    Need.objects.update(stage=NeedStage.CLOSED)
    client = as_user(ume)
    answers = [
        client.patch(address(mowing), {"title": "新"}),
        client.post(address(mowing, "slots/"), SLOT),
        client.post(address(mowing, "rules/"), RULE),
    ]
    assert [refusal(answer)[:2] for answer in answers] == [(409, "need_closed")] * 3
    assert (Need.objects.get().title, Slot.objects.count(), SlotRule.objects.count()) == (
        "夏と秋の草刈り",
        1,
        0,
    )


# Its way to the public.
def test_need_goes_its_way_step_by_step_and_no_step_twice(words, ume: User, yuki: User, mori: User) -> None:
    client = as_user(ume)
    client.post(NEEDS, words)
    need = Need.objects.get(title="秋の草刈り")

    def step(rest: str, **body: str) -> tuple[int, str]:
        answer = client.post(address(need, rest), body)
        return answer.status_code, answer.json().get("stage") or answer.json()["code"]

    assert step("open/") == (409, "need_stage")
    assert step("advance/", to="consented", note="早い") == (409, "need_stage")
    assert step("advance/", to="hearing") == (200, "hearing")
    assert step("advance/", to="hearing") == (409, "need_stage")
    assert step("advance/", to="consented") == (422, "text_missing")
    assert step("advance/", to="consented", note="5月の寄り合いで了解") == (200, "consented")
    assert refusal(as_user(yuki).get(address(need))) == (404, "not_found", [])
    assert step("open/") == (200, "open")
    assert step("open/") == (409, "need_stage")
    assert as_user(yuki).get(address(need)).json()["stage"] == "open"
    assert Outbox.objects.filter(topic="matching.rescore").count() == 1
    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["need.post", "need.hearing", "need.consented", "need.open"]


@pytest.mark.parametrize("to", ["open", "closed", "consulting", "x"])
def test_other_stages_are_no_step(mowing: Need, ume: User, to: str) -> None:
    """Open and closed have addresses of their own, where what hangs on them is done."""
    Need.objects.update(stage=NeedStage.CONSENTED)
    assert refusal(as_user(ume).post(address(mowing, "advance/"), {"to": to})) == (422, "invalid", ["to"])
    assert Need.objects.get().stage == NeedStage.CONSENTED


def test_need_without_dates_and_work_is_not_opened(saga: Region, ume: User) -> None:
    need = make_need(saga, stage=NeedStage.CONSENTED, work=(), slots=[], on_site_lead="")
    answer = as_user(ume).post(address(need, "open/"), {})
    assert refusal(answer) == (422, "on_site_lead_missing", ["on_site_lead", "slots", "work"])
    need.refresh_from_db()
    assert need.stage == NeedStage.CONSENTED


def test_need_that_nobody_covers_is_accepted_and_told(ume: User, saga: Region, admin: User) -> None:
    """No organization here: it is open, its poster and the administrators are told, proposals wait."""
    need = make_need(saga, stage=NeedStage.CONSENTED, posted_by=ume)
    assert as_user(ume).post(address(need, "open/"), {}).json()["stage"] == "open"
    told = Outbox.objects.filter(topic="accounts.notify").values_list("payload__kind", "payload__user_id")
    assert sorted(told) == [("need_uncovered", ume.pk), ("need_uncovered_admin", admin.pk)]


@pytest.mark.parametrize("rest", ["advance/", "open/", "slots/", "rules/"])
def test_others_move_nothing(mowing: Need, yuki: User, rest: str) -> None:
    body = {"advance/": {"to": "hearing"}, "open/": {}, "slots/": SLOT, "rules/": RULE}[rest]
    assert refusal(as_user(yuki).post(address(mowing, rest), body)) == (403, "not_your_community", [])
    assert (Need.objects.get().stage, Slot.objects.count(), SlotRule.objects.count()) == ("open", 1, 0)
    assert not AuditEntry.objects.exists()


# Paid employment is listed and linked.
def test_employment_is_linked_in_the_public_answer(words, ume: User, yuki: User) -> None:
    link = "https://work.example.jp/jobs/7"
    paid = words | {"compensation": "employment", "employment_url": link}
    need = Need.objects.get(public_id=as_user(ume).post(NEEDS, paid).json()["id"])
    Need.objects.filter(pk=need.pk).update(stage=NeedStage.OPEN, opened_at=timezone.now())
    for reader in (yuki, ume, None):
        assert as_user(reader).get(address(need)).json()["employment_url"] == link
    refused = as_user(ume).patch(address(need), {"employment_url": "http://work.example.jp/"})
    assert refusal(refused) == (422, "employment_url_wrong", ["employment_url"])
    assert refusal(as_user(ume).post(NEEDS, words | {"compensation": "employment"})) == (
        422, "employment_url_missing", ["employment_url"],
    )  # fmt: skip
