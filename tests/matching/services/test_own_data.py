"""A person's own data over all apps: taken along whole, and after erasure nowhere any more."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.test import Client
from django.utils import timezone

from accounts.errors import Conflict, Invalid, NotAllowed
from accounts.models import (
    AuditEntry,
    Consent,
    ContactAccess,
    IdempotencyRecord,
    Notification,
    User,
    Volunteer,
)
from accounts.services.erasure import erase_account, pause_everything, resume_everything
from accounts.services.personal_data import export_my_data, what_is_kept
from accounts.services.tokens import issue_token
from matching.enums import CallResult, EndReason, InterviewHow, MatchState, Side
from matching.models import Answer, Match, MatchEvent, MatchMessage
from matching.services.answers import record_call
from matching.services.conversation import send_message
from matching.services.disclosure import reveal
from matching.services.endings import decline_match
from matching.services.interviews import record_interview
from matching.services.invariants import check_invariants
from regions.models import Need, Region
from tests.builders import at_tokyo, make_need, make_party, sunday_ahead
from tests.matching import saga as story
from tests.matching.services.test_disclosure import holds, rows_of
from tests.support.api import API, as_user
from tests.support.outbox import drain_outbox

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
WORDS = ("花", "hana@example.org", "090-0000-0001", "はなの秘密")


def need_in(region: Region, days: int) -> Need:
    return make_need(region, slots=[{"start_at": at_tokyo(sunday_ahead(days), 8)}])


def everywhere(words: tuple[str, ...]) -> set[str]:
    """Names of the tables in which one of the words stands."""
    from django.apps import apps

    return {
        model.__name__ for model in apps.get_models() for row in rows_of(model) if holds(row, list(words))
    }


def lived(saga: Region, hana: User, hana_party: Volunteer, mori: User) -> dict[str, Match]:
    """A life of several matches, with her words wherever the services put any."""
    Volunteer.objects.filter(pk=hana_party.pk).update(note="はなの秘密", insurance="はなの秘密保険")
    EmailAddress.objects.create(user=hana, email=hana.email, verified=True, primary=True)
    done = story.completed(need_in(saga, 60), hana_party, guide=mori)
    reveal(match=done, viewer=story.speaker_of(done))
    agreed = story.agreed(need_in(saga, 80), hana_party, guide=mori)
    send_message(match_id=agreed.pk, actor=hana, text="はなの秘密です。電話は090-0000-0001")
    send_message(match_id=agreed.pk, actor=mori, text="承知", side=Side.PARTY, on_behalf_of="花さん")
    asked = story.asked(story.propose(need_in(saga, 100), hana_party), guide=mori)
    Answer.objects.filter(match=asked, side="party").update(overdue_at=timezone.now())
    record_call(
        match_id=asked.pk, actor=mori, side=Side.PARTY, result=CallResult.NOT_REACHED, spoke_with="花の母",
        note="はなの秘密",
    )  # fmt: skip
    asked = story.asked(story.propose(need_in(saga, 120), hana_party), guide=mori)
    declined = story.asked(story.propose(need_in(saga, 140), hana_party), guide=mori)
    decline_match(
        match_id=declined.pk, actor=mori, reason=EndReason.DATES, side=Side.PARTY, on_behalf_of="花さん",
        note="はなの秘密",
    )  # fmt: skip
    as_user(mori).post(
        f"{API}matches/{asked.public_id}/confirm-promise/",
        {"side": "party", "on_behalf_of": "花さん"},
        headers={"Idempotency-Key": "k"},
    )
    record_interview(
        actor=mori, match=agreed, how=InterviewHow.PHONE, held_on=timezone.localdate(), note="はなの秘密"
    )
    LogEntry.objects.create(
        user=mori, content_type=ContentType.objects.get_for_model(User), object_id=str(hana.pk),
        object_repr="花", action_flag=CHANGE, change_message="花",
    )  # fmt: skip
    drain_outbox(now=timezone.now() + timedelta(seconds=11))
    return {"done": done, "agreed": agreed, "asked": asked, "declined": declined}


def test_after_erasure_nothing_personal_is_in_any_table(
    saga: Region, hana: User, hana_party: Volunteer, mori: User, mailoutbox: list
) -> None:
    matches = lived(saga, hana, hana_party, mori)
    issue_token(actor=hana)
    Client().force_login(hana)
    assert {"User", "ContactCard", "Volunteer", "MatchMessage", "MatchEvent", "PhoneCall", "AuditEntry",
            "IdempotencyRecord", "LogEntry", "EmailAddress", "Interview"} <= everywhere(WORDS)  # fmt: skip

    erase_account(actor=hana, confirmation=" Hana@example.org")

    assert everywhere(WORDS) == set()
    states = {name: story.state_of(match) for name, match in matches.items()}
    assert states == {
        "done": MatchState.COMPLETED,
        "agreed": MatchState.CANCELLED,
        "asked": MatchState.WITHDRAWN,
        "declined": MatchState.DECLINED,
    }
    assert check_invariants(now=timezone.now()) == []
    gone = User.objects.get(pk=hana.pk)
    assert (gone.is_active, gone.has_usable_password(), gone.name) == (False, False, "退会した方")
    drain_outbox(now=timezone.now() + timedelta(hours=1))
    assert "今回は条件が合いませんでした" in "".join(
        f"{mail.body}" for mail in mailoutbox if mail.to == ["ume@example.org"]
    )


def test_who_did_what_stays_with_ids_only(
    saga: Region, hana: User, hana_party: Volunteer, mori: User
) -> None:
    matches = lived(saga, hana, hana_party, mori)
    moves = MatchEvent.objects.filter(match=matches["done"]).count()
    erase_account(actor=hana, confirmation=hana.email)
    assert MatchEvent.objects.filter(match=matches["done"]).count() == moves
    assert ContactAccess.objects.filter(subject=hana).count() == 1
    assert AuditEntry.objects.filter(actor=hana, action="account.erase").get().target_label == hana.public_id
    consent = Consent.objects.get(user=hana)
    assert consent.withdrawn_at is not None
    assert not Notification.objects.filter(user=hana).exists()
    assert IdempotencyRecord.objects.filter(user=mori, key="k").get().status == 200


def test_every_way_in_is_shut(hana: User, client: Client) -> None:
    other = Client()
    for browser in (client, other):
        browser.force_login(hana)
    token = issue_token(actor=hana).secret
    erase_account(actor=hana, confirmation=hana.email)
    for browser in (client, other):
        assert browser.get("/my-data/").status_code == 302
    assert Client().get(f"{API}me/", headers={"Authorization": f"Token {token}"}).status_code == 401
    with pytest.raises(NotAllowed, match="not_active"):
        erase_account(
            actor=User.objects.get(pk=hana.pk), confirmation=f"{hana.public_id}@closed.enishi.invalid"
        )


def test_promise_of_the_next_days_is_called_off_in_words_first(
    saga: Region, hana: User, hana_party: Volunteer, mori: User
) -> None:
    match = story.agreed(need_in(saga, 60), hana_party, guide=mori)
    day = match.slots.get().start_at
    with pytest.raises(Conflict, match="promise_near") as refusal:
        erase_account(actor=hana, confirmation=hana.email, now=day - timedelta(days=14))
    assert "行けない" in str(refusal.value.message) or "お知らせ" in str(refusal.value.message)
    hana.refresh_from_db()
    assert (hana.name, story.state_of(match)) == ("花", MatchState.AGREED)
    erase_account(actor=hana, confirmation=hana.email, now=day - timedelta(days=15))
    assert story.state_of(match) == MatchState.CANCELLED


def test_promise_that_has_begun_is_completed_by_others(
    saga: Region, hana: User, hana_party: Volunteer, mori: User
) -> None:
    match = story.confirmed(need_in(saga, 60), hana_party, guide=mori)
    erase_account(actor=hana, confirmation=hana.email, now=match.slots.get().end_at + timedelta(hours=1))
    assert story.state_of(match) == MatchState.CONFIRMED


@pytest.mark.parametrize("who", ["mori", "admin", "ume", "kenji"])
def test_who_holds_an_office_hands_over_first(saga: Region, who: str, request: pytest.FixtureRequest) -> None:
    user = request.getfixturevalue(who)
    with pytest.raises(Conflict, match="office_held"):
        erase_account(actor=user, confirmation=user.email)
    user.refresh_from_db()
    assert user.is_active


def test_erasure_wants_the_address_typed(hana: User) -> None:
    with pytest.raises(Invalid, match="confirmation_wrong") as refusal:
        erase_account(actor=hana, confirmation="hana@example.com")
    assert list(refusal.value.fields) == ["confirmation"]
    hana.refresh_from_db()
    assert hana.is_active


def test_members_of_a_group_stay_when_it_closes(hana: User, yuki: User) -> None:
    club = make_party(hana, name="花の会", size=4, members=[yuki])
    erase_account(actor=hana, confirmation=hana.email)
    club.refresh_from_db()
    assert (club.name, club.is_active, club.memberships.count()) == ("退会した方", False, 0)
    yuki.refresh_from_db()
    assert yuki.is_active


def test_export_holds_everything_of_the_person_and_nothing_of_others(
    saga: Region, hana: User, hana_party: Volunteer, mori: User
) -> None:
    matches = lived(saga, hana, hana_party, mori)
    text = json.dumps(export_my_data(actor=hana), cls=DjangoJSONEncoder, ensure_ascii=False)
    for word in (
        "hana@example.org",
        "花 本名",
        "090-0000-0001",
        "はなの秘密",
        *(row.public_id for row in matches.values()),
    ):
        assert word in text
    data = json.loads(text)
    assert [(look["viewer"], look["match"]) for look in data["account"]["contact_data_shown_to"]] == [
        ("梅", matches["done"].public_id)
    ]
    for foreign in ("梅 本名", "mori@example.org", "榎木谷", "090-0000-0006"):
        assert foreign not in text


def test_export_does_not_tell_who_ended_it(
    saga: Region, hana: User, hana_party: Volunteer, mori: User, ume: User
) -> None:
    match = story.asked(story.propose(need_in(saga, 60), hana_party), guide=mori)
    decline_match(match_id=match.pk, actor=ume, reason=EndReason.WORK, note="断り")
    hidden = story.propose(need_in(saga, 80), hana_party)
    text = json.dumps(export_my_data(actor=hana), cls=DjangoJSONEncoder, ensure_ascii=False)
    assert match.public_id in text
    for secret in ("declined", "断り", hidden.public_id):
        assert secret not in text


def test_rest_and_return(hana: User, hana_party: Volunteer) -> None:
    assert (pause_everything(actor=hana), pause_everything(actor=hana)) == (1, 0)
    hana_party.refresh_from_db()
    assert not hana_party.is_active
    assert resume_everything(actor=hana) == 1
    assert [line.count for line in what_is_kept(hana)][:4] == [1, 1, 1, 1]


def test_message_of_who_left_stays_as_a_gap(
    saga: Region, hana: User, hana_party: Volunteer, mori: User
) -> None:
    match = lived(saga, hana, hana_party, mori)["agreed"]
    erase_account(actor=hana, confirmation=hana.email)
    client = Client()
    client.force_login(mori)
    text = client.get(f"/matches/{match.public_id}/messages/").content.decode()
    assert MatchMessage.objects.filter(match=match, text="").count() == 2
    assert "退会" in text
