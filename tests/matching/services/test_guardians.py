"""A guardian's consent by a letter: asked by who cares for the people, said by who holds the link, told to the guide."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail, signing
from django.utils import timezone

from accounts.enums import AgeBand, ConsentKind
from accounts.errors import Conflict, Invalid, NotAllowed
from accounts.models import AuditEntry, Consent, Outbox, User, Volunteer
from matching.enums import PreconditionKind
from matching.models import GuardianAsk, Match, Precondition
from matching.selectors.guardians import GuardianStatus, guarded_of, minors_of, status_of
from matching.services.endings import decline_match
from matching.services.guardians import (
    PAUSE,
    SALT,
    TEXT_VERSION,
    answer_guardian,
    ask_guardian,
    asked_by,
    code_of,
    forget_guardians,
)
from matching.services.sweeps import sweep_deadlines
from regions.models import Need
from tests.builders import make_party, make_user
from tests.matching import saga as story
from tests.support.outbox import drain_outbox

pytestmark = pytest.mark.django_db
EMAIL = "parent@example.org"


@pytest.fixture
def ren(db: None) -> User:
    """Seventeen, a member of the club."""
    return make_user("蓮", email="ren@example.org", age_band=AgeBand.MINOR)


@pytest.fixture
def club(harada: User, ren: User) -> Volunteer:
    return make_party(harada, name="西の丘の会", size=5, members=[ren])


@pytest.fixture
def match(mowing: Need, club: Volunteer, mori: User) -> Match:
    return story.asked(story.propose(mowing, club), guide=mori)


def ask(match: Match, actor: User, minor: User, **changes) -> GuardianAsk:
    values = {"match_id": match.pk, "actor": actor, "minor": minor, "email": EMAIL} | changes
    return ask_guardian(**values)


def standing(match: Match) -> list[GuardianStatus]:
    return [row.status for row in guarded_of(match)]


def test_letter_goes_to_the_guardian_with_what_where_when(match: Match, harada: User, ren: User) -> None:
    assert standing(match) == [GuardianStatus.NOT_ASKED]
    drain_outbox()
    mail.outbox.clear()
    ask(match, harada, ren)
    drain_outbox()
    (letter,) = mail.outbox
    assert letter.to == [EMAIL]
    assert "蓮" in letter.subject
    assert "夏と秋の草刈り" in letter.body
    assert "榎木谷" not in letter.body  # this community lets only its municipality be known
    found = re.search(r"/guardian/([^/\s]+)/", letter.body)
    assert found is not None
    assert asked_by(found[1]).minor == ren
    assert standing(match) == [GuardianStatus.ASKED]
    entry = AuditEntry.objects.get(action="guardian.ask")
    assert EMAIL not in str(entry.details) + entry.target_label


def test_only_who_cares_for_the_people_asks(
    match: Match, harada: User, mori: User, ren: User, hana: User, ume: User, kenji: User
) -> None:
    for stranger in (hana, ume, kenji, ren):
        with pytest.raises(NotAllowed):
            ask(match, stranger, ren)
    assert not GuardianAsk.objects.exists()
    assert ask(match, mori, ren).asked_by == mori


@pytest.mark.parametrize(
    ("email", "code"), [("no address", "email_wrong"), ("REN@example.org", "email_wrong")]
)
def test_wrong_address_is_refused(match: Match, harada: User, ren: User, email: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        ask(match, harada, ren, email=email)
    assert (caught.value.code, list(caught.value.fields)) == (code, ["email"])


def test_only_for_who_comes_and_is_16_or_17(match: Match, harada: User, ren: User, hana: User) -> None:
    for other in (harada, hana):
        with pytest.raises(Invalid) as caught:
            ask(match, harada, other)
        assert caught.value.code == "not_a_minor"
    Match.objects.filter(pk=match.pk).update(people=1)  # harada alone, who is named
    match.refresh_from_db()
    assert minors_of(match) == []
    with pytest.raises(Invalid):
        ask(match, harada, ren)


def test_not_before_both_are_asked_nor_after_the_end(
    mowing: Need, club: Volunteer, harada: User, ren: User, mori: User
) -> None:
    match = story.propose(mowing, club)
    with pytest.raises(Conflict) as caught:
        ask(match, harada, ren)
    assert caught.value.code == "match_moved_on"
    match = story.asked(match, guide=mori)
    over = match.slots.get().end_at + timedelta(seconds=1)
    with pytest.raises(Conflict):
        ask(match, harada, ren, now=over)


def test_consent_is_on_record_for_this_activity_alone(match: Match, harada: User, ren: User) -> None:
    code = code_of(ask(match, harada, ren))
    drain_outbox()
    told = Outbox.objects.filter(topic="accounts.notify", payload__kind="guardian_answered")
    for _twice in range(2):
        answer_guardian(code=code, agrees=True, name=" 母 山田 ")
    consent = Consent.objects.get(kind=ConsentKind.GUARDIAN)
    assert (consent.user, consent.about, consent.text_version) == (ren, match.public_id, TEXT_VERSION)
    assert (consent.given_by_name, consent.given_by.is_system) == ("母 山田", True)
    assert standing(match) == [GuardianStatus.AGREED]
    assert told.count() == 2  # the guide and the representative, once each
    assert AuditEntry.objects.filter(action="consent.give", target_id=ren.public_id).count() == 1
    with pytest.raises(Conflict) as caught:
        ask(match, harada, ren, now=timezone.now() + 2 * PAUSE)
    assert caught.value.code == "guardian_agreed"


def test_consent_is_taken_back_and_given_again(match: Match, harada: User, ren: User) -> None:
    code = code_of(ask(match, harada, ren))
    answer_guardian(code=code, agrees=True, name="母")
    for _twice in range(2):
        answer_guardian(code=code, agrees=False, name="母")
    assert standing(match) == [GuardianStatus.TAKEN_BACK]
    assert Consent.objects.get(kind=ConsentKind.GUARDIAN).withdrawn_at is not None
    answer_guardian(code=code, agrees=True, name="父")
    assert standing(match) == [GuardianStatus.AGREED]
    names = Consent.objects.filter(kind=ConsentKind.GUARDIAN).order_by("pk")
    assert list(names.values_list("given_by_name", flat=True)) == ["母", "父"]


def test_no_is_a_no_and_may_be_asked_again_later(match: Match, harada: User, ren: User) -> None:
    first = ask(match, harada, ren)
    code = code_of(first)
    answer_guardian(code=code, agrees=False, name="父")
    assert standing(match) == [GuardianStatus.REFUSED]
    assert not Consent.objects.filter(kind=ConsentKind.GUARDIAN).exists()
    with pytest.raises(Conflict) as caught:
        ask(match, harada, ren)
    assert caught.value.code == "asked_just_now"
    again = ask(match, harada, ren, now=timezone.now() + PAUSE + timedelta(minutes=1))
    assert (again.pk, status_of(again)) == (first.pk, GuardianStatus.ASKED)
    with pytest.raises(Invalid) as void:
        answer_guardian(code=code, agrees=True, name="父")
    assert void.value.code == "link_invalid"


@pytest.mark.parametrize(
    ("name", "code"), [("", "text_missing"), (" ", "text_missing"), ("x" * 81, "text_too_long")]
)
def test_who_answers_gives_a_name(match: Match, harada: User, ren: User, name: str, code: str) -> None:
    link = code_of(ask(match, harada, ren))
    with pytest.raises(Invalid) as caught:
        answer_guardian(code=link, agrees=True, name=name)
    assert caught.value.code == code
    assert standing(match) == [GuardianStatus.ASKED]


def test_link_is_void_when_forged_over_or_the_match_has_ended(match: Match, harada: User, ren: User) -> None:
    row = ask(match, harada, ren)
    code = code_of(row)
    forged = signing.dumps({"ask": row.public_id, "at": row.asked_at.isoformat()}, salt=SALT + "x")
    for link, now in (("nonsense", None), (forged, None), (code, row.until + timedelta(seconds=1))):
        with pytest.raises(Invalid):
            asked_by(link, now=now)
    assert asked_by(code) == row
    decline_match(match_id=match.pk, actor=harada, reason="dates")
    with pytest.raises(Invalid):
        answer_guardian(code=code, agrees=True, name="母")
    assert not Consent.objects.filter(kind=ConsentKind.GUARDIAN).exists()


def test_promise_of_a_party_with_a_minor_waits_for_the_guardian(
    mowing: Need, club: Volunteer, harada: User, mori: User, ren: User
) -> None:
    """Also where the party never said that minors come along."""
    assert not club.has_minors
    match = story.agreed(mowing, club, guide=mori)
    assert Precondition.objects.filter(match=match, kind=PreconditionKind.GUARDIAN).exists()


def test_minor_who_joins_after_the_promise_adds_the_check(
    mowing: Need, club: Volunteer, harada: User, mori: User, ren: User
) -> None:
    User.objects.filter(pk=ren.pk).update(age_band="")
    match = story.agreed(mowing, club, guide=mori)
    checks = Precondition.objects.filter(match=match, kind=PreconditionKind.GUARDIAN)
    assert not checks.exists()
    User.objects.filter(pk=ren.pk).update(age_band=AgeBand.MINOR)
    ask(match, harada, ren)
    assert checks.get().ticked_at is None


def test_address_is_forgotten_when_the_activity_is_over(match: Match, harada: User, ren: User) -> None:
    row = ask(match, harada, ren)
    assert forget_guardians(now=row.until - timedelta(seconds=1)) == 0
    sweep_deadlines(now=row.until)
    row.refresh_from_db()
    assert row.email == ""
    drain_outbox(now=row.until)
    assert EMAIL not in {address for letter in mail.outbox for address in letter.to}
