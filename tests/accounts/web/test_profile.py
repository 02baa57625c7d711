"""One's own page: tasks with what is known, each a short form that calls one service and loses nothing else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import AbilityLevel, Transport
from accounts.models import (
    Absence,
    AuditEntry,
    Availability,
    ContactCard,
    HeldQualification,
    Outbox,
    PostalCode,
    User,
    Volunteer,
)
from accounts.web.party_tasks import TASKS, Standing, tasks_of
from tests.builders import (
    FUKUOKA,
    SAGA,
    make_asset_kind,
    make_municipality,
    make_party,
    make_qualification,
    make_user,
    make_work_kind,
)

pytestmark = pytest.mark.django_db
WINDOW = {"weekdays_0": [5, 6], "months_0": [4, 5], "parts_0": [0]}


@pytest.fixture
def browser(client: Client, hana: User) -> Client:
    client.force_login(hana)
    return client


def task(party: Volunteer, name: str) -> str:
    return reverse("party-task", args=[party.public_id, name])


def standings(party: Volunteer) -> dict[str, Standing]:
    return {row.name: row.standing for row in tasks_of(party)}


def test_page_says_what_is_known_and_what_is_missing(browser: Client, hana_party: Volunteer) -> None:
    text = browser.get(reverse("profile")).content.decode()
    assert make_work_kind("waterway").label in text
    assert "あと1つ" in text  # the emergency contact, asked at the first application
    hana_party.abilities.all().delete()
    hana_party.availabilities.all().delete()
    found = standings(hana_party)
    assert (found["abilities"], found["days"]) == (Standing.OPEN, Standing.OPEN)
    assert (found["wishes"], found["absences"]) == (Standing.DONE, Standing.FREE)
    assert "あと2つ" in browser.get(reverse("party-page", args=[hana_party.public_id])).content.decode()


@pytest.mark.parametrize("name", list(TASKS))
def test_every_task_opens_for_the_representative_and_nobody_else(
    browser: Client, hana_party: Volunteer, yuki_party: Volunteer, name: str
) -> None:
    assert browser.get(task(hana_party, name)).status_code == 200
    assert browser.get(task(yuki_party, name)).status_code == 404
    assert browser.post(task(yuki_party, name), {}).status_code == 404


def test_saving_what_stands_there_changes_nothing(browser: Client, hana_party: Volunteer) -> None:
    Availability.objects.filter(volunteer=hana_party).update(from_minute=480, until_minute=720)
    before = Volunteer.objects.values().get(pk=hana_party.pk)
    windows = list(
        hana_party.availabilities.values("weekdays", "months", "parts", "from_minute", "until_minute")
    )
    for name in TASKS:
        if name != "rest":
            page = browser.get(task(hana_party, name))
            answer = browser.post(task(hana_party, name), filled(page.context["form"]))
            assert answer.status_code == 302, name
    after = Volunteer.objects.values().get(pk=hana_party.pk)
    assert {key for key in before if before[key] != after[key]} <= {"changed_at"}
    assert windows == list(
        hana_party.availabilities.values("weekdays", "months", "parts", "from_minute", "until_minute")
    )
    assert {row.level for row in hana_party.abilities.all()} == {AbilityLevel.ABLE}
    assert hana_party.wishes.get().weight == 3


def filled(form) -> dict[str, object]:
    """What a browser would send back of a page nobody has touched."""
    return {field.html_name: value for field in form if (value := shown(field)) not in (None, "")}


def shown(field) -> object:
    value = field.value()
    return field.field.widget.format_value(value) if hasattr(field.field.widget, "format") else value


def test_kinds_are_chosen_then_weighed_and_known_levels_stay(browser: Client, hana_party: Volunteer) -> None:
    make_work_kind("snow")
    hana_party.abilities.filter(work_kind__code="waterway").update(level=AbilityLevel.SKILLED)
    answer = browser.post(task(hana_party, "abilities"), {"codes": ["waterway", "snow"]})
    assert answer["Location"] == task(hana_party, "levels")
    told = {row.work_kind.code: row.level for row in hana_party.abilities.all()}
    assert told == {"waterway": AbilityLevel.SKILLED, "snow": AbilityLevel.WILLING}
    page = browser.get(task(hana_party, "levels"))
    order = [label for label, _fields in page.context["form"].lines]
    number = order.index(make_work_kind("snow").label)
    values = filled(page.context["form"]) | {f"level_{number}": "experienced"}
    assert browser.post(task(hana_party, "levels"), values)["Location"] == reverse(
        "party-page", args=[hana_party.public_id]
    )
    assert hana_party.abilities.get(work_kind__code="snow").level == AbilityLevel.EXPERIENCED
    assert Outbox.objects.filter(topic="matching.rescore", payload={"party": hana_party.pk}).exists()
    assert AuditEntry.objects.filter(action="party.set_abilities").count() == 2


def test_choosing_nothing_leads_back_to_the_list(browser: Client, hana_party: Volunteer) -> None:
    answer = browser.post(task(hana_party, "wishes"), {})
    assert answer["Location"] == reverse("party-page", args=[hana_party.public_id])
    assert not hana_party.wishes.exists()


def test_retired_kind_stays_for_who_has_it(browser: Client, hana_party: Volunteer) -> None:
    kind = make_asset_kind("trail_mtb")
    kind.retired = True
    kind.save()
    page = browser.get(task(hana_party, "wishes"))
    assert [branch.root.code for branch in page.context["form"].branches][-1:] == ["trail_mtb"]
    assert browser.post(task(hana_party, "wishes"), {"codes": ["trail_mtb"]}).status_code == 302
    assert hana_party.wishes.get().weight == 3


def test_unknown_kind_is_refused_in_words(browser: Client, hana_party: Volunteer) -> None:
    answer = browser.post(task(hana_party, "abilities"), {"codes": ["nonsense"]})
    assert answer.status_code == 422
    assert "入力した内容をご確認ください" in answer.content.decode()
    assert hana_party.abilities.count() == 2


def test_qualification_expires_on_a_day(browser: Client, hana_party: Volunteer) -> None:
    make_qualification("chainsaw")
    assert browser.post(task(hana_party, "qualifications"), {"codes": ["chainsaw"]})["Location"] == task(
        hana_party, "expiry"
    )
    browser.post(task(hana_party, "expiry"), {"expires_0": "2027-03-31"})
    assert HeldQualification.objects.get().expires_on == date(2027, 3, 31)
    assert "2027年3月31日" in browser.get(reverse("profile")).content.decode()


def test_days_leave_absences_and_absences_leave_days(browser: Client, hana_party: Volunteer) -> None:
    soon = timezone.localdate() + timedelta(days=10)
    Absence.objects.create(volunteer=hana_party, from_on=date(2020, 1, 1), until_on=date(2020, 1, 2))
    browser.post(task(hana_party, "absences"), {"from_0": soon.isoformat()})
    away = hana_party.absences.get()
    assert (away.from_on, away.until_on) == (soon, soon)
    assert hana_party.availabilities.get().weekdays == 0b1111111
    browser.post(task(hana_party, "days"), WINDOW | {"from_0": "08:30", "until_0": "12:00"})
    window = hana_party.availabilities.get()
    assert (window.weekdays, window.months, window.parts) == (0b1100000, 0b110000, 0b1)
    assert (window.from_minute, window.until_minute) == (510, 720)
    assert hana_party.absences.get().from_on == soon
    assert "土・日、5月・6月" in browser.get(reverse("profile")).content.decode()


@pytest.mark.parametrize(
    ("name", "values", "field"),
    [
        ("days", {"weekdays_0": [5], "months_0": [], "parts_0": [0]}, "months_0"),
        ("days", WINDOW | {"from_0": "12:00", "until_0": "08:00"}, "__all__"),
        ("absences", {"until_0": "2027-01-02"}, "from_0"),
        ("absences", {"from_0": "2027-01-03", "until_0": "2027-01-02"}, "until_0"),
        ("people", {"name": ""}, "name"),
        ("limits", {"load_limit": "4", "remote_ok": "yes", "live_limit": "3"}, "load_limit"),
        ("limits", {"load_limit": "1", "remote_ok": "yes", "live_limit": "99"}, "live_limit"),
        ("travel", {"postal": "123", "transport": "car", "travel_limit_minutes": "60"}, "postal"),
    ],
)
def test_wrong_answer_is_shown_beside_its_field_and_changes_nothing(
    browser: Client, hana_party: Volunteer, name: str, values: dict[str, object], field: str
) -> None:
    before = Volunteer.objects.values().get(pk=hana_party.pk)
    answer = browser.post(task(hana_party, name), values)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert Volunteer.objects.values().get(pk=hana_party.pk) == before
    assert hana_party.availabilities.get().weekdays == 0b1111111


def test_second_window_is_added_and_taken_away(browser: Client, hana_party: Volunteer) -> None:
    assert len(browser.get(task(hana_party, "days") + "?more").context["form"].windows) == 2
    second = {"weekdays_1": [0], "months_1": [0], "parts_1": [2]}
    browser.post(task(hana_party, "days") + "?more", WINDOW | second)
    assert hana_party.availabilities.count() == 2
    browser.post(task(hana_party, "days"), WINDOW)
    assert hana_party.availabilities.get().weekdays == 0b1100000


def test_home_moves_only_with_a_postal_code(browser: Client, hana_party: Volunteer) -> None:
    way = {"transport": "public", "travel_limit_minutes": "90", "day_trip_limit_minutes": ""}
    browser.post(task(hana_party, "travel"), way)
    hana_party.refresh_from_db()
    assert (hana_party.home_id, hana_party.transport) == (FUKUOKA, Transport.PUBLIC)
    assert (hana_party.travel_limit_minutes, hana_party.day_trip_limit_minutes) == (90, None)
    for code in (SAGA, FUKUOKA):
        PostalCode.objects.create(postal="8400001", municipality=make_municipality(code))
    asked = browser.post(task(hana_party, "travel"), way | {"postal": "840-0001"})
    assert (asked.status_code, list(asked.context["form"].errors)) == (422, ["home"])
    browser.post(task(hana_party, "travel"), way | {"postal": "840-0001", "home": SAGA})
    hana_party.refresh_from_db()
    assert hana_party.home_id == SAGA


def test_group_says_how_many_and_how_young(client: Client, harada: User, riders: Volunteer) -> None:
    client.force_login(harada)
    values = {"name": "ライダーズ", "size": "25", "min_people": "2", "youngest_age": "20"}
    refused = client.post(task(riders, "people"), values)
    assert (refused.status_code, list(refused.context["form"].errors)) == (
        422,
        ["size"],
    )  # 30 can do the work
    client.post(task(riders, "people"), values | {"size": "30"})
    riders.refresh_from_db()
    assert (riders.name, riders.min_people, riders.youngest_age, riders.has_minors) == (
        "ライダーズ",
        2,
        20,
        False,
    )


def test_unknown_age_of_children_is_not_forgotten(client: Client, harada: User, riders: Volunteer) -> None:
    Volunteer.objects.filter(pk=riders.pk).update(youngest_age=None)
    client.force_login(harada)
    client.post(task(riders, "people"), {"name": riders.name, "size": "30", "min_people": "4"})
    riders.refresh_from_db()
    assert riders.has_minors


def test_pausing_and_taking_part_again(browser: Client, hana_party: Volunteer) -> None:
    browser.post(task(hana_party, "rest"))
    hana_party.refresh_from_db()
    assert not hana_party.is_active
    assert "休止中" in browser.get(reverse("profile")).content.decode()
    browser.post(task(hana_party, "rest"))
    hana_party.refresh_from_db()
    assert hana_party.is_active


def test_name_and_contact_card_are_ones_own(browser: Client, hana: User, yuki: User) -> None:
    browser.post(reverse("me-name"), {"name": "花子", "affiliation": "", "language": "en"})
    hana.refresh_from_db()
    assert (hana.name, hana.affiliation, hana.language) == ("花子", "", "en")
    browser.post(
        reverse("me-contact"),
        {"full_name": "山田花子", "phone": "090", "emergency_contact": "母 090-1", "address": ""},
    )
    card = ContactCard.objects.get(user=hana)
    assert (card.full_name, card.phone, card.address, card.emergency_contact) == (
        "山田花子",
        "090",
        "",
        "母 090-1",
    )
    assert ContactCard.objects.get(user=yuki).full_name == "ゆき 本名"
    refused = browser.post(reverse("me-contact"), {"phone": "1" * 31})
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["phone"])


def test_who_is_no_participant_is_led_to_what_interests_them(client: Client) -> None:
    client.force_login(make_user("新"))
    text = client.get(reverse("profile")).content.decode()
    assert reverse("join-begin") in text
    assert "あと3つ" in text


@pytest.mark.parametrize("count", [1, 3])
def test_page_takes_a_fixed_number_of_queries(
    browser: Client, hana: User, hana_party: Volunteer, count: int, django_assert_num_queries
) -> None:
    for number in range(count - 1):
        make_party(hana, name=f"会{number}", size=3)
    with django_assert_num_queries(13):
        browser.get(reverse("profile"))
