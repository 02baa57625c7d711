"""Somebody else for the need and dates of a match at hand: beside it, or in its place, both or neither."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from accounts.models import AuditEntry, Outbox, User, Volunteer
from matching.enums import EndReason, MatchState, Origin, Side
from matching.models import Block, Match, MatchEvent
from matching.services.instead import suggest_also, suggest_instead
from matching.services.invariants import check_invariants
from matching.services.proposals import apply_for_need
from matching.services.slots import cancel_slot
from regions.models import Need
from tests.builders import make_guide, make_organization, make_party, make_slot
from tests.matching import saga as story

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
Verb = Callable[..., Match]
LATER = timedelta(days=14)


def instead(**said: Any) -> Match:
    return suggest_instead(reason=EndReason.DISTANCE, **said)


BOTH = pytest.mark.parametrize("verb", [suggest_also, instead], ids=["also", "instead"])


@pytest.fixture
def match(mowing: Need, hana_party: Volunteer, mori: User) -> Match:
    """A proposal for the first of two dates."""
    make_slot(mowing, start_at=mowing.slots.get().start_at + LATER)
    return story.propose(mowing, hana_party)


@pytest.fixture
def other(db: None) -> Volunteer:
    return make_party(size=3, min_people=2)


def everything() -> list[Any]:
    """What a refused act leaves untouched."""
    rows = list(Match.objects.order_by("pk").values("pk", "state", "changed_at", "people"))
    return [rows, *(model.objects.count() for model in (MatchEvent, AuditEntry, Outbox))]


@BOTH
def test_other_is_proposed_for_the_same_need_and_dates(
    verb: Verb, match: Match, other: Volunteer, mori: User
) -> None:
    new = verb(match_id=match.pk, actor=mori, party=other)
    assert (new.need, new.volunteer, new.state, new.origin) == (
        match.need,
        other,
        MatchState.PROPOSED,
        Origin.GUIDE,
    )
    assert list(new.slots.all()) == list(match.slots.all())
    assert (new.people, new.guide) == (3, mori.guide)
    assert new.explanation["compared"] == 1
    assert new.lapse_at > timezone.now()
    assert check_invariants(now=timezone.now()) == []


def test_match_at_hand_stays_beside_the_other(match: Match, other: Volunteer, mori: User) -> None:
    events, changed = match.events.count(), match.changed_at
    new = suggest_also(match_id=match.pk, actor=mori, party=other, people=2, note="二人ならすぐ来られる")
    match.refresh_from_db()
    assert (match.state, match.changed_at, match.events.count()) == (MatchState.PROPOSED, changed, events)
    event = new.events.get()
    assert (event.move, event.note, event.data) == (
        "suggest",
        "二人ならすぐ来られる",
        {"beside": match.public_id},
    )
    assert new.people == 2


def test_match_at_hand_is_rejected_in_favour_of_the_other(match: Match, other: Volunteer, mori: User) -> None:
    new = suggest_instead(
        match_id=match.pk,
        actor=mori,
        party=other,
        reason=EndReason.DISTANCE,
        note="遠い",
        neutral_note="また次の機会に",
    )
    match.refresh_from_db()
    assert (match.state, match.end_reason, match.neutral_note) == (
        MatchState.REJECTED,
        "distance",
        "また次の機会に",
    )
    rejected, suggested = match.events.latest("seq"), new.events.get()
    assert (rejected.move, rejected.note) == ("reject", "遠い")
    assert (suggested.move, suggested.note, suggested.data) == (
        "suggest",
        "",
        {"instead_of": match.public_id},
    )
    assert set(AuditEntry.objects.filter(actor=mori).values_list("action", flat=True)) >= {
        "match.reject",
        "match.suggest",
    }


def test_who_applied_reads_the_neutral_sentence_and_nothing_of_the_other(
    mowing: Need, hana: User, hana_party: Volunteer, other: Volunteer, mori: User
) -> None:
    match = apply_for_need(actor=hana, need=mowing, volunteer=hana_party, slots=mowing.slots.all())
    Outbox.objects.all().delete()
    suggest_instead(match_id=match.pk, actor=mori, party=other, reason=EndReason.PEOPLE)
    told = [row.payload for row in Outbox.objects.filter(topic="accounts.notify")]
    assert "match_ended" in str(told)
    assert other.public_id not in str(told)
    assert other.name not in str(told)


@BOTH
def test_date_called_off_is_not_asked_for_again(
    verb: Verb, mowing: Need, hana_party: Volunteer, other: Volunteer, mori: User
) -> None:
    first = mowing.slots.get()
    second = make_slot(mowing, start_at=first.start_at + LATER)
    match = story.propose(mowing, hana_party)
    match.match_slots.create(slot=second)
    cancel_slot(slot=first, actor=mori, reason=EndReason.WEATHER, now=timezone.now())
    assert list(verb(match_id=match.pk, actor=mori, party=other).slots.all()) == [second]


def blocked(match: Match, other: Volunteer) -> None:
    Block.objects.create(
        volunteer=other, region=match.need.region, side=Side.PARTY, made_by=other.representative
    )


def paused(_match: Match, other: Volunteer) -> None:
    Volunteer.objects.filter(pk=other.pk).update(is_active=False)
    other.refresh_from_db()


def matched_already(match: Match, other: Volunteer) -> None:
    story.propose(match.need, other)


def no_room(match: Match, _other: Volunteer) -> None:
    match.need.slots.update(places=1)


@BOTH
@pytest.mark.parametrize(
    ("obstacle", "code"),
    [
        (blocked, "blocked"),
        (paused, "party_paused"),
        (matched_already, "already_matched"),
        (no_room, "places_short"),
    ],
)
def test_other_passes_the_same_checks_or_nothing_happens(
    obstacle: Callable[[Match, Volunteer], None],
    code: str,
    verb: Verb,
    match: Match,
    other: Volunteer,
    mori: User,
) -> None:
    obstacle(match, other)
    before = everything()
    with pytest.raises(Conflict, match=code):
        verb(match_id=match.pk, actor=mori, party=other)
    assert everything() == before


@BOTH
def test_number_of_people_is_the_others_own(verb: Verb, match: Match, other: Volunteer, mori: User) -> None:
    before = everything()
    with pytest.raises(Invalid, match="people_out_of_range"):
        verb(match_id=match.pk, actor=mori, party=other, people=4)
    assert everything() == before


@BOTH
def test_party_of_the_match_is_nobody_else(verb: Verb, match: Match, mori: User) -> None:
    before = everything()
    with pytest.raises(Invalid, match="party_of_this_match"):
        verb(match_id=match.pk, actor=mori, party=match.volunteer)
    assert everything() == before


@BOTH
def test_only_a_guide_of_the_community_proposes_somebody_else(
    verb: Verb, match: Match, other: Volunteer, hana: User, ume: User, kenji: User, yuki: User, admin: User
) -> None:
    elsewhere = make_guide(make_organization(prefectures=["13"])).user
    before = everything()
    for user in (hana, ume, kenji, yuki, admin, elsewhere, other.representative, User.objects.system()):
        with pytest.raises(NotAllowed, match="role_may_not"):
            verb(match_id=match.pk, actor=user, party=other)
    assert everything() == before


@BOTH
def test_twice_is_refused(verb: Verb, match: Match, other: Volunteer, mori: User) -> None:
    verb(match_id=match.pk, actor=mori, party=other)
    before = everything()
    with pytest.raises(Conflict) as refused:
        verb(match_id=match.pk, actor=mori, party=other)
    assert refused.value.code in {"already_matched", "match_not_proposed"}
    assert everything() == before


def test_another_is_proposed_beside_one_that_is_being_asked_but_does_not_replace_it(
    match: Match, other: Volunteer, mori: User
) -> None:
    story.asked(match, guide=mori)
    with pytest.raises(Conflict, match="match_not_proposed"):
        instead(match_id=match.pk, actor=mori, party=other)
    assert suggest_also(match_id=match.pk, actor=mori, party=other).volunteer == other


@BOTH
def test_match_that_has_ended_or_never_was_is_no_beginning(
    verb: Verb, match: Match, other: Volunteer, mori: User
) -> None:
    instead(match_id=match.pk, actor=mori, party=make_party())
    for pk, codes in ((match.pk, {"match_moved_on", "match_not_proposed"}), (2**40, {"match_unknown"})):
        with pytest.raises((Conflict, NotFound)) as refused:
            verb(match_id=pk, actor=mori, party=other)
        assert refused.value.code in codes


def test_reason_is_one_that_a_guide_may_give(match: Match, other: Volunteer, mori: User) -> None:
    before = everything()
    with pytest.raises(DomainError, match="reason_unknown"):
        suggest_instead(match_id=match.pk, actor=mori, party=other, reason=EndReason.WEATHER)
    assert everything() == before
