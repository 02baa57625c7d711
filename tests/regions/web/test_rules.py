"""The rules of a community and who speaks for it: shown, changed, handed over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, User
from regions.enums import ConsentMatter, Publicity
from regions.models import Region, Representative, RequiredConsent
from regions.policies import represents_region

pytestmark = pytest.mark.django_db


def sent(client: Client, user: User, region: Region, rule: str, **answers: object):
    client.force_login(user)
    return client.post(reverse("place-rule", args=[region.public_id, rule]), answers)


def page(client: Client, user: User, region: Region) -> str:
    client.force_login(user)
    return client.get(reverse("place-rules", args=[region.public_id])).content.decode()


def test_consents_are_added_and_taken_away_and_words_stay(client: Client, saga: Region, ume: User) -> None:
    RequiredConsent.objects.create(
        region=saga, by="役員会", matter=ConsentMatter.DATES, needed_for="区役の日", meets="毎月9日"
    )
    added = {
        "by_0": "役員会", "matter_0": "dates", "meets_0": "毎月10日", "by_1": "総会", "matter_1": "new_party",
        "by_2": "", "matter_2": "dates",
    }  # fmt: skip
    assert sent(client, ume, saga, "consents", **added).status_code == 302
    rows = set(saga.required_consents.values_list("by", "matter", "needed_for", "meets"))
    assert rows == {("役員会", "dates", "区役の日", "毎月10日"), ("総会", "new_party", "", "")}
    assert "総会" in page(client, ume, saga)
    away = {f"by_{place}": "" for place in range(4)} | {f"matter_{place}": "dates" for place in range(4)}
    assert sent(client, ume, saga, "consents", **away).status_code == 302
    assert saga.required_consents.count() == 0


def test_same_consent_twice_is_refused(client: Client, saga: Region, ume: User) -> None:
    twice = {"by_0": "総会", "matter_0": "dates", "by_1": "総会", "matter_1": "dates"}
    assert sent(client, ume, saga, "consents", **twice).status_code == 422
    assert saga.required_consents.count() == 0


def test_quiet_times_are_said_in_days_and_may_span_new_year(
    client: Client, saga: Region, kenji: User
) -> None:
    said = {"label_0": "正月", "from_month_0": "12", "from_day_0": "28", "until_month_0": "1", "until_day_0": "5"}  # fmt: skip
    assert sent(client, kenji, saga, "quiet", **said).status_code == 302
    assert list(saga.quiet_periods.values_list("label", "from_mmdd", "until_mmdd")) == [("正月", 1228, 105)]
    assert "正月 12月28日–1月5日" in page(client, kenji, saga)
    assert AuditEntry.objects.get().on_behalf_of == "榎木谷"


def test_quiet_time_needs_both_days_and_real_ones(client: Client, saga: Region, ume: User) -> None:
    half = {"label_0": "盆", "from_month_0": "8", "from_day_0": "13"}
    answer = sent(client, ume, saga, "quiet", **half)
    assert set(answer.context["form"].errors) == {"until_month_0", "until_day_0"}
    wrong = half | {"from_month_0": "2", "from_day_0": "30", "until_month_0": "3", "until_day_0": "1"}
    assert sent(client, ume, saga, "quiet", **wrong).status_code == 422
    assert saga.quiet_periods.count() == 0


def test_first_visits_and_the_way_are_changed(client: Client, saga: Region, ume: User) -> None:
    said = {"first_visit_max": "3", "wants_circular": "on", "nearest_stop": "古湯", "last_mile": "送迎車"}
    assert sent(client, ume, saga, "visits", **said).status_code == 302
    saga.refresh_from_db()
    assert (saga.first_visit_max, saga.wants_circular, saga.nearest_stop, saga.last_mile) == (
        3,
        True,
        "古湯",
        "送迎車",
    )
    assert sent(client, ume, saga, "visits", first_visit_max="0").status_code == 422


def test_publicity_is_changed_with_who_agreed(client: Client, saga: Region, kenji: User) -> None:
    assert sent(client, kenji, saga, "public", publicity="region_name").status_code == 422
    assert Region.objects.get(pk=saga.pk).publicity == Publicity.MUNICIPALITY_ONLY
    said = {"publicity": "region_name", "publicity_evidence": "5月9日の役員会"}
    assert sent(client, kenji, saga, "public", **said).status_code == 302
    assert Region.objects.get(pk=saga.pk).publicity == Publicity.REGION_NAME
    assert AuditEntry.objects.get().details["evidence"] == "5月9日の役員会"


def test_office_is_handed_over_in_april(
    client: Client, saga: Region, ume: User, kenji: User, yuki: User
) -> None:
    Representative.objects.filter(region=saga).update(from_on=timezone.localdate() - timedelta(days=400))
    start = timezone.localdate()
    said = {"role": "自治会長", "from_on": start.isoformat(), "term": "2年", "contact_way": "夜に電話"}
    assert sent(client, kenji, saga, "office", person=yuki.public_id, **said).status_code == 302
    assert represents_region(yuki, saga)
    assert not represents_region(ume, saga)
    shown = page(client, kenji, saga)
    assert shown.index("ゆき") < shown.index("梅")
    assert "2年" in shown
    client.force_login(ume)
    assert client.get(reverse("place-rules", args=[saga.public_id])).status_code == 404


def test_office_is_held_without_an_account_and_unknown_numbers_are_refused(
    client: Client, saga: Region, kenji: User
) -> None:
    said = {"role": "区長代理", "from_on": timezone.localdate().isoformat()}
    for number in ("nobody", "../", "nobody@example.org"):
        answer = sent(client, kenji, saga, "office", person=number, **said)
        assert list(answer.context["form"].errors) == ["person"]
    assert sent(client, kenji, saga, "office", **said).status_code == 302
    assert saga.representatives.get(role="区長代理").user is None


def test_unknown_rule_is_not_there(client: Client, saga: Region, ume: User) -> None:
    assert sent(client, ume, saga, "nothing").status_code == 404


@pytest.mark.parametrize("rule", ["visits", "public", "consents", "quiet", "office"])
@pytest.mark.parametrize("who", ["hana", "yuki"])
def test_outsider_changes_no_rule(
    client: Client, saga: Region, rule: str, who: str, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(who)
    said = {"first_visit_max": "9", "publicity": "full", "publicity_evidence": "x", "role": "区長", "from_on": "2030-01-01"}  # fmt: skip
    assert sent(client, user, saga, rule, **said).status_code == 404
    saga.refresh_from_db()
    assert (saga.first_visit_max, saga.publicity, saga.representatives.count()) == (5, "municipality_only", 1)


@pytest.mark.parametrize("count", [1, 3])
def test_page_takes_a_fixed_number_of_queries(
    client: Client, saga: Region, kenji: User, count: int, django_assert_num_queries
) -> None:
    for number in range(count):
        saga.quiet_periods.create(label=f"祭り{number}", from_mmdd=801, until_mmdd=802)
        saga.required_consents.create(by=f"班{number}", matter=ConsentMatter.DATES)
        Representative.objects.create(region=saga, role=f"班長{number}")
    client.force_login(kenji)
    with django_assert_num_queries(10):
        assert client.get(reverse("place-rules", args=[saga.public_id])).status_code == 200
