"""What a guide writes down after a talk: kept, put on record without its words, read within one organization only."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.errors import Invalid, NotAllowed
from accounts.models import AuditEntry, User, Volunteer
from matching.enums import IdentityProof, InterviewHow
from matching.models import Interview, Match
from matching.policies import interviews_visible_to
from matching.services.interviews import record_interview
from regions.models import Need
from tests.matching import saga as story

pytestmark = pytest.mark.django_db
SAID = "走らせてもらうなら、まず手を動かしたい"


@pytest.fixture
def proposed(mowing: Need, riders: Volunteer) -> Match:
    return story.propose(mowing, riders)


def written(match: Match, actor: User, **changes) -> Interview:
    values = {"how": InterviewHow.PHONE, "held_on": timezone.localdate(), "note": f" {SAID} "}
    return record_interview(actor=actor, match=match, **(values | changes))


def test_interview_is_kept_with_who_held_it_and_what_proved_the_identity(proposed: Match, mori: User) -> None:
    interview = written(proposed, mori, identity=IdentityProof.LICENCE)

    interview.refresh_from_db()
    assert (interview.volunteer, interview.guide.user, interview.note, interview.identity) == (
        proposed.volunteer, mori, SAID, IdentityProof.LICENCE,
    )  # fmt: skip
    entry = AuditEntry.objects.get(action="interview.record")
    assert (entry.actor, entry.details) == (
        mori, {"party": proposed.volunteer.public_id, "identity": "licence"},
    )  # fmt: skip
    assert SAID not in str(entry.details) + entry.target_label


@pytest.mark.parametrize("who", ["kenji", "ume", "yuki", "hana", "admin", "system"])
def test_nobody_but_a_guide_of_the_match_writes_one(
    proposed: Match, who: str, request: pytest.FixtureRequest
) -> None:
    actor = User.objects.system() if who == "system" else request.getfixturevalue(who)
    with pytest.raises(NotAllowed) as refusal:
        written(proposed, actor)
    assert refusal.value.code == "role_may_not"
    assert not Interview.objects.exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"held_on": timezone.localdate() + timedelta(days=2)}, "interview_to_come"),
        ({"note": "   "}, "note_needed"),
        ({"note": "あ" * 2001}, "note_too_long"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    proposed: Match, mori: User, change: dict, code: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        written(proposed, mori, **change)
    assert refusal.value.code == code
    assert not Interview.objects.exists()


def test_only_the_organization_that_held_it_and_administrators_read_it(
    proposed: Match, mori: User, sato: User, ume: User, kenji: User, admin: User, elsewhere: User
) -> None:
    interview = written(proposed, mori)

    people = (mori, sato, ume, kenji, admin, elsewhere)
    readers = {user.email for user in people if interview in interviews_visible_to(user)}
    assert readers == {mori.email, sato.email, admin.email}
