"""What the engine is given says nothing of sex, nationality or age in bands."""

from __future__ import annotations

from dataclasses import fields

import pytest
from django.utils import timezone

from accounts.models import User, Volunteer
from accounts.services.statistics import say_statistics
from matching.engine import ParticipantRow, Weights
from matching.models import MatchOutcome
from matching.snapshots import read_inputs
from regions.models import Need

NEVER = ("sex", "gender", "national", "citizen", "age_band", "statistic", "birth")
AGES = {"youngest_age"}


def test_row_of_a_participant_has_no_such_field() -> None:
    names = {field.name for field in fields(ParticipantRow)}
    assert [name for name in names for word in NEVER if word in name] == []
    assert {name for name in names if "age" in name.split("_")} == AGES


def test_log_of_outcomes_has_no_such_field() -> None:
    names = {field.name for field in MatchOutcome._meta.fields}
    assert {"travel_minutes", "decision_reason", "party_answer", "region_answer", "state"} <= names
    assert [name for name in names for word in (*NEVER, "age") if word in name.split("_")] == []


@pytest.mark.django_db
def test_answer_for_counts_does_not_change_the_inputs(
    mowing: Need, riders: Volunteer, hana_party: Volunteer, hana: User
) -> None:
    now = timezone.now()
    before = read_inputs(scope="all", weights=Weights(), now=now)
    assert hana_party.public_id in {row.public_id for row in before.participants}

    say_statistics(actor=hana, age="from_70", sex="male", agrees=True)
    say_statistics(actor=riders.representative, age="20s", sex="female", agrees=True)

    assert read_inputs(scope="all", weights=Weights(), now=now).digest == before.digest
