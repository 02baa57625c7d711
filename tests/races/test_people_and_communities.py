"""Many at once against what only a lock keeps in bounds: members of a group, parties of a person, a need's stage."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from accounts.errors import Conflict
from accounts.models import AuditEntry, Outbox, User
from accounts.services.consents import TERMS_VERSION
from accounts.services.members import invite_members, join_party
from accounts.services.parties import PARTIES_MAX, create_party
from accounts.services.signup import sign_up
from regions.enums import NeedStage
from regions.services.inputs import PermissionInput, SlotInput
from regions.services.offers import record_permission
from regions.services.slots import add_slot
from regions.services.stages import open_need
from tests.cast import (
    FUKUOKA,
    agree_to_terms,
    at_tokyo,
    make_municipality,
    make_need,
    make_offer,
    make_organization,
    make_party,
    make_region,
    make_user,
    sunday_ahead,
)

pytestmark = [pytest.mark.races, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
THREADS = 16
DONE, REFUSED = "done", "refused"


def together(acts: list[Callable[[], Any]]) -> list[str]:
    """Every act in a thread of its own, all begun at once; what became of each. Other errors are raised."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> str:
        try:
            start.wait()
            act()
        except Conflict:
            return REFUSED
        else:
            return DONE
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.mark.parametrize("attempt", range(5))
def test_last_places_of_a_group_go_to_as_many_as_there_are(attempt):
    party = make_party(size=6)
    code = invite_members(actor=party.representative, party=party)
    users = [make_user() for _ in range(THREADS)]
    results = together([lambda user=user: join_party(actor=user, code=code) for user in users])
    assert results.count(DONE) == 5
    assert party.memberships.count() == 6


@pytest.mark.parametrize("attempt", range(5))
def test_one_person_registers_no_more_parties_than_allowed(attempt):
    user = agree_to_terms(make_user("花"))
    make_municipality(FUKUOKA)
    for _ in range(PARTIES_MAX - 3):
        make_party(user)
    act = lambda: create_party(actor=user, kind="individual", home_code=FUKUOKA)  # noqa: E731
    assert together([act] * THREADS).count(DONE) == 3
    assert user.represented_parties.count() == PARTIES_MAX


@pytest.mark.parametrize("attempt", range(5))
def test_need_is_opened_once(attempt):
    ume = make_user()
    need = make_need(make_region(representative=ume), stage=NeedStage.CONSENTED, opened_at=None)
    assert together([lambda: open_need(actor=ume, need=need)] * THREADS).count(DONE) == 1
    assert AuditEntry.objects.filter(action="need.open").count() == 1
    assert Outbox.objects.filter(topic="matching.rescore").count() == 1


@pytest.mark.parametrize("attempt", range(3))
def test_address_is_signed_up_once_and_the_others_see_no_error(attempt):
    make_organization()
    act = lambda: sign_up(  # noqa: E731
        email="new@example.org", name="新しい人", language="ja", accepts_terms_version=TERMS_VERSION
    )
    assert together([act] * THREADS) == [DONE] * THREADS
    assert User.objects.filter(email="new@example.org").count() == 1


@pytest.mark.parametrize("attempt", range(3))
def test_same_date_is_added_once(attempt):
    ume = make_user()
    need = make_need(make_region(representative=ume), slots=[])
    start = at_tokyo(sunday_ahead(), 8)
    slot = SlotInput(start_at=start, end_at=start + timedelta(hours=3), places=4)
    assert together([lambda: add_slot(actor=ume, need=need, slot=slot)] * THREADS).count(DONE) == 1
    assert need.slots.count() == 1


@pytest.mark.parametrize("attempt", range(3))
def test_two_offers_tied_to_the_same_needs_do_not_lock_each_other_out(attempt):
    ume = make_user()
    region = make_region(representative=ume)
    offers = [make_offer(region), make_offer(region)]
    for _ in range(3):
        make_need(region, offers=offers)
    permission = PermissionInput(holder="水利組合", status="informal")
    acts = [
        lambda offer=offer: record_permission(actor=ume, offer=offer, permission=permission)
        for offer in offers * (THREADS // 2)
    ]
    assert together(acts) == [DONE] * THREADS
    assert AuditEntry.objects.filter(action="offer.permission").count() == THREADS
