"""Who is shown whose contact, from which state on, each time on record, and nowhere else."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.apps import apps
from django.core import mail, serializers
from django.db import models
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.errors import NotFound
from accounts.models import ContactCard, User, Volunteer
from accounts.models.accesses import ContactAccess
from accounts.services.digests import sweep_digests
from matching.enums import AnswerValue, EndReason, MatchState
from matching.models import Match, MatchPerson
from matching.services.disclosure import Contact, reveal
from matching.services.endings import cancel_match
from matching.services.review import name_people
from regions.models import Need
from tests.builders import TOKYO, make_party, make_user
from tests.matching import saga as story
from tests.support.outbox import drain_outbox

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

CARD = {"full_name", "phone", "email", "address"}


def shown(match: Match, viewer: User) -> dict[str, set[str]]:
    """Names of the people shown, with the contact fields that are not empty."""
    return {
        contact.name: {field for field in CARD if getattr(contact, field)}
        for contact in reveal(match=match, viewer=viewer)
    }


def in_meeting(need: Need, party: Volunteer, *, guide: User) -> Match:
    match = story.asked(story.propose(need, party), guide=guide)
    return story.both_answer(match, AnswerValue.MEET)


@pytest.mark.parametrize("is_asked", [False, True], ids=["proposed", "asking"])
def test_nothing_is_shown_before_the_meeting(
    mowing: Need, riders: Volunteer, ume: User, mori: User, is_asked: bool
) -> None:
    match = story.propose(mowing, riders)
    if is_asked:
        match = story.asked(match, guide=mori)

    assert [reveal(match=match, viewer=viewer) for viewer in (riders.representative, ume, mori)] == [
        [],
        [],
        [],
    ]
    assert not ContactAccess.objects.exists()


def test_meeting_shows_name_and_affiliation_only(
    mowing: Need, riders: Volunteer, ume: User, mori: User
) -> None:
    match = in_meeting(mowing, riders, guide=mori)

    for_party = reveal(match=match, viewer=riders.representative)
    for_region = reveal(match=match, viewer=ume)

    assert for_party == [Contact(person=ume.public_id, name="梅", affiliation="梅の所属")]
    assert for_region == [
        Contact(person=riders.representative.public_id, name="原田", affiliation="原田の所属")
    ]
    assert (
        list(ContactAccess.objects.order_by("pk").values_list("fields", "match_state"))
        == [(["affiliation", "name"], "meeting")] * 2
    )


def test_promise_shows_the_cards_of_the_other_side(
    mowing: Need, riders: Volunteer, ume: User, mori: User
) -> None:
    match = story.agreed(mowing, riders, guide=mori)

    (contact,) = reveal(match=match, viewer=ume)

    assert contact == Contact(
        person=riders.representative.public_id,
        name="原田",
        affiliation="原田の所属",
        full_name="原田 本名",
        phone="090-0000-0002",
        email="harada@example.org",
        address="原田の住所",
    )
    assert shown(match, riders.representative) == {"梅": CARD}


def test_roster_is_for_community_and_guide_from_the_promise_on(
    mowing: Need, riders: Volunteer, ume: User, mori: User, hana: User
) -> None:
    riders.memberships.create(user=hana)
    match = in_meeting(mowing, riders, guide=mori)
    name_people(match_id=match.pk, actor=riders.representative, users=[riders.representative, hana])
    before = shown(match, ume)
    Match.objects.filter(pk=match.pk).update(state=MatchState.AGREED)

    assert before == {"原田": set()}
    assert shown(match, ume) == {"原田": CARD, "花": CARD}
    assert shown(match, mori) == {"原田": CARD, "花": CARD, "梅": CARD}
    assert shown(match, riders.representative) == {"梅": CARD}


@pytest.mark.parametrize("named", [1, 3])
def test_roster_costs_the_same_however_many_come(
    mowing: Need,
    riders: Volunteer,
    ume: User,
    mori: User,
    named: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    match = story.agreed(mowing, riders, guide=mori)
    for _number in range(named):
        MatchPerson.objects.create(match=match, user=make_user())

    with django_assert_num_queries(8):
        contacts = reveal(match=match, viewer=ume)

    assert len(contacts) == 1 + named


def test_colleague_and_municipal_officer_see_what_their_role_shows(
    mowing: Need, riders: Volunteer, mori: User, sato: User, kenji: User
) -> None:
    match = story.agreed(mowing, riders, guide=mori)

    assert shown(match, sato) == {"原田": CARD, "梅": CARD}
    assert shown(match, kenji) == {"原田": CARD}


@pytest.mark.parametrize("who", ["yuki", "admin", "hana", "system"])
def test_nobody_else_learns_that_there_is_a_match(
    mowing: Need, riders: Volunteer, mori: User, who: str, request: pytest.FixtureRequest
) -> None:
    match = story.agreed(mowing, riders, guide=mori)
    viewer = User.objects.system() if who == "system" else request.getfixturevalue(who)

    with pytest.raises(NotFound, match="match_unknown"):
        reveal(match=match, viewer=viewer)

    assert not ContactAccess.objects.exists()


def test_named_member_who_is_not_the_representative_is_shown_nothing(
    mowing: Need, riders: Volunteer, mori: User, hana: User
) -> None:
    match = story.agreed(mowing, riders, guide=mori)
    MatchPerson.objects.create(match=match, user=hana)

    with pytest.raises(NotFound):
        reveal(match=match, viewer=hana)


def test_each_look_is_recorded_with_who_whom_and_what(
    mowing: Need, riders: Volunteer, ume: User, mori: User
) -> None:
    match = story.agreed(mowing, riders, guide=mori)
    reveal(match=match, viewer=ume)
    reveal(match=match, viewer=ume)

    rows = ContactAccess.objects.values_list("viewer", "subject", "match_public_id", "match_state", "fields")
    fields = ["address", "affiliation", "email", "full_name", "name", "phone"]
    assert list(rows) == [(ume.pk, riders.representative_id, match.public_id, "agreed", fields)] * 2


def test_cancelled_match_shows_nothing_even_to_who_still_has_it_in_hand(
    mowing: Need, riders: Volunteer, ume: User, mori: User
) -> None:
    in_hand = story.agreed(mowing, riders, guide=mori)
    cancel_match(match_id=in_hand.pk, actor=ume, reason=EndReason.SAFETY)

    assert in_hand.state == MatchState.AGREED
    assert reveal(match=in_hand, viewer=ume) == []


def test_who_left_office_is_an_outsider(mowing: Need, riders: Volunteer, ume: User, mori: User) -> None:
    match = story.agreed(mowing, riders, guide=mori)
    mowing.region.representatives.update(until_on=mowing.created_at.date() - timedelta(days=1))

    with pytest.raises(NotFound):
        reveal(match=match, viewer=ume)
    assert "梅" not in shown(match, riders.representative)


def test_contacts_are_in_no_other_table_and_in_no_message(
    mowing: Need, riders: Volunteer, ume: User, mori: User
) -> None:
    match = story.completed(mowing, riders, guide=mori)
    for viewer in (ume, mori, riders.representative):
        reveal(match=match, viewer=viewer)
    drain_outbox(now=timezone.now() + timedelta(seconds=11))
    tomorrow = timezone.now().astimezone(TOKYO) + timedelta(days=1)
    assert sweep_digests(now=tomorrow.replace(hour=18)) > 1
    drain_outbox()
    secrets = [
        getattr(card, field)
        for card in ContactCard.objects.all()
        for field in ("full_name", "phone", "address")
    ]

    found = {model.__name__ for model in other_tables() for row in rows_of(model) if holds(row, secrets)}
    letters = [
        letter
        for letter in mail.outbox
        if holds(f"{letter.subject} {letter.body} {letter.alternatives}", secrets)
    ]

    assert len(secrets) >= 9
    assert len(mail.outbox) > 5
    assert (found, letters) == (set(), [])


def other_tables() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model is not ContactCard]


def rows_of(model: type[models.Model]) -> list[str]:
    rows = serializers.serialize("python", model._default_manager.all())
    return [json.dumps(row["fields"], default=str, ensure_ascii=False) for row in rows]


def holds(text: str, secrets: list[str]) -> bool:
    return any(secret in text for secret in secrets)


def test_search_for_contacts_finds_one_that_leaked(mowing: Need, riders: Volunteer, mori: User) -> None:
    match = story.propose(mowing, make_party())
    match.neutral_note = "090-0000-0002"
    match.save(update_fields=["neutral_note"])

    assert any(holds(row, ["090-0000-0002"]) for row in rows_of(Match))
