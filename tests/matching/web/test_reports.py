"""Reporting an accident from the page of a match, reading the report, ticking off whom it has reached."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, User, Volunteer
from matching.enums import Reached, ReachHow
from matching.models import Match, Report
from matching.services.reports import add_note, record_reached, write_report
from regions.models import Need
from tests.builders import make_need, make_party, make_user
from tests.matching import saga as story
from tests.matching.reporting import SECRET, told_of_accident, told_of_near_miss
from tests.support.api import API, as_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def agreed(mowing: Need, hana_party: Volunteer, mori: User) -> Match:
    return story.agreed(mowing, hana_party, guide=mori)


@pytest.fixture
def report(agreed: Match, hana: User) -> Report:
    return write_report(match_id=agreed.pk, actor=hana, told=told_of_accident(agreed))


def answers(match: Match, **changes: Any) -> dict[str, Any]:
    at = timezone.localtime() - timedelta(hours=1)
    return {
        "kind": "accident", "harm": "ambulance", "called": ["119", "hospital"], "slot": match.slots.get().pk,
        "happened_at": f"{at:%Y-%m-%dT%H:%M}", "place": "地蔵の前", "happened": SECRET, "done": "", "prevention": "",
        "is_before_date": "on",
    } | changes  # fmt: skip


def new(match: Match) -> str:
    return reverse("report-new", args=[match.public_id])


def page(report: Report) -> str:
    return reverse("report-page", args=[report.public_id])


def test_report_is_written_from_the_page_of_the_match_and_ticked_off(
    client: Client, agreed: Match, hana: User, mori: User
) -> None:
    client.force_login(hana)
    assert new(agreed) in client.get(reverse("match-page", args=[agreed.public_id])).content.decode()
    assert client.get(new(agreed)).status_code == 200
    answer = client.post(new(agreed), answers(agreed))
    report = Report.objects.get()
    assert answer["Location"] == page(report)
    assert (report.called_119, report.called_110, report.called_hospital) == (True, False, True)
    assert SECRET in client.get(page(report)).content.decode()
    insurer = reverse("report-reached", args=[report.public_id, "insurer"])
    assert insurer not in client.get(page(report)).content.decode()

    client.force_login(mori)
    assert insurer in client.get(page(report)).content.decode()
    assert client.post(insurer, {"how": "phone", "note": "受付 12"})["Location"] == page(report)
    text = client.get(page(report)).content.decode()
    assert "受付 12" in text
    assert insurer not in text
    assert client.get(insurer)["Location"] == page(report)


def test_refusal_stands_beside_its_field_and_the_words_are_kept(
    client: Client, agreed: Match, hana: User
) -> None:
    client.force_login(hana)
    answer = client.post(new(agreed), answers(agreed, kind="near_miss"))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["kind"])
    assert SECRET in answer.content.decode()
    answer = client.post(new(agreed), answers(agreed, happened_at="0001-01-01T00:00", slot="0"))
    assert (answer.status_code, "slot" in answer.context["form"].errors) == (422, True)
    assert not Report.objects.exists()


def test_what_happened_before_the_date_is_asked_about(client: Client, agreed: Match, hana: User) -> None:
    client.force_login(hana)
    answer = client.post(new(agreed), answers(agreed, kind="near_miss", harm="nobody", is_before_date=""))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["happened_at"])
    assert "より前の日時です" in answer.content.decode()
    assert not Report.objects.exists()
    assert client.post(new(agreed), answers(agreed)).status_code == 302  # it is said to be so
    assert Report.objects.count() == 1


def test_what_happened_on_the_morning_of_the_day_is_not_asked_about(
    client: Client, agreed: Match, hana: User
) -> None:
    now = timezone.now()
    agreed.slots.update(start_at=now + timedelta(minutes=1), end_at=now + timedelta(hours=2))
    client.force_login(hana)
    at = f"{timezone.localtime(now):%Y-%m-%dT%H:%M}"
    assert client.post(new(agreed), answers(agreed, happened_at=at, is_before_date="")).status_code == 302


def test_what_is_entered_for_somebody_is_marked(
    client: Client, agreed: Match, hana: User, kenji: User, mori: User
) -> None:
    for actor, stated in ((mori, "花さん（電話）"), (kenji, ""), (hana, "だれか")):
        client.force_login(actor)
        assert client.post(new(agreed), answers(agreed, on_behalf_of=stated)).status_code == 302
    rows = Report.objects.order_by("pk").values_list("role", "on_behalf_of")
    assert list(rows) == [("guide", "花さん（電話）"), ("region", "佐賀県佐賀市"), ("party", "")]


def test_report_is_added_to(client: Client, report: Report, ume: User) -> None:
    client.force_login(ume)
    assert client.post(page(report), {"text": "", "tells_prevention": "on"}).status_code == 422
    answer = client.post(page(report), {"text": "間をあける。<b>", "tells_prevention": "on"})
    assert answer["Location"] == page(report)
    assert "間をあける。&lt;b&gt;" in client.get(page(report)).content.decode()
    assert report.notes.get().tells_prevention


def test_outsiders_and_administrators_find_nothing(
    client: Client, agreed: Match, report: Report, yuki: User, admin: User, elsewhere: User
) -> None:
    reached = reverse("report-reached", args=[report.public_id, "insurer"])
    for user in (yuki, admin, elsewhere):
        client.force_login(user)
        assert {client.get(path).status_code for path in (new(agreed), page(report), reached)} == {404}
        assert client.post(new(agreed), answers(agreed)).status_code == 404
        assert client.post(page(report), {"text": "わたしも"}).status_code == 404
        assert page(report) not in client.get(reverse("match-page", args=[agreed.public_id])).content.decode()
    assert (Report.objects.count(), report.notes.count()) == (1, 0)


def test_words_about_health_stand_on_the_page_of_the_report_alone(
    client: Client, report: Report, hana: User, ume: User, mori: User, admin: User
) -> None:
    match = report.match
    pages = [reverse("match-page", args=[match.public_id]), reverse("match-list"), reverse("my-data")]
    for user in (hana, ume, mori, admin):
        client.force_login(user)
        for path in [*pages, *([reverse("board")] if user == mori else [])]:
            assert SECRET not in client.get(path).content.decode(), (user, path)
        for path in (f"matches/{match.public_id}/", f"matches/{match.public_id}/events/", "matches/"):
            answer = as_user(user).get(f"{API}{path}")
            assert answer.status_code == 200
            assert SECRET not in json.dumps(answer.json(), ensure_ascii=False), (user, path)
        taken = client.get(reverse("my-data-export")).content.decode()
        assert (json.dumps(SECRET)[1:-1] in taken or SECRET in taken) == (user == hana)


def test_sides_do_not_tick_off(client: Client, report: Report, hana: User, ume: User) -> None:
    reached = reverse("report-reached", args=[report.public_id, "office"])
    for user in (hana, ume):
        client.force_login(user)
        assert client.post(reached, {"how": "phone"}).status_code == 404
    assert not report.reaches.exclude(done_at=None).exists()


def test_who_comes_along_reports_from_the_emergency_card(client: Client, agreed: Match) -> None:
    member = make_user("次郎")
    Membership.objects.create(volunteer=agreed.volunteer, user=member)
    agreed.named_people.create(user=member)
    client.force_login(member)
    card = client.get(reverse("emergency-card", args=[agreed.need.public_id])).content.decode()
    assert new(agreed) in card
    answer = client.post(new(agreed), answers(agreed), follow=True)
    assert answer.status_code == 200
    assert reverse("match-page", args=[agreed.public_id]) not in answer.content.decode()


def test_guide_reads_what_happened_elsewhere_in_the_community(
    client: Client, saga, agreed: Match, hana: User, mori: User, ume: User
) -> None:
    other = story.agreed(make_need(saga), make_party(), guide=mori)
    here, old = (
        write_report(match_id=other.pk, actor=mori, told=told_of_near_miss(other, happened_at=at))
        for at in (timezone.now() - timedelta(days=300), timezone.now() - timedelta(days=365))
    )
    Report.objects.filter(pk=old.pk).update(happened_at=timezone.now() - timedelta(days=400))
    client.force_login(mori)
    shown = client.get(reverse("match-page", args=[agreed.public_id])).context["reports"]
    assert ([row.pk for row in shown.own], [row.pk for row in shown.nearby]) == ([], [here.pk])
    for side in (hana, ume):
        client.force_login(side)
        shown = client.get(reverse("match-page", args=[agreed.public_id])).context["reports"]
        assert (list(shown.own), list(shown.nearby)) == ([], [])


@pytest.mark.parametrize("count", [1, 3])
def test_pages_take_a_fixed_number_of_queries(
    client: Client, agreed: Match, report: Report, mori: User, count: int, django_assert_num_queries
) -> None:
    for number in range(count):
        add_note(report=report, actor=mori, text=f"{number}")
        told = told_of_near_miss(agreed, happened=f"{number}")
        write_report(match_id=agreed.pk, actor=mori, told=told)
    for who in [Reached.OFFICE, Reached.INSURER][: count - 1] or [Reached.OFFICE]:
        record_reached(report=report, actor=mori, who=who, how=ReachHow.PHONE)
    client.force_login(mori)
    with django_assert_num_queries(20):
        client.get(page(report))
    with django_assert_num_queries(20):
        client.get(reverse("match-page", args=[agreed.public_id]))


def test_links_of_the_form_lead_where_this_person_may_go(client: Client, agreed: Match, hana: User) -> None:
    card = reverse("emergency-card", args=[agreed.need.public_id])
    member = make_user("次郎")
    Membership.objects.create(volunteer=agreed.volunteer, user=member)
    for user, shown in ((hana, True), (member, False)):
        client.force_login(user)
        text = client.get(new(agreed)).content.decode()
        assert (card in text, client.get(card).status_code == 200) == (shown, shown)
        assert (reverse("match-page", args=[agreed.public_id]) in text) == shown
