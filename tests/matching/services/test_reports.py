"""Reports of accidents: who may write and read them, whom they must reach by when, and what leaves the page (nothing)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.errors import Conflict, Invalid, NotAllowed, NotFound
from accounts.models import AuditEntry, Guide, Membership, Notification, User, Volunteer
from accounts.services.personal_data import export_my_data
from matching.enums import EndReason, Harm, Reached, ReachHow, ReportKind, Role
from matching.models import Match, Report, ReportReach
from matching.policies import matches_reportable_by, reporting_roles, reports_visible_to
from matching.selectors.reports import reportable
from matching.services import own_data
from matching.services.endings import cancel_match
from matching.services.reports import add_note, record_reached, write_report
from regions.models import Need
from tests.builders import TOKYO, make_need, make_user
from tests.matching import saga as story
from tests.matching.reporting import SECRET, told_of_accident, told_of_near_miss
from tests.support.outbox import drain_outbox

pytestmark = pytest.mark.django_db
NOON = datetime(2027, 1, 13, 12, 0, tzinfo=TOKYO)  # a Wednesday


@pytest.fixture
def agreed(mowing: Need, hana_party: Volunteer, mori: User) -> Match:
    return story.agreed(mowing, hana_party, guide=mori)


def write(match: Match, actor: User, **changes: object) -> Report:
    return write_report(match_id=match.pk, actor=actor, told=told_of_accident(match, **changes))


def due(report: Report) -> dict[str, str]:
    rows = report.reaches.all()
    return {row.who: row.due_at.astimezone(TOKYO).strftime("%m-%d %H:%M") for row in rows}


# Who may.
@pytest.mark.parametrize(
    ("who", "role"), [("hana", "party"), ("ume", "region"), ("kenji", "region"), ("mori", "guide"), ("sato", "guide")]
)  # fmt: skip
def test_each_of_the_three_writes_and_reads_in_its_role(
    agreed: Match, who: str, role: str, request: pytest.FixtureRequest
) -> None:
    actor = request.getfixturevalue(who)
    report = write(agreed, actor)
    assert (report.author, report.role) == (actor, role)
    assert matches_reportable_by(actor).get() == agreed
    assert reports_visible_to(actor).get() == report


@pytest.mark.parametrize("who", ["yuki", "admin", "elsewhere", "system"])
def test_who_has_nothing_to_do_with_it_neither_writes_nor_reads(
    agreed: Match, hana: User, who: str, request: pytest.FixtureRequest
) -> None:
    actor = User.objects.system() if who == "system" else request.getfixturevalue(who)
    report = write(agreed, hana)
    with pytest.raises(NotFound, match="match_unknown"):
        write(agreed, actor)
    with pytest.raises(NotFound, match="report_unknown"):
        add_note(report=report, actor=actor, text="見ました。")
    assert not matches_reportable_by(actor).exists()
    assert not reports_visible_to(actor).exists()


def test_who_comes_along_writes_and_reads_only_their_own(agreed: Match, hana: User) -> None:
    member = make_user("次郎")
    Membership.objects.create(volunteer=agreed.volunteer, user=member)
    assert reporting_roles(member, agreed) == {Role.PARTY}
    assert matches_reportable_by(member).get() == agreed
    own, of_hana = write(agreed, member), write(agreed, hana, happened="別のこと")
    assert set(reports_visible_to(member)) == {own}
    assert set(reports_visible_to(hana)) == {own, of_hana}


def test_participant_reads_nothing_the_other_side_reported(agreed: Match, hana: User, ume: User) -> None:
    report = write(agreed, ume)
    assert not reports_visible_to(hana).exists()
    assert reports_visible_to(ume).get() == report


def test_guide_in_charge_from_elsewhere_reads_and_records(agreed: Match, hana: User, elsewhere: User) -> None:
    Match.objects.filter(pk=agreed.pk).update(guide=elsewhere.guide)
    report = write(agreed, hana)
    assert reports_visible_to(elsewhere).get() == report
    record_reached(report=report, actor=elsewhere, who=Reached.INSURER, how=ReachHow.PHONE)
    Guide.objects.filter(user=elsewhere).update(ended_on=timezone.localdate())
    assert not reports_visible_to(User.objects.get(pk=elsewhere.pk)).exists()


def test_nothing_is_reported_before_the_promise(
    mowing: Need, hana_party: Volunteer, hana: User, mori: User
) -> None:
    match = story.asked(story.propose(mowing, hana_party), guide=mori)
    for actor in (hana, mori):
        with pytest.raises(NotFound, match="match_unknown"):
            write(match, actor)
    assert not matches_reportable_by(hana).exists()


def test_guide_writes_for_who_rang(agreed: Match, mori: User) -> None:
    told = told_of_accident(agreed)
    report = write_report(match_id=agreed.pk, actor=mori, told=told, on_behalf_of="花さん（電話）")
    assert (report.author, report.role, report.on_behalf_of) == (mori, "guide", "花さん（電話）")
    assert AuditEntry.objects.get(action="report.write").on_behalf_of == "花さん（電話）"


# Whom it must reach, and by when.
def test_accident_reaches_guide_office_and_insurer(agreed: Match, hana: User) -> None:
    told = told_of_accident(agreed, happened_at=NOON - timedelta(days=1))
    report = write_report(match_id=agreed.pk, actor=hana, told=told, now=NOON)
    assert due(report) == {"guide": "01-13 13:00", "office": "01-13 23:59", "insurer": "01-19 23:59"}
    assert report.prevent_by == datetime(2027, 1, 27, 23, 59, tzinfo=TOKYO)
    assert not report.reaches.exclude(done_at=None).exists()


def test_guardian_of_a_minor_is_told_at_once(agreed: Match, hana: User) -> None:
    told = told_of_accident(agreed, happened_at=NOON, is_minor_hurt=True)
    report = write_report(match_id=agreed.pk, actor=hana, told=told, now=NOON)
    assert due(report)["guardian"] == "01-13 13:00"


def test_near_miss_needs_neither_insurer_nor_guardian(agreed: Match, hana: User) -> None:
    report = write_report(match_id=agreed.pk, actor=hana, told=told_of_near_miss(agreed))
    assert set(due(report)) == {"guide", "office"}


def test_what_was_reported_late_is_due_from_then_on(agreed: Match, hana: User) -> None:
    told = told_of_accident(agreed, happened_at=NOON - timedelta(days=40))
    report = write_report(match_id=agreed.pk, actor=hana, told=told, now=NOON)
    assert due(report)["insurer"] == "01-13 23:59"


def test_nobody_is_told_what_they_wrote(
    agreed: Match, mori: User, sato: User, kenji: User, ume: User
) -> None:
    reached = {
        actor: set(write(agreed, actor).reaches.exclude(done_at=None).values_list("who", flat=True))
        for actor in (mori, sato, kenji, ume)
    }
    assert reached == {
        mori: {"guide"},
        sato: set(),
        kenji: set(),
        ume: set(),
    }  # an officer is not the representative


def test_letters_leave_at_once_and_carry_no_word_of_it(
    agreed: Match, hana: User, mori: User, sato: User, mailoutbox: list
) -> None:
    today = timezone.localdate()
    Guide.objects.filter(user=mori).update(absent_from=today, absent_until=today, stand_in=sato.guide)
    drain_outbox(now=timezone.now() + timedelta(seconds=11))
    mailoutbox.clear()
    report = write(agreed, hana)
    drain_outbox(now=timezone.now() + timedelta(seconds=1))
    rows = Notification.objects.filter(kind="report_written")
    assert sorted(rows.values_list("user__name", flat=True)) == ["佐藤", "健二", "梅", "森"]
    assert {row.context["path"] for row in rows} == {f"/reports/{report.public_id}/"}
    assert len(mailoutbox) == 4
    sent = "".join(f"{mail.subject}{mail.body}{mail.alternatives}" for mail in mailoutbox)
    assert f"/reports/{report.public_id}/" in sent
    assert [
        word for word in (SECRET, report.place, report.done, str(Harm.DOCTOR.label)) if word in sent
    ] == []
    entry = AuditEntry.objects.get(action="report.write")
    assert entry.details == {"report": report.public_id, "kind": "accident"}


def test_double_click_is_one_report(agreed: Match, hana: User) -> None:
    at = timezone.now() - timedelta(hours=1)
    first = write(agreed, hana, happened_at=at)
    assert write(agreed, hana, happened_at=at) == first
    assert write(agreed, hana, happened_at=at, happened="ほかのこと") != first
    assert ReportReach.objects.count() == 6


WRONG = {
    "text_missing": {"happened": " \n"},
    "text_too_long": {"place": "あ" * 201},
    "happens_later": {"happened_at": timezone.now() + timedelta(days=99)},
    "happened_long_ago": {"happened_at": datetime(1, 1, 1, tzinfo=TOKYO)},
    "near_miss_hurts": {"kind": ReportKind.NEAR_MISS},
    "harm_missing": {"harm": Harm.NOBODY, "is_minor_hurt": True},
}


@pytest.mark.parametrize("code", WRONG)
def test_what_cannot_be_is_refused(agreed: Match, hana: User, code: str) -> None:
    with pytest.raises(Invalid, match=code):
        write(agreed, hana, **WRONG[code])
    assert not Report.objects.exists()


def test_date_of_another_match_is_refused(agreed: Match, hana: User, saga) -> None:
    with pytest.raises(Invalid, match="slot_unknown"):
        write(agreed, hana, slot=make_need(saga).slots.get())


def test_database_refuses_a_near_miss_that_hurts(agreed: Match, hana: User) -> None:
    report = write(agreed, hana)
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(kind=ReportKind.NEAR_MISS)


# Added to, ticked off, closed.
def test_report_is_added_to_and_never_changed(agreed: Match, hana: User, ume: User) -> None:
    report = write(agreed, hana)
    note = add_note(report=report, actor=ume, text="場所は地蔵の\r\n向かい側です。")
    before = Report.objects.filter(pk=report.pk).values().get()
    assert (note.role, note.text) == ("region", "場所は地蔵の\n向かい側です。")
    assert {name: getattr(report, name) for name in before} == before
    with pytest.raises(Invalid, match="text_missing"):
        add_note(report=report, actor=ume, text=" ")


def test_guide_ticks_off_whom_it_reached_once(agreed: Match, hana: User, ume: User, mori: User) -> None:
    report = write(agreed, hana)
    reach = record_reached(report=report, actor=mori, who=Reached.INSURER, how=ReachHow.PHONE, note="受付 12")
    assert (reach.done_by, reach.how, reach.note, reach.done_at is not None) == (
        mori,
        "phone",
        "受付 12",
        True,
    )
    with pytest.raises(Conflict, match="reached_already"):
        record_reached(report=report, actor=mori, who=Reached.INSURER, how=ReachHow.PHONE)
    with pytest.raises(NotFound, match="reach_unknown"):
        record_reached(report=report, actor=mori, who=Reached.GUARDIAN, how=ReachHow.PHONE)
    for actor in (hana, ume):
        with pytest.raises(NotAllowed, match="role_may_not"):
            record_reached(report=report, actor=actor, who=Reached.OFFICE, how=ReachHow.PHONE)
    assert AuditEntry.objects.get(action="report.reach").details["who"] == "insurer"


def test_report_closes_once_all_are_reached_and_it_says_what_would_prevent_it(
    agreed: Match, hana: User, mori: User
) -> None:
    report = write(agreed, hana)
    for who in (Reached.GUIDE, Reached.OFFICE, Reached.INSURER):
        record_reached(report=report, actor=mori, who=who, how=ReachHow.ENISHI)
    report.refresh_from_db()
    assert report.closed_at is None
    add_note(report=report, actor=mori, text="休憩を増やす。")
    report.refresh_from_db()
    assert report.closed_at is None
    add_note(report=report, actor=mori, text="間を十五メートルあける。", tells_prevention=True)
    report.refresh_from_db()
    assert report.closed_at is not None


def test_own_words_are_taken_along_and_leave_with_the_account(agreed: Match, hana: User, mori: User) -> None:
    report = write(agreed, hana)
    add_note(report=report, actor=mori, text=SECRET)
    record_reached(report=report, actor=mori, who=Reached.OFFICE, how=ReachHow.PHONE, note="花さんの件")
    taken = export_my_data(actor=hana)["matches"]
    assert SECRET in taken["reports_written"][0]["happened"]
    assert export_my_data(actor=mori)["matches"]["reports_written"] == []
    own_data.erase(hana, timezone.now())
    User.objects.filter(pk=hana.pk).update(is_active=False)
    report.refresh_from_db()
    assert SECRET in report.happened  # it has still to reach the insurer
    report = Report.objects.get(pk=report.pk)
    for who in (Reached.GUIDE, Reached.INSURER):
        record_reached(report=report, actor=mori, who=who, how=ReachHow.PHONE)
    add_note(report=report, actor=mori, text="間をあける。", tells_prevention=True)
    report.refresh_from_db()
    assert (report.happened, report.place, report.done, report.kind) == ("", "", "", "accident")
    assert {note.text for note in report.notes.all()} == {""}
    assert set(report.reaches.values_list("note", flat=True)) == {""}


def test_account_that_leaves_takes_the_words_of_a_closed_report_along(
    agreed: Match, hana: User, mori: User
) -> None:
    report = write(agreed, hana)
    Report.objects.filter(pk=report.pk).update(closed_at=timezone.now())
    own_data.erase(hana, timezone.now())
    report.refresh_from_db()
    assert (report.happened, report.kind) == ("", "accident")


def test_accident_may_be_why_it_was_called_off(agreed: Match, hana: User, mori: User) -> None:
    cancel_match(match_id=agreed.pk, actor=mori, reason=EndReason.SAFETY)
    report = write(agreed, hana)
    assert report.closed_at is None
    assert reportable(hana, agreed.public_id) == agreed
