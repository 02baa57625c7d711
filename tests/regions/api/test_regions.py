"""Communities through the API: as much as they let be public, the record to those who know them, acts by who may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEntry, User
from regions.enums import Publicity
from regions.models import Need, QuietPeriod, Region, Representative, RequiredConsent
from tests.builders import SAGA, SHINJUKU, make_municipality, make_need, make_region
from tests.support.api import API, as_user, refusal

pytestmark = pytest.mark.django_db
REGIONS = f"{API}regions/"


def address(region: Region, rest: str = "") -> str:
    return f"{REGIONS}{region.public_id}/{rest}"


# Seeing.
def test_stranger_sees_the_municipality_and_not_the_name(saga: Region, mowing: Need, yuki: User) -> None:
    for user in (None, yuki):
        answer = as_user(user).get(REGIONS)
        (shown,) = answer.json()["results"]
        assert (shown["label"], shown["name"], shown["figures"], shown["record"]) == (
            "佐賀県佐賀市の地区",
            None,
            None,
            None,
        )
        assert as_user(user).get(address(saga)).json() == shown
        assert not any(word in answer.content.decode() for word in ("榎木谷", "富士町", "梅"))


@pytest.mark.parametrize(
    ("publicity", "name", "figures"),
    [
        (Publicity.REGION_NAME, "榎木谷", None),
        (Publicity.FULL, "榎木谷", {"people": 38, "households": 19, "share_65_percent": None}),
    ],
)
def test_stranger_sees_what_the_community_lets_be_public(
    saga: Region, mowing: Need, publicity, name, figures
) -> None:
    Region.objects.filter(pk=saga.pk).update(publicity=publicity)
    shown = as_user(None).get(address(saga)).json()
    assert (shown["name"], shown["figures"], shown["record"]) == (name, figures, None)


@pytest.mark.parametrize("role", ["ume", "kenji", "mori", "admin"])
def test_those_who_know_a_community_see_its_record(request, saga: Region, mori: User, role: str) -> None:
    """Without any open need: it is theirs all the same."""
    QuietPeriod.objects.create(region=saga, label="田植え", from_mmdd=601, until_mmdd=620)
    RequiredConsent.objects.create(region=saga, by="寄り合い", matter="new_party", meets="毎月5日")

    shown = as_user(request.getfixturevalue(role)).get(address(saga)).json()

    assert (shown["name"], shown["figures"]["people"]) == ("榎木谷", 38)
    record = shown["record"]
    assert record["area"] == "富士町の山あい"
    assert record["quiet_periods"] == [{"label": "田植え", "from_mmdd": 601, "until_mmdd": 620}]
    assert record["required_consents"] == [
        {"by": "寄り合い", "matter": "new_party", "needed_for": "", "meets": "毎月5日"}
    ]
    assert [(row["role"], row["user"]["name"]) for row in record["representatives"]] == [("自治会長", "梅")]
    assert record["guides"] == [{"id": mori.public_id, "name": "森", "organization": "背振つなぎ舎"}]


@pytest.mark.parametrize("role", [None, "hana", "yuki"])
def test_community_without_open_need_does_not_exist_for_others(request, saga: Region, role) -> None:
    client = as_user(request.getfixturevalue(role) if role else None)
    assert client.get(REGIONS).json()["results"] == []
    assert refusal(client.get(address(saga))) == (404, "not_found", [])


def test_list_is_narrowed_by_place_and_not_by_name(saga: Region, mowing: Need) -> None:
    elsewhere = make_region(municipality=SHINJUKU)
    make_need(elsewhere)
    client = as_user(None)

    def ids(query: str) -> list[str]:
        return [row["id"] for row in client.get(f"{REGIONS}?{query}").json()["results"]]

    assert ids("ordering=municipality_id") == [elsewhere.public_id, saga.public_id]
    assert ids(f"municipality={SAGA}") == [saga.public_id]
    assert ids("prefecture=13") == [elsewhere.public_id]
    assert refusal(client.get(f"{REGIONS}?name=榎木谷")) == (422, "unknown_filter", ["name"])
    assert refusal(client.get(f"{REGIONS}?ordering=name")) == (422, "unknown_ordering", ["ordering"])


# Keeping the record.
def test_representative_changes_values_and_nothing_else(saga: Region, ume: User) -> None:
    answer = as_user(ume).patch(
        address(saga), {"people": 37, "access_note": "冬は雪", "point_latitude": 33.377}
    )
    assert answer.status_code == 200
    saga.refresh_from_db()
    assert (saga.people, saga.access_note, str(saga.point_latitude), saga.households) == (
        37,
        "冬は雪",
        "33.40",
        19,
    )


ACTS = {
    "update": ("patch", "", {"people": 1}),
    "quiet": ("put", "quiet-periods/", {"quiet_periods": []}),
    "consents": ("put", "required-consents/", {"required_consents": []}),
    "representative": ("post", "representatives/", {"role": "区長"}),
    "guide": ("put", "guide/", {"guide": None}),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(("role", "expected"), [(None, 401), ("hana", 403), ("yuki", 403)])
@pytest.mark.usefixtures("mowing")
def test_others_change_nothing(request, saga: Region, act: str, role, expected: int) -> None:
    method, rest, body = ACTS[act]
    client = as_user(request.getfixturevalue(role) if role else None)
    answer = getattr(client, method)(address(saga, rest), body)
    assert refusal(answer)[0] == expected
    saga.refresh_from_db()
    assert (saga.people, saga.representatives.count()) == (38, 1)
    assert not AuditEntry.objects.exists()


def test_quiet_periods_are_replaced_and_twice_is_the_same(saga: Region, kenji: User) -> None:
    QuietPeriod.objects.create(region=saga, label="祭り", from_mmdd=1001, until_mmdd=1003)
    body = {"quiet_periods": [{"label": "正月", "from_mmdd": 1228, "until_mmdd": 105}]}
    client = as_user(kenji)
    first, second = (client.put(address(saga, "quiet-periods/"), body) for _time in range(2))
    assert first.json()["record"]["quiet_periods"] == body["quiet_periods"]
    assert second.json()["record"]["quiet_periods"] == body["quiet_periods"]
    assert saga.quiet_periods.count() == 1


@pytest.mark.parametrize(
    ("act", "code", "field"),
    [
        (("quiet-periods/", {"quiet_periods": [{"label": "盆", "from_mmdd": 1332, "until_mmdd": 815}]}), "day_wrong", "quiet_periods"),
        (("quiet-periods/", {"quiet_periods": [{"label": "", "from_mmdd": 813, "until_mmdd": 815}]}), "text_missing", "label"),
        (("required-consents/", {"required_consents": [{"by": "総会", "matter": "money"}]}), "invalid", "required_consents"),
        (("required-consents/", {"required_consents": [{"by": "総会", "matter": "dates"}] * 2}), "consent_twice", "required_consents"),
        (("quiet-periods/", {"quiet_periods": [{"label": "盆", "color": "red", "from_mmdd": 813, "until_mmdd": 815}]}), "unknown_field", "quiet_periods.color"),
        (("quiet-periods/", {}), "invalid", "quiet_periods"),
    ],
)  # fmt: skip
def test_wrong_list_is_refused_and_the_old_one_stays(saga: Region, ume: User, act, code, field) -> None:
    rest, body = act
    QuietPeriod.objects.create(region=saga, label="祭り", from_mmdd=1001, until_mmdd=1003)
    RequiredConsent.objects.create(region=saga, by="寄り合い", matter="new_party")
    assert refusal(as_user(ume).put(address(saga, rest), body)) == (422, code, [field])
    assert (saga.quiet_periods.get().label, saga.required_consents.get().by) == ("祭り", "寄り合い")


def test_required_consents_are_replaced(saga: Region, mori: User) -> None:
    body = {
        "required_consents": [{"by": "水利組合", "matter": "dates", "needed_for": "水路", "meets": "3月"}]
    }
    answer = as_user(mori).put(address(saga, "required-consents/"), body)
    assert (answer.status_code, answer.json()["record"]["required_consents"]) == (
        200,
        body["required_consents"],
    )


def test_office_is_handed_over(saga: Region, ume: User, kenji: User, hana: User) -> None:
    today = timezone.localdate()
    body = {"role": "自治会長", "user": hana.public_id, "term": "2年", "from_on": today.isoformat()}
    answer = as_user(kenji).post(address(saga, "representatives/"), body)
    assert (answer.status_code, answer.json()["user"]) == (201, {"id": hana.public_id, "name": "花"})
    assert Representative.objects.get(user=ume).until_on == today - timedelta(days=1)
    assert (
        refusal(as_user(ume).patch(address(saga), {"people": 1}))[0] == 404
    )  # no longer hers, and not public
    again = as_user(kenji).post(address(saga, "representatives/"), body)
    assert refusal(again) == (422, "term_before_present", ["from_on"])


def test_unknown_person_is_not_named(saga: Region, ume: User) -> None:
    body = {"role": "会計", "user": "nobodyatall2"}
    assert refusal(as_user(ume).post(address(saga, "representatives/"), body)) == (422, "invalid", ["user"])
    assert saga.representatives.count() == 1


def test_guide_is_named_by_administrators_alone(saga: Region, mori: User, admin: User, ume: User) -> None:
    body = {"guide": mori.public_id}
    assert refusal(as_user(ume).put(address(saga, "guide/"), body)) == (403, "not_administrator", [])
    answers = [as_user(admin).put(address(saga, "guide/"), body) for _time in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    saga.refresh_from_db()
    assert saga.guide == mori.guide
    assert AuditEntry.objects.filter(action="region.assign_guide").count() == 1
    assert as_user(admin).put(address(saga, "guide/"), {"guide": None}).status_code == 200
    saga.refresh_from_db()
    assert saga.guide is None


def test_community_is_recorded_by_the_officer_once(saga: Region, kenji: User, hana: User) -> None:
    make_municipality(SHINJUKU)
    body = {"municipality": SAGA, "name": "杉の里", "publicity": "full", "people": 12}
    answer = as_user(kenji).post(REGIONS, body)
    assert (answer.status_code, answer.json()["name"], answer.json()["figures"]["people"]) == (
        201,
        "杉の里",
        12,
    )
    assert refusal(as_user(kenji).post(REGIONS, body)) == (409, "region_exists", ["name"])
    assert refusal(as_user(hana).post(REGIONS, body | {"name": "x"})) == (403, "not_your_municipality", [])
    elsewhere = body | {"municipality": SHINJUKU}
    assert refusal(as_user(kenji).post(REGIONS, elsewhere)) == (403, "not_your_municipality", [])
    assert refusal(as_user(kenji).post(REGIONS, body | {"municipality": "x"})) == (
        422,
        "invalid",
        ["municipality"],
    )
    assert Region.objects.count() == 2


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"share_65_percent": 101}, "number_wrong", "share_65_percent"),
        ({"first_visit_max": 0}, "number_wrong", "first_visit_max"),
        ({"point_longitude": 10.0}, "point_wrong", "point_longitude"),
        ({"point_latitude": "inf"}, "invalid", "point_latitude"),
        ({"name": ""}, "text_missing", "name"),
        ({"origin": "a" * 1_000_000}, "invalid", "origin"),
        ({"people": "many"}, "invalid", "people"),
        ({"wants_circular": "yes"}, "invalid", "wants_circular"),
        ({"people": True}, "invalid", "people"),
        ({"publicity": "secret"}, "invalid", "publicity"),
        ({"colour": "red"}, "unknown_field", "colour"),
        ({"guide": None}, "unknown_field", "guide"),
    ],
)
def test_wrong_value_is_refused_and_nothing_changes(saga: Region, ume: User, body, code, field) -> None:
    before = Region.objects.filter(pk=saga.pk).values().get()
    answer = as_user(ume).patch(address(saga), body)
    assert refusal(answer) == (422, code, [field])
    assert Region.objects.filter(pk=saga.pk).values().get() == before


def test_taken_name_is_a_conflict(saga: Region, ume: User) -> None:
    make_region(name="隣")
    assert refusal(as_user(ume).patch(address(saga), {"name": "隣"})) == (409, "region_exists", ["name"])
    saga.refresh_from_db()
    assert saga.name == "榎木谷"
