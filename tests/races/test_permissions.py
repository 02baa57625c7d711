"""The last permission is recorded while the last answer is being given: whoever comes second makes the promise."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import AuditEntry, User, Volunteer
from matching.enums import MatchState
from matching.models import Match
from matching.services.answers import confirm_promise
from matching.services.permissions import go_on_with_permission
from regions.enums import NeedStage
from regions.models import Need, Offer
from regions.services.inputs import PermissionInput
from regions.services.offers import record_permission
from tests.matching import saga as story

pytestmark = [pytest.mark.races, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PATIENCE = 1.5
"""Seconds for which the answer is kept open: whoever does not wait for it has long looked by then."""


def test_permission_waits_for_an_answer_that_is_being_given(
    mowing: Need, hana_party: Volunteer, mori: User, hana: User, ume: User
) -> None:
    match = story.waiting_for_permission(mowing, hana_party, guide=mori)
    Match.objects.filter(pk=match.pk).update(promise_party_at=None)
    # A need that is closed is locked by nobody who records a permission.
    Need.objects.filter(pk=mowing.pk).update(stage=NeedStage.CLOSED)
    confirmed, looked = Event(), Event()

    def confirm() -> None:
        try:
            with transaction.atomic():
                confirm_promise(match_id=match.pk, actor=hana)
                confirmed.set()
                looked.wait(PATIENCE)
        finally:
            connection.close()

    def permit(offer: Offer) -> None:
        try:
            confirmed.wait(PATIENCE)
            said = PermissionInput(holder=offer.permissions.get().holder, status="granted", evidence="書面")
            record_permission(actor=ume, offer=offer, permission=said)
            entry = AuditEntry.objects.get(action="offer.permission")
            go_on_with_permission(offer_id=offer.pk, entry=entry, now=timezone.now())
            looked.set()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        acts = [pool.submit(confirm), pool.submit(permit, mowing.offers.latest("pk"))]
        for act in acts:
            act.result()
    assert story.state_of(match) == MatchState.AGREED
