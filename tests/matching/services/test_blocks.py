"""A side blocks the other: no new match begins, none is approved, and the other side is not told."""

from __future__ import annotations

import pytest

from accounts.errors import Conflict, NotAllowed
from accounts.models import AuditEntry, Notification, Outbox, User, Volunteer
from matching.enums import MatchState, Side
from matching.models import Block
from matching.services.blocks import block_other_side
from regions.models import Need
from tests.matching import saga

pytestmark = pytest.mark.django_db


def test_a_side_blocks_the_other_once(mowing: Need, riders: Volunteer, harada: User, mori: User) -> None:
    match = saga.propose(mowing, riders)
    first = block_other_side(match=match, actor=harada, note="危なかった")
    second = block_other_side(match=match, actor=harada)

    assert (first.pk, first.side, first.made_by) == (second.pk, Side.PARTY, harada)
    assert AuditEntry.objects.filter(action="block.make").count() == 1
    assert Outbox.objects.filter(key__startswith=f"rescore:party:{riders.public_id}").count() == 1
    assert not Notification.objects.filter(user=saga.speaker_of(match)).exists()


def test_both_sides_may_block_each_other(mowing: Need, riders: Volunteer, harada: User, ume: User) -> None:
    match = saga.propose(mowing, riders)
    block_other_side(match=match, actor=harada)
    block_other_side(match=match, actor=ume)
    assert sorted(Block.objects.values_list("side", flat=True)) == [Side.PARTY, Side.REGION]


@pytest.mark.parametrize("name", ["mori", "yuki", "admin"])
def test_nobody_blocks_for_a_side_that_is_not_theirs(
    name: str, mowing: Need, riders: Volunteer, request: pytest.FixtureRequest
) -> None:
    match = saga.propose(mowing, riders)
    with pytest.raises(NotAllowed, match="role_may_not"):
        block_other_side(match=match, actor=request.getfixturevalue(name))
    assert not Block.objects.exists()


def test_a_side_cannot_block_in_the_name_of_the_other(
    mowing: Need, riders: Volunteer, harada: User, mori: User
) -> None:
    match = saga.propose(mowing, riders)
    with pytest.raises(NotAllowed, match="role_may_not"):
        block_other_side(match=match, actor=harada, side=Side.REGION)
    assert not Block.objects.exists()


def test_a_blocked_pair_is_neither_approved_nor_proposed_again(
    mowing: Need, riders: Volunteer, harada: User, mori: User
) -> None:
    match = saga.propose(mowing, riders)
    block_other_side(match=match, actor=harada)
    with pytest.raises(Conflict, match="blocked"):
        saga.asked(match, guide=mori)
    assert saga.state_of(match) == MatchState.PROPOSED
    assert not match.holds.exists()
