"""Nobody becomes a member of a group but by their own act."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import signing
from django.utils import timezone

from accounts.errors import Conflict, Invalid, NotAllowed
from accounts.models import AuditEntry, Outbox
from accounts.services.members import SALT, invite_members, join_party, remove_member
from tests.cast import make_party

pytestmark = pytest.mark.django_db


def test_invited_person_joins_by_code(riders, harada, hana):
    code = invite_members(actor=harada, party=riders)
    membership = join_party(actor=hana, code=code)
    assert (membership.volunteer, membership.user) == (riders, hana)
    entries = list(AuditEntry.objects.order_by("pk").values_list("action", "actor"))
    assert entries == [("party.invite", harada.pk), ("party.join", hana.pk)]
    assert Outbox.objects.filter(payload={"party": riders.pk}).count() == 1


def test_joining_twice_is_one_membership(riders, harada, hana):
    code = invite_members(actor=harada, party=riders)
    assert join_party(actor=hana, code=code) == join_party(actor=hana, code=code)
    assert riders.memberships.filter(user=hana).count() == 1


def test_only_the_representative_invites(riders, hana):
    with pytest.raises(NotAllowed):
        invite_members(actor=hana, party=riders)


def test_person_alone_has_no_members(hana, hana_party):
    with pytest.raises(Conflict) as caught:
        invite_members(actor=hana, party=hana_party)
    assert caught.value.code == "party_is_one_person"


@pytest.mark.parametrize("code", ["", "nonsense", "x" * 100_000])
def test_wrong_code_joins_nothing(riders, hana, code):
    with pytest.raises(Invalid) as caught:
        join_party(actor=hana, code=code)
    assert caught.value.code == "code_invalid"
    assert riders.memberships.count() == 1


def test_code_of_another_purpose_joins_nothing(riders, hana):
    code = signing.dumps({"party": riders.public_id}, salt="another")
    with pytest.raises(Invalid):
        join_party(actor=hana, code=code)


def test_code_older_than_fourteen_days_joins_nothing(riders, hana):
    old = timezone.now() - timedelta(days=15)
    stamped = f"{signing.b64_encode(signing.JSONSerializer().dumps({'party': riders.public_id})).decode()}"
    value = f"{stamped}:{signing.b62_encode(int(old.timestamp()))}"
    code = signing.TimestampSigner(salt=SALT).signature(value)
    with pytest.raises(Invalid) as caught:
        join_party(actor=hana, code=f"{value}:{code}")
    assert caught.value.code == "code_invalid"
    fresh = f"{stamped}:{signing.b62_encode(int(timezone.now().timestamp()))}"
    signature = signing.TimestampSigner(salt=SALT).signature(fresh)
    assert join_party(actor=hana, code=f"{fresh}:{signature}").volunteer == riders


def test_full_group_takes_no_more_members(harada, hana, yuki):
    party = make_party(harada, size=2, members=[hana])
    code = invite_members(actor=harada, party=party)
    with pytest.raises(Conflict) as caught:
        join_party(actor=yuki, code=code)
    assert caught.value.code == "party_full"


def test_closed_account_joins_nothing(riders, harada, hana):
    code = invite_members(actor=harada, party=riders)
    hana.is_active = False
    with pytest.raises(NotAllowed):
        join_party(actor=hana, code=code)


def test_member_leaves_and_representative_removes(harada, hana, yuki):
    party = make_party(harada, size=5, members=[hana, yuki])
    remove_member(actor=hana, party=party, user=hana)
    remove_member(actor=harada, party=party, user=yuki)
    remove_member(actor=harada, party=party, user=yuki)
    assert [member.user for member in party.memberships.all()] == [harada]
    assert AuditEntry.objects.filter(action="party.remove_member").count() == 2


def test_member_removes_nobody_else(harada, hana, yuki):
    party = make_party(harada, size=5, members=[hana, yuki])
    with pytest.raises(NotAllowed):
        remove_member(actor=hana, party=party, user=yuki)
    assert party.memberships.count() == 3


def test_representative_stays(riders, harada):
    with pytest.raises(Conflict) as caught:
        remove_member(actor=harada, party=riders, user=harada)
    assert caught.value.code == "representative_stays"
