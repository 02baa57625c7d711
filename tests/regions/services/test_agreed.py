"""What the community agreed to is what is opened: any other text is agreed to anew first, by whichever door it comes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override

from accounts.errors import Conflict
from accounts.models import AuditEntry, User
from regions.enums import NeedStage
from regions.models import Need, Region
from regions.services.inputs import SlotInput, SlotRuleInput, WorkInput
from regions.services.needs import update_need
from regions.services.slots import add_rule, add_slot, expand_rules
from regions.services.stages import advance_need, open_need, pause_need
from tests.builders import make_need, make_work_kind

pytestmark = pytest.mark.django_db
Change = Callable[[Need, User], None]


@pytest.fixture
def heard(saga: Region) -> Need:
    return make_need(saga, stage=NeedStage.HEARING, opened_at=None)


@pytest.fixture
def agreed(heard: Need, ume: User) -> Need:
    return advance_need(actor=ume, need=heard, to=NeedStage.CONSENTED, note="役員会")


def reworded(need: Need, ume: User) -> None:
    update_need(actor=ume, need=need, story="夜の見回りもお願いします。")


def given_other_work(need: Need, ume: User) -> None:
    make_work_kind("festival")
    update_need(actor=ume, need=need, work=[WorkInput(code="festival")])


def given_a_date(need: Need, ume: User) -> None:
    start = timezone.now() + timedelta(days=50)
    slot = SlotInput(start_at=start, end_at=start + timedelta(hours=2), places=2)
    add_slot(actor=ume, need=need, slot=slot)


def given_a_rule(need: Need, ume: User) -> None:
    said = {"nth": 2, "weekday": "sun", "months": [6], "start": "08:00", "end": "12:00"}
    add_rule(actor=ume, need=need, rule=SlotRuleInput(kind="nth_weekday", places=3, parameters=said))


CHANGES: list[Change] = [reworded, given_other_work, given_a_date, given_a_rule]


@pytest.mark.parametrize("change", CHANGES)
def test_text_that_was_changed_after_the_consent_is_agreed_to_anew_before_it_opens(
    agreed: Need, ume: User, change: Change
) -> None:
    need = agreed
    change(need, ume)
    with pytest.raises(Conflict, match="text_changed") as caught:
        open_need(actor=ume, need=need)
    assert "もう一度" in str(caught.value.message)
    assert Need.objects.get(pk=need.pk).stage == NeedStage.CONSENTED
    advance_need(actor=ume, need=need, to=NeedStage.CONSENTED, note="区長に電話で読み上げた")
    assert open_need(actor=ume, need=need).stage == NeedStage.OPEN


@pytest.mark.parametrize("change", CHANGES)
def test_text_that_was_changed_while_paused_is_not_opened_as_it_was(
    mowing: Need, ume: User, change: Change
) -> None:
    need = pause_need(actor=ume, need=mowing)
    change(need, ume)
    with pytest.raises(Conflict, match="text_changed"):
        open_need(actor=ume, need=need)


def test_consent_to_an_unchanged_text_is_noted_once(agreed: Need, ume: User) -> None:
    with pytest.raises(Conflict, match="need_stage"):
        advance_need(actor=ume, need=agreed, to=NeedStage.CONSENTED, note="もう一度")
    assert AuditEntry.objects.filter(action="need.consented").count() == 1


def test_dates_that_rules_write_and_days_that_pass_ask_for_no_new_reading(heard: Need, ume: User) -> None:
    need = heard
    given_a_rule(need, ume)
    advance_need(actor=ume, need=need, to=NeedStage.CONSENTED, note="役員会")
    assert expand_rules(actor=ume, need=need, horizon_days=1600)
    with override("en"):
        assert open_need(actor=ume, need=need).stage == NeedStage.OPEN
