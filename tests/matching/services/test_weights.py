"""Weights are versions: made once, activated, never edited."""

from __future__ import annotations

import pytest

from accounts.errors import DomainError, NotAllowed, NotFound
from accounts.models import AuditEntry
from matching.engine import Weights
from matching.models import WeightSet
from matching.services.runs import request_run
from matching.services.weights import activate_weights, add_weights, ensure_weights, weights_of
from regions.models import Need
from tests.matching.running import matched
from tests.support.outbox import drain_outbox

pytestmark = pytest.mark.django_db


def test_first_weights_are_the_defaults_once() -> None:
    first = ensure_weights()
    assert ensure_weights() == first
    assert (first.version, weights_of(first), WeightSet.objects.count()) == (1, Weights(), 1)


def test_new_weights_count_from_their_activation(admin, mowing: Need, riders, hana_party, mori) -> None:
    row = add_weights(actor=admin, values={"proposals_max_default": 1}, note="one at a time")
    assert (row.version, row.is_active, ensure_weights().version) == (2, False, 1)
    activate_weights(actor=admin, version=2)
    run = matched()
    assert (run.weights, run.proposals_count) == (row, 1)
    assert WeightSet.objects.get(is_active=True) == row
    assert list(AuditEntry.objects.values_list("action", flat=True)[:2]) == [
        "weights.add",
        "weights.activate",
    ]


@pytest.mark.parametrize(
    "values", [{"near_limit_fifths": 1}, {"colour": 3}, {"top_k": -1}, {"neutral_micro": 0}]
)
def test_weights_that_no_run_could_use_are_refused(admin, values: dict[str, int]) -> None:
    with pytest.raises(DomainError) as refused:
        add_weights(actor=admin, values=values)
    assert refused.value.code == "weights_unusable"
    assert not WeightSet.objects.filter(version__gt=1).exists()


def test_a_refusal_of_weights_names_the_number(admin) -> None:
    with pytest.raises(DomainError) as refused:
        add_weights(actor=admin, values={"neutral_micro": 0})
    assert "neutral_micro is at least one" in str(refused.value.message)
    assert add_weights(actor=admin, values={"neutral_micro": 1}).values["neutral_micro"] == 1


def test_weights_are_for_administrators(mori, admin) -> None:
    ensure_weights()
    for act in (lambda: add_weights(actor=mori, values={}), lambda: activate_weights(actor=mori, version=1)):
        with pytest.raises(NotAllowed):
            act()
    with pytest.raises(NotFound):
        activate_weights(actor=admin, version=7)


def test_weights_of_a_run_under_way_stay(admin, mowing: Need, riders, hana_party, mori) -> None:
    run = request_run(actor=admin)
    add_weights(actor=admin, values={"proposals_max_default": 1})
    activate_weights(actor=admin, version=2)
    drain_outbox()
    run.refresh_from_db()
    assert (run.weights.version, run.proposals_count) == (1, 2)
