"""The last permission against an answer that is being given, and against people who are being named."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.errors import Conflict
from accounts.models import AuditEntry, User, Volunteer
from matching.enums import MatchState
from matching.locks import lock_for_move
from matching.models import Match, MatchPerson
from matching.services.answers import confirm_promise
from matching.services.permissions import go_on_with_permission
from regions.enums import NeedStage
from regions.models import Need, Offer
from regions.services.inputs import PermissionInput
from regions.services.offers import record_permission
from tests.matching import saga as story
from tests.support.outbox import drain_outbox

pytestmark = [pytest.mark.races, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PATIENCE = 1.5
"""Seconds for which the other act is kept open: whoever does not wait for it has long looked by then."""


@pytest.fixture
def match(mowing: Need, hana_party: Volunteer, mori: User) -> Match:
    """One that lacks a permission, of a need that is closed: so nobody who records one waits for its lock."""
    match = story.waiting_for_permission(mowing, hana_party, guide=mori)
    Need.objects.filter(pk=mowing.pk).update(stage=NeedStage.CLOSED)
    return match


def granted(offer: Offer, *, by: User) -> AuditEntry:
    """The permission recorded, and the record of it."""
    said = PermissionInput(holder=offer.permissions.get().holder, status="granted", evidence="書面")
    record_permission(actor=by, offer=offer, permission=said)
    return AuditEntry.objects.get(action="offer.permission")


def during(act: Callable[[], object], then: Callable[[], object]) -> None:
    """``then`` while ``act`` is done and not committed, until it is, or for as long as the patience lasts. Errors are raised."""
    acted, over = Event(), Event()

    def first() -> None:
        try:
            with transaction.atomic():
                act()
                acted.set()
                over.wait(PATIENCE)
        finally:
            connection.close()

    def second() -> None:
        try:
            acted.wait(PATIENCE)
            then()
        finally:
            over.set()
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for each in [pool.submit(first), pool.submit(second)]:
            each.result()


def test_permission_waits_for_an_answer_that_is_being_given(match: Match, hana: User, ume: User) -> None:
    Match.objects.filter(pk=match.pk).update(promise_party_at=None)
    offer = match.need.offers.latest("pk")
    during(
        lambda: confirm_promise(match_id=match.pk, actor=hana),
        lambda: go_on_with_permission(offer_id=offer.pk, entry=granted(offer, by=ume), now=timezone.now()),
    )
    assert story.state_of(match) == MatchState.AGREED


def test_match_whose_people_change_meanwhile_is_not_passed_over(match: Match, ume: User, yuki: User) -> None:
    offer = match.need.offers.latest("pk")

    def name_another() -> None:
        lock_for_move(match.pk)
        MatchPerson.objects.create(match=match, user=yuki)

    def go_on() -> None:
        with pytest.raises(Conflict) as refused:
            go_on_with_permission(offer_id=offer.pk, entry=granted(offer, by=ume), now=timezone.now())
        assert refused.value.code == "people_changed"

    during(name_another, go_on)
    assert story.state_of(match) == MatchState.MEETING
    drain_outbox()  # what the permission owes is still owed
    assert story.state_of(match) == MatchState.AGREED
