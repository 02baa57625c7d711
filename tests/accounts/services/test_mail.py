"""The messages themselves: every kind in both languages, text and HTML alike, safe with whatever people write."""

from __future__ import annotations

import html
import re
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext, override

from accounts.models import Notification, User
from accounts.services.mail import compose, has_templates, message_id

FOLDER = Path(project.BASE_DIR) / "templates" / "emails"
KINDS = sorted(path.name.removesuffix(".subject.txt") for path in FOLDER.glob("*.subject.txt"))
SAGA_KINDS = {
    "match_proposed_guide", "match_asked", "match_answered", "meeting_opened", "meeting_recorded", "match_agreed",
    "match_confirmed", "match_ended", "answer_reminder", "answer_overdue_guide", "review_escalated", "match_uncovered_admin", "match_extended",
    "standby_asked", "roster_due_guide", "match_thanks", "need_received", "need_uncovered", "need_uncovered_admin",
    "promise_to_confirm", "consent_to_record", "deadline_warning", "match_redated",
    "meeting_planned", "meeting_waived", "checks_due_guide",
}  # fmt: skip
CONTEXT = {
    "match": "abc",
    "need": "草刈り & <b>溝掃除</b>",
    "region": "佐賀県佐賀市",
    "party": "福岡市の団体（5人）",
    "people": "5",
    "date": "2027年1月10日（日）午前8時",
    "due": "2026年12月20日（日）午後6時",
    "note": "今回は条件が合いませんでした。",
    "path": "/matches/abc/",
}


def letter(user: User, kind: str = "match_asked", **context: str) -> EmailMultiAlternatives:
    return compose(Notification(user=user, kind=kind, key="match:abc:2:told", context=CONTEXT | context))


def page_of(mail: EmailMultiAlternatives) -> str:
    return str(mail.alternatives[0].content)


def sentences(text: str) -> list[str]:
    """The paragraphs of a text between the greeting and the facts."""
    paragraphs = [part.strip() for part in text.split("\n\n")]
    return paragraphs[1 : next(number for number, part in enumerate(paragraphs) if CONTEXT["need"] in part)]


def test_every_kind_of_the_saga_can_be_written() -> None:
    assert set(KINDS) >= SAGA_KINDS
    assert all(has_templates(kind) for kind in KINDS)
    assert not has_templates("no_such_kind")


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_says_the_same_in_text_and_html(hana: User, kind: str, language: str) -> None:
    hana.language = language
    mail = letter(hana, kind)
    page = html.unescape(re.sub(r"<[^>]+>", "", page_of(mail)))
    assert mail.subject.strip()
    assert "\n" not in mail.subject
    assert len(sentences(mail.body)) >= 1
    for sentence in sentences(mail.body):
        assert sentence in page
    for text in (mail.body, page):
        assert "http://127.0.0.1:8000/matches/abc/" in text
        assert "{" not in text
        assert "%(" not in text
        assert CONTEXT["date"] in text
    assert f'<html lang="{language}">' in page_of(mail)
    assert "\n\n\n" not in mail.body


def test_text_is_not_escaped_and_html_is(hana: User) -> None:
    mail = letter(hana)
    assert "草刈り & <b>溝掃除</b>" in mail.body
    assert "草刈り & <b>溝掃除</b>" in mail.subject
    assert "草刈り &amp; &lt;b&gt;溝掃除&lt;/b&gt;" in page_of(mail)
    assert "<b>" not in page_of(mail)


def test_facts_that_are_not_known_are_left_out(hana: User) -> None:
    hana.language = "en"
    facts = {"region": "", "party": "", "people": "", "date": "", "due": "", "note": ""}
    mail = letter(hana, **facts)
    for label in ("Community", "Participant", "People", "Date", "Due by", "Note"):
        assert f"{label}:" not in mail.body
        assert f">{label}<" not in page_of(mail)
    assert "\n\n\n" not in letter(hana, **facts, need="").body


def test_ending_says_the_guides_sentence_once_or_the_usual_one(hana: User) -> None:
    hana.language = "en"
    own, usual = letter(hana, "match_ended"), letter(hana, "match_ended", note="")
    assert own.body.count(CONTEXT["note"]) == page_of(own).count(CONTEXT["note"]) == 1
    assert "The conditions did not fit this time." not in own.body
    assert "The conditions did not fit this time." in usual.body


def test_language_is_the_readers_and_not_the_workers(hana: User) -> None:
    hana.language = "en"
    with override("ja"):
        mail = letter(hana)
    assert mail.subject == "Please answer: 草刈り & <b>溝掃除</b>"
    hana.language = "ja"
    with override("ja"):
        expected = gettext("Please answer: %(need)s") % {"need": CONTEXT["need"]}
    with override("en"):
        assert letter(hana).subject == expected


def test_subject_stays_one_line_whatever_the_title(hana: User) -> None:
    mail = letter(hana, need="草刈り\r\nBcc: everybody@example.org")
    assert "\n" not in mail.subject
    assert "\r" not in mail.subject
    headers: EmailMessage = mail.message()
    assert headers["Bcc"] is None


@pytest.mark.parametrize(
    ("path", "link"),
    [
        ("/matches/abc/", "http://127.0.0.1:8000/matches/abc/"),
        ("", "http://127.0.0.1:8000/"),
        ("//evil.example/", "http://127.0.0.1:8000/evil.example/"),
        ("https://evil.example/", "http://127.0.0.1:8000/https://evil.example/"),
    ],
)
def test_link_leads_to_this_installation_only(hana: User, path: str, link: str) -> None:
    mail = letter(hana, path=path)
    assert f"\n{link}\n" in mail.body
    assert f'href="{link}"' in page_of(mail)


def test_message_id_is_the_same_for_a_repetition_and_another_for_another_message(hana: User) -> None:
    first, again = letter(hana).message(), letter(hana).message()
    assert first["Message-ID"] == again["Message-ID"] == message_id("match:abc:2:told")
    assert message_id("match:abc:2:told") != message_id("match:abc:3:told")
    assert re.fullmatch(r"<[0-9a-f]{32}\.enishi@127\.0\.0\.1>", first["Message-ID"])
    assert first["Auto-Submitted"] == "auto-generated"
