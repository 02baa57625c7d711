"""The operator's pages: what is owed and dead, who works, what is on record, how runs went."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.enums import WorkerKind
from accounts.models import AuditEntry, Outbox, User, WorkerHeartbeat
from accounts.services.audit import record
from matching.enums import RunState
from matching.models import MatchRun
from matching.services.weights import ensure_weights
from tests.builders import make_work_kind

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def owed(key: str, **fields) -> Outbox:
    return Outbox.objects.create(key=key, topic="mail.send", **fields)


def dead(key: str) -> Outbox:
    return owed(key, attempts=8, dead_at=timezone.now(), last_error="the mail server refused")


@pytest.mark.parametrize(
    ("model", "app"),
    [
        ("outbox", "accounts"),
        ("workerheartbeat", "accounts"),
        ("auditentry", "accounts"),
        ("matchrun", "matching"),
    ],
)
def test_what_the_operator_reads_is_neither_added_nor_deleted(office: Client, model: str, app: str) -> None:
    assert office.get(reverse(f"admin:{app}_{model}_changelist")).status_code == 200
    assert office.get(reverse(f"admin:{app}_{model}_add")).status_code == 403


def test_dead_letters_are_found_with_why_and_begin_anew(office: Client) -> None:
    letter, other = dead("letter:1"), owed("letter:2")
    page = reverse("admin:accounts_outbox_changelist")
    shown = office.get(page, {"stands": "dead"})
    assert [row.key for row in shown.context["cl"].queryset] == ["letter:1"]
    assert "the mail server refused" in shown.content.decode()

    answer = office.post(
        page, {"action": "try_again", "_selected_action": [letter.pk, other.pk]}, follow=True
    )

    letter.refresh_from_db()
    assert (letter.dead_at, letter.attempts) == (None, 0)
    assert AuditEntry.objects.get(action="outbox.replay").target_label == "letter:1"
    assert [str(message) for message in answer.context["messages"]] == [
        "この処理は、配達できなかったものではありません。", "1件をもう一度試します。",
    ]  # fmt: skip


@pytest.mark.parametrize(("stands", "keys"), [("open", ["b"]), ("done", ["a"]), ("cancelled", ["c"])])
def test_outbox_is_narrowed_to_how_it_stands(office: Client, stands: str, keys: list[str]) -> None:
    owed("a", done_at=timezone.now())
    owed("b")
    owed("c", cancelled_at=timezone.now())
    page = office.get(reverse("admin:accounts_outbox_changelist"), {"stands": stands})
    assert [row.key for row in page.context["cl"].queryset] == keys


def test_silent_worker_is_told_from_a_living_one(office: Client) -> None:
    now = timezone.now()
    for name, age in (("alive", 5), ("silent", 300)):
        WorkerHeartbeat.objects.create(
            name=name, kind=WorkerKind.WORKER, pid=1, seen_at=now - timedelta(seconds=age)
        )
    text = office.get(reverse("admin:accounts_workerheartbeat_changelist")).content.decode()
    assert text.index("icon-yes") < text.index("icon-no")


def test_record_is_searched_by_action_id_and_person(office: Client, hana: User, mori: User) -> None:
    for actor in (hana, mori):
        record(actor=actor, action="thing.do", target=actor, label="")
    page = reverse("admin:accounts_auditentry_changelist")
    for asked in (hana.email, hana.public_id):
        found = office.get(page, {"q": asked}).context["cl"].queryset
        assert [entry.actor for entry in found.filter(action="thing.do")] == [hana]


def test_run_tells_how_long_it_waited_and_took(office: Client, admin: User) -> None:
    asked = timezone.now()
    MatchRun.objects.create(
        scope="all", state=RunState.DONE, requested_by=admin, weights=ensure_weights(), created_at=asked,
        started_at=asked + timedelta(seconds=2), finished_at=asked + timedelta(seconds=9.5), proposals_count=4,
    )  # fmt: skip
    text = office.get(reverse("admin:matching_matchrun_changelist")).content.decode()
    assert ">2.0<" in text
    assert ">7.5<" in text


def test_run_tells_whom_it_reached_and_what_fairness_cost(office: Client, admin: User) -> None:
    fairness = {
        "regions_served": 9,
        "regions_total": 11,
        "exposure_gini_milli": 318,
        "price_micro": 41_000,
        "unfair_micro": 1_000_000,
    }
    packing = {"prefectures": 46, "optimal": 39, "gained_micro": 80_000}
    told = {"gap_micro": 12_000, "bound_micro": 892_000, "blocking_pairs": 1711, "packing": packing}
    told |= {"left_in_peace": 7, "stepped_back": 29}
    for report in ({"needs_served": 30, "needs_total": 34, "fairness": fairness} | told, {}):
        MatchRun.objects.create(
            scope="all", state=RunState.DONE, requested_by=admin, weights=ensure_weights(), report=report
        )
    text = office.get(reverse("admin:matching_matchrun_changelist")).content.decode()
    shown = (
        ">30 / 34<",
        ">9 / 11<",
        ">0.32<",
        ">4.1 %<",
        ">1.3 %<",
        ">1711<",
        ">39 / 46<",
        ">10.0 %<",
        ">7<",
        ">29<",
    )
    assert [each for each in shown if each not in text] == []


def test_run_says_when_the_price_of_fairness_could_not_be_measured(office: Client, admin: User) -> None:
    page, told = reverse("admin:matching_matchrun_changelist"), "測れませんでした"
    run = MatchRun.objects.create(
        scope="all", state=RunState.DONE, requested_by=admin, weights=ensure_weights(), report={}
    )
    assert told not in office.get(page).content.decode()
    run.report = {"fairness": {"regions_served": 9, "price_micro": None, "unfair_micro": None}}
    run.save()
    assert told in office.get(page).content.decode()


def test_run_says_for_how_many_needs_advice_could_not_be_counted(office: Client, admin: User) -> None:
    page = reverse("admin:matching_matchrun_changelist")
    run = MatchRun.objects.create(
        scope="all", state=RunState.DONE, requested_by=admin, weights=ensure_weights(), report={}
    )
    assert "人が見つからない理由を調べられなかった困りごと" in office.get(page).content.decode()
    run.report = {"unadvised": 8317}
    run.save()
    assert ">8317<" in office.get(page).content.decode()


@pytest.mark.parametrize(
    ("app", "model"),
    [("accounts", "outbox"), ("accounts", "user"), ("accounts", "auditentry"), ("accounts", "workkind")],
)
def test_chosen_rows_are_kept_as_a_file_and_that_is_on_record(
    office: Client, admin: User, app: str, model: str
) -> None:
    make_work_kind("grass_hand")
    owed("=cmd")
    record(actor=admin, action="x", target=admin, label="=cmd")
    page = reverse(f"admin:{app}_{model}_changelist")
    row = apps.get_model(app, model).objects.order_by("pk").last()
    answer = office.post(page, {"action": "keep_as_excel", "_selected_action": [row.pk]})
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert sheet.max_row == 2
    assert {cell.data_type for cell in sheet[2]} <= {"s", "n", "inlineStr"}
    assert AuditEntry.objects.get(action="admin.export").details == {"rows": 1}
