"""The record of who did what outlives what it was done to."""

from __future__ import annotations

import pytest

from accounts.models import AuditEntry, Organization, Outbox, User
from accounts.services.audit import record
from tests.builders import make_organization
from tests.support.effects import owe_one


def test_record_keeps_who_what_and_on_whose_behalf(mori: User) -> None:
    target = make_organization(name="背振つなぎ舎2")
    record(
        actor=mori, action="organization.change", target=target, label=target.name, on_behalf_of="佐賀市", details={"code": 7}
    )  # fmt: skip
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.on_behalf_of) == (mori, "organization.change", "佐賀市")
    assert (entry.target_type, entry.target_id) == ("accounts.organization", target.public_id)
    assert (entry.target_label, entry.details) == ("背振つなぎ舎2", {"code": 7})


def test_record_outlives_its_target(mori: User) -> None:
    target = make_organization()
    record(actor=mori, action="organization.remove", target=target, label=target.name)
    public_id = target.public_id
    target.delete()
    assert AuditEntry.objects.get().target_id == public_id


def test_record_of_a_row_without_public_id_keeps_its_key(mori: User) -> None:
    row: Outbox = owe_one()
    record(actor=mori, action="outbox.replay", target=row, label=row.key)
    entry = AuditEntry.objects.get()
    assert (entry.target_type, entry.target_id, entry.details) == ("accounts.outbox", str(row.pk), {})


def test_record_cuts_what_is_too_long_for_its_columns(mori: User) -> None:
    record(actor=mori, action="user.note", target=mori, label="長" * 300, on_behalf_of="代" * 300)
    entry = AuditEntry.objects.get()
    assert (len(entry.target_label), len(entry.on_behalf_of)) == (200, 120)


def test_record_of_what_is_not_stored_is_a_mistake(mori: User) -> None:
    with pytest.raises(ValueError, match="stored"):
        record(actor=mori, action="organization.change", target=Organization(name="x"), label="x")
