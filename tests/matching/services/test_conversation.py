"""Messages within a match: who may write when, what may stand in them, and who is told how often."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.errors import Conflict, Invalid, NotAllowed, NotFound
from accounts.models import AuditEntry, Notification, Outbox, User, Volunteer
from matching.enums import EndReason, Side
from matching.models import Match, MatchMessage
from matching.services.conversation import names_contact, send_message
from matching.services.endings import decline_match
from matching.services.review import undo_approval
from regions.models import Need
from tests.matching import saga as story
from tests.support.outbox import drain_outbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(mowing: Need, hana_party: Volunteer, mori: User) -> Match:
    return story.asked(story.propose(mowing, hana_party), guide=mori)


def write(match: Match, actor: User, text: str = "長靴で大丈夫ですか。", **more: object) -> MatchMessage:
    return send_message(match_id=match.pk, actor=actor, text=text, **more)


def told(match: Match) -> list[str]:
    rows = Notification.objects.filter(kind="message_received", context__match=match.public_id)
    return sorted(rows.values_list("user__name", flat=True))


def test_each_of_the_three_writes_in_its_role(
    asked: Match, hana: User, ume: User, kenji: User, mori: User
) -> None:
    for actor in (hana, ume, mori):
        write(asked, actor, f"{actor.name}です。\r\nよろしく。")
    write(asked, kenji, on_behalf_of="佐賀市役所")
    rows = MatchMessage.objects.order_by("pk").values_list("author", "role", "on_behalf_of")
    assert list(rows) == [
        (hana.pk, "party", ""),
        (ume.pk, "region", ""),
        (mori.pk, "guide", ""),
        (kenji.pk, "region", "佐賀市役所"),
    ]
    assert MatchMessage.objects.order_by("pk")[0].text == "花です。\nよろしく。"


def test_others_are_told_and_the_record_has_no_words(
    asked: Match, hana: User, ume: User, kenji: User, mori: User, mailoutbox: list
) -> None:
    message = write(asked, hana)
    drain_outbox(now=timezone.now() + timedelta(seconds=11))
    assert told(asked) == ["梅", "森"]
    assert not any("長靴" in f"{mail.subject}{mail.body}{mail.alternatives}" for mail in mailoutbox)
    entry = AuditEntry.objects.get(action="match.message")
    assert (entry.actor, entry.details) == (hana, {"message": message.public_id, "role": "party"})


def test_guide_writes_down_the_words_of_a_side(asked: Match, mori: User, hana: User) -> None:
    with pytest.raises(Invalid, match="on_behalf_needed"):
        write(asked, mori, side=Side.REGION)
    message = write(asked, mori, side=Side.REGION, on_behalf_of="梅さん（電話）")
    assert (message.role, message.author, message.on_behalf_of) == ("region", mori, "梅さん（電話）")
    with pytest.raises(NotAllowed, match="role_may_not"):
        write(asked, hana, side=Side.REGION, on_behalf_of="梅さん")


@pytest.mark.parametrize("who", ["yuki", "admin", "system"])
def test_who_takes_no_part_finds_no_match(asked: Match, who: str, request: pytest.FixtureRequest) -> None:
    actor = User.objects.system() if who == "system" else request.getfixturevalue(who)
    with pytest.raises(NotFound, match="match_unknown"):
        write(asked, actor)
    assert not MatchMessage.objects.exists()


def test_nothing_is_written_before_a_guide_approved(
    mowing: Need, hana_party: Volunteer, hana: User, mori: User
) -> None:
    match = story.propose(mowing, hana_party)
    with pytest.raises(NotFound, match="match_unknown"):
        write(match, hana)  # the proposal is not known to her
    with pytest.raises(Conflict, match="conversation_closed"):
        write(match, mori)


def test_nothing_is_written_after_an_ending(asked: Match, hana: User, ume: User) -> None:
    decline_match(match_id=asked.pk, actor=ume, reason=EndReason.DATES)
    with pytest.raises(Conflict, match="conversation_closed"):
        write(asked, hana)


def test_thanks_may_be_said_for_ninety_days(
    mowing: Need, hana_party: Volunteer, hana: User, mori: User
) -> None:
    match = story.completed(mowing, hana_party, guide=mori)
    match.refresh_from_db()
    write(match, hana, now=match.ended_at + timedelta(days=90))
    with pytest.raises(Conflict, match="conversation_closed"):
        write(match, hana, "また来ます。", now=match.ended_at + timedelta(days=90, seconds=1))


CONTACTS = (
    "電話は 090-1234-5678 です",
    "０９０（１２３４）５６７８まで",
    "0952 24 3151",
    "+81 90-1234-5678",
    "〇九〇一二三四五六七八",
    "メールは hana@example.org へ",
    "ｈａｎａ＠example.co.jp",
)
PLAIN = (
    "2027-01-10 08:00 に、郵便番号 810-0001 から30人で",
    "0830-1200 の間に",
    "@榎木谷 まで",
    "2026/01/03 2026/02/04",
)


@pytest.mark.parametrize("text", CONTACTS)
def test_contact_data_is_refused_before_the_promise(asked: Match, hana: User, text: str) -> None:
    with pytest.raises(Invalid, match="contact_in_text") as refusal:
        write(asked, hana, text)
    assert list(refusal.value.fields) == ["text"]
    assert not MatchMessage.objects.exists()


@pytest.mark.parametrize("text", PLAIN)
def test_dates_and_codes_are_no_contact_data(text: str) -> None:
    assert not names_contact(text)


def test_after_the_promise_contacts_may_be_spoken_of(
    mowing: Need, hana_party: Volunteer, hana: User, mori: User
) -> None:
    match = story.agreed(mowing, hana_party, guide=mori)
    assert write(match, hana, CONTACTS[0]).text == CONTACTS[0]


@pytest.mark.parametrize(
    ("text", "code"), [("  \n ", "text_missing"), ("あ" * 2001, "text_too_long"), ("a\x00b", "text_missing")]
)
def test_text_that_does_not_fit_is_refused(asked: Match, hana: User, text: str, code: str) -> None:
    with pytest.raises(Invalid, match=code):
        write(asked, hana, text)
    assert write(asked, hana, "あ" * 2000).text == "あ" * 2000


def test_double_click_is_one_message(asked: Match, hana: User) -> None:
    first = write(asked, hana)
    assert write(asked, hana) == first
    later = timezone.now() + timedelta(minutes=2)
    assert write(asked, hana, now=later) != first
    assert write(asked, hana, "ほかのこと") != first


def test_one_letter_an_hour_and_none_is_lost(asked: Match, hana: User, ume: User) -> None:
    start = timezone.now() + timedelta(minutes=1)
    write(asked, hana, "一", now=start)
    write(asked, hana, "二", now=start)
    notices = Outbox.objects.filter(topic="accounts.notify", payload__kind="message_received")
    to_ume = notices.filter(payload__user_id=ume.pk)
    assert to_ume.count() == 1  # still owed: it tells of both
    drain_outbox(now=start)
    at = to_ume.get().next_at
    write(asked, hana, "三", now=start + timedelta(minutes=5))
    write(asked, hana, "四", now=start + timedelta(minutes=6))
    assert [row.is_open for row in to_ume.order_by("pk")] == [False, True]
    assert to_ume.latest("pk").next_at == at + timedelta(hours=1)


def test_undone_approval_takes_the_notice_back(asked: Match, hana: User, mori: User) -> None:
    write(asked, hana)
    undo_approval(match_id=asked.pk, actor=mori)
    drain_outbox(now=timezone.now() + timedelta(hours=2))
    assert told(asked) == []
