"""What a move sends: letters that lead to where the match is, and word of a consent that is missing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import Notification, Outbox, User, Volunteer
from matching.enums import AnswerValue
from matching.models import Match, Relation
from matching.services.review import undo_approval
from regions.enums import ConsentMatter
from regions.models import Need, RequiredConsent
from tests.matching import saga as story
from tests.support.outbox import drain_outbox

pytestmark = pytest.mark.django_db


def told(kind: str) -> set[int]:
    return {row.payload["user_id"] for row in Outbox.objects.filter(payload__kind=kind)}


def test_letter_about_a_match_leads_to_it(mowing: Need, riders: Volunteer, ume: User, mori: User) -> None:
    match = story.asked(story.propose(mowing, riders), guide=mori)
    drain_outbox(timezone.now() + timedelta(seconds=11))
    letters = {letter.to[0]: letter for letter in mail.outbox}
    assert set(letters) == {riders.representative.email, ume.email}
    for user in (riders.representative, ume):
        link = f"http://127.0.0.1:8000/matches/{match.public_id}/"
        assert f"\n{link}\n" in letters[user.email].body
        assert Notification.objects.get(user=user).context["path"] == f"/matches/{match.public_id}/"
        client = Client()
        client.force_login(user)
        assert match.need.title in client.get(f"/matches/{match.public_id}/").content.decode()


def test_missing_consent_is_asked_for_once_both_have_said_yes(
    mowing: Need, riders: Volunteer, ume: User, mori: User
) -> None:
    RequiredConsent.objects.create(region=mowing.region, by="役員会", matter=ConsentMatter.NEW_PARTY)
    match = story.asked(story.propose(mowing, riders), guide=mori)
    story.both_answer(match, AnswerValue.MEET)
    story.met(match, guide=mori)
    assert told("consent_to_record") == set()
    story.both_answer(match, AnswerValue.YES)
    assert told("consent_to_record") == {ume.pk, mori.pk}
    story.both_confirm_promise(match)
    assert Outbox.objects.filter(payload__kind="consent_to_record").count() == 2
    story.all_consents(match, by=ume)
    assert Match.objects.get(pk=match.pk).state == "agreed"


def test_word_of_a_missing_consent_is_taken_back_with_the_approval_and_told_after_the_next(
    mowing: Need, riders: Volunteer, ume: User, mori: User
) -> None:
    RequiredConsent.objects.create(region=mowing.region, by="役員会", matter=ConsentMatter.DATES)
    Relation.objects.create(volunteer=riders, region=mowing.region, promised=1, kept=1, days=1)
    now = timezone.now()
    match = story.asked(story.propose(mowing, riders), guide=mori, now=now)
    story.both_answer(match, AnswerValue.YES, now=now + timedelta(seconds=2))
    first = Outbox.objects.filter(payload__kind="consent_to_record")
    assert {row.payload["user_id"] for row in first} == {ume.pk, mori.pk}
    assert {row.next_at for row in first} == {now + timedelta(seconds=10)}

    undo_approval(match_id=match.pk, actor=mori, now=now + timedelta(seconds=5))
    assert not Outbox.objects.open().filter(payload__kind="consent_to_record").exists()

    story.asked(match, guide=mori, now=now + timedelta(seconds=60))
    story.both_answer(match, AnswerValue.YES, now=now + timedelta(seconds=90))
    again = Outbox.objects.open().filter(payload__kind="consent_to_record")
    assert {row.payload["user_id"] for row in again} == {ume.pk, mori.pk}


def test_no_consent_is_asked_for_where_none_is_required(
    mowing: Need, riders: Volunteer, ume: User, mori: User
) -> None:
    match = story.asked(story.propose(mowing, riders), guide=mori)
    story.both_answer(match, AnswerValue.MEET)
    story.met(match, guide=mori)
    story.both_answer(match, AnswerValue.YES)
    assert told("consent_to_record") == set()
