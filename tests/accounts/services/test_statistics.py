"""Age and sex for counts: said freely, kept apart, gone with the account."""

from __future__ import annotations

import pytest

from accounts.errors import Invalid
from accounts.models import AuditEntry, StatisticalAnswer, User
from accounts.services.erasure import erase_account
from accounts.services.personal_data import export_my_data
from accounts.services.statistics import say_statistics, take_back_statistics

pytestmark = pytest.mark.django_db


def kept() -> list[tuple[str, str]]:
    return list(StatisticalAnswer.objects.values_list("age", "sex"))


def test_answer_is_kept_once_and_the_audit_does_not_tell_who_answers(hana: User) -> None:
    before = AuditEntry.objects.count()
    say_statistics(actor=hana, age="40s", sex="female", agrees=True)
    say_statistics(actor=hana, age="50s", sex="unsaid", agrees=True)

    assert kept() == [("50s", "unsaid")]
    take_back_statistics(actor=hana)
    assert AuditEntry.objects.count() == before


def test_to_say_neither_takes_back_what_was_said_and_needs_no_consent(hana: User) -> None:
    say_statistics(actor=hana, age="40s", sex="female", agrees=True)

    assert say_statistics(actor=hana, age="unsaid", sex="unsaid", agrees=False) is None
    assert say_statistics(actor=hana, age="unsaid", sex="unsaid", agrees=True) is None

    assert kept() == []


def test_nothing_is_kept_without_consent(hana: User) -> None:
    with pytest.raises(Invalid, match="consent_needed"):
        say_statistics(actor=hana, age="40s", sex="female", agrees=False)

    assert kept() == []


def test_unknown_choice_is_refused(hana: User) -> None:
    with pytest.raises(Invalid, match="choice_unknown"):
        say_statistics(actor=hana, age="41", sex="female", agrees=True)

    assert kept() == []


def test_taking_back_deletes_ones_own_and_twice_changes_nothing(hana: User, mori: User) -> None:
    say_statistics(actor=hana, age="40s", sex="female", agrees=True)
    say_statistics(actor=mori, age="60s", sex="male", agrees=True)

    take_back_statistics(actor=hana)
    take_back_statistics(actor=hana)

    assert kept() == [("60s", "male")]


def test_answer_is_taken_along_and_goes_with_the_account(hana: User) -> None:
    say_statistics(actor=hana, age="40s", sex="female", agrees=True)
    taken = export_my_data(actor=hana)["account"]["statistics"]
    assert [(row["age"], row["sex"]) for row in taken] == [("40s", "female")]

    erase_account(actor=hana, confirmation=hana.email)

    assert kept() == []
