"""«The same as last year»: the rule is copied, not the date."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.errors import Invalid, NotAllowed
from accounts.models import AuditEntry, User
from regions.enums import NeedStage, SlotRuleKind
from regions.models import Need, Offer, Region, SlotRule
from regions.services.occurrences import JAPAN
from regions.services.repeats import need_to_repeat, proposed_dates, repeat_need, rules_of
from regions.services.slots import expand_rules
from tests.builders import TOKYO, make_hazard, make_need, make_offer

pytestmark = pytest.mark.django_db
JUNE_2026 = datetime(2026, 6, 14, 8, tzinfo=TOKYO)  # the second Sunday


def past(start: datetime, **more: object) -> dict[str, object]:
    return {"start_at": start, "end_at": start + timedelta(hours=4), "places": 5, "rain": "次の日曜"} | more


@pytest.fixture
def last_year(saga: Region, trails: Offer) -> Need:
    """What was done on the second Sundays of June and September 2026."""
    need = make_need(
        saga, stage=NeedStage.CLOSED, title="道ぞいの草刈り", story="腰まである", offers=[trails], local_hands=8,
        qualifications=("brushcutter",), bring=["軍手"], min_age=16,
        slots=[past(JUNE_2026), past(datetime(2026, 9, 13, 8, tzinfo=TOKYO))],
    )  # fmt: skip
    need.hazards.set([make_hazard("heat")])
    return need


def days(need: Need, **more: object) -> list[date]:
    return [slot.start_at.astimezone(JAPAN).date() for slot in need.slots.filter(**more).order_by("start_at")]


def test_dates_become_the_weekday_of_the_month_they_fell_on(last_year: Need) -> None:
    (rule,) = rules_of(need_to_repeat(last_year))
    assert (rule.kind, rule.places, rule.rain) == (SlotRuleKind.NTH_WEEKDAY, 5, "次の日曜")
    assert rule.parameters == {"nth": 2, "weekday": "sun", "months": [6, 9], "start": "08:00", "end": "12:00"}
    found = proposed_dates([rule], from_on=date(2027, 1, 1))
    assert [each.start_at.astimezone(JAPAN).date() for each in found] == [
        date(2027, 6, 13),
        date(2027, 9, 12),
    ]


@pytest.mark.parametrize(
    ("start", "nth", "weekday"),
    [
        (datetime(2026, 5, 31, 8, tzinfo=TOKYO), -1, "sun"),  # a fifth one is meant as the last
        (datetime(2026, 5, 2, 8, tzinfo=TOKYO), 1, "sat"),
        (datetime(2026, 5, 27, 8, tzinfo=TOKYO), 4, "wed"),
    ],
)
def test_place_of_a_weekday_in_its_month(saga: Region, start: datetime, nth: int, weekday: str) -> None:
    (rule,) = rules_of(need_to_repeat(make_need(saga, slots=[past(start)])))
    assert (rule.parameters["nth"], rule.parameters["weekday"]) == (nth, weekday)


def test_own_rule_is_taken_as_it_is(saga: Region) -> None:
    need = make_need(saga, slots=[])
    parameters = {"nth": 2, "weekday": "sun", "months": [6], "start": "08:00", "end": "12:00"}
    SlotRule.objects.create(
        need=need, kind=SlotRuleKind.NTH_WEEKDAY, parameters=parameters, places=7, rain="中止"
    )
    (rule,) = rules_of(need_to_repeat(need))
    assert (rule.parameters, rule.places, rule.rain) == (parameters, 7, "中止")


def test_months_of_help_from_afar_are_repeated_as_months(saga: Region) -> None:
    first = datetime(2026, 6, 1, tzinfo=TOKYO)
    slot = {"start_at": first, "end_at": datetime(2026, 7, 1, tzinfo=TOKYO), "is_remote": True, "places": 2}
    (rule,) = rules_of(need_to_repeat(make_need(saga, mode="remote", slots=[slot])))
    assert (rule.kind, rule.parameters) == (SlotRuleKind.REMOTE_WINDOW, {"months": [6]})


def test_dates_of_other_hours_and_nights_have_rules_of_their_own(saga: Region) -> None:
    stay = past(datetime(2026, 8, 8, 13, tzinfo=TOKYO), nights=1) | {
        "end_at": datetime(2026, 8, 9, 10, tzinfo=TOKYO)
    }
    rules = rules_of(need_to_repeat(make_need(saga, slots=[past(JUNE_2026), stay])))
    assert [rule.parameters.get("nights", 0) for rule in rules] == [0, 1]


def test_only_the_last_year_is_repeated_and_nothing_called_off(saga: Region) -> None:
    old = past(datetime(2025, 5, 11, 8, tzinfo=TOKYO))
    off = past(datetime(2026, 7, 12, 8, tzinfo=TOKYO), cancelled_at=JUNE_2026)
    (rule,) = rules_of(need_to_repeat(make_need(saga, slots=[old, past(JUNE_2026), off])))
    assert rule.parameters["months"] == [6]


def test_repeated_need_is_a_consultation_with_everything_but_the_dates(last_year: Need, kenji: User) -> None:
    new = repeat_need(actor=kenji, need=last_year)
    assert (new.stage, new.posted_by, new.posted_for) == (NeedStage.CONSULTING, kenji, "榎木谷")
    for name in ("title", "story", "local_hands", "bring", "min_age", "on_site_lead"):
        assert getattr(new, name) == getattr(last_year, name)
    assert list(new.work.values_list("work_kind__code", "weight")) == [("grass_hand", 3)]
    assert list(new.qualifications.values_list("qualification__code", "level")) == list(
        last_year.qualifications.values_list("qualification__code", "level")
    )
    assert list(new.offers.all()) == list(last_year.offers.all())
    assert [hazard.code for hazard in new.hazards.all()] == ["heat"]
    assert set(days(new)) & set(days(last_year)) == set()
    assert {slot.rain for slot in new.slots.all()} == {"次の日曜"}
    assert AuditEntry.objects.get(action="need.repeat").details == {"need": new.public_id}
    assert days(last_year) == [date(2026, 6, 14), date(2026, 9, 13)]


def test_what_is_not_chosen_is_left_out_for_good(last_year: Need, ume: User) -> None:
    rules = rules_of(need_to_repeat(last_year))
    found = [
        each.start_at.astimezone(JAPAN).date() for each in proposed_dates(rules, from_on=timezone.localdate())
    ]
    new = repeat_need(actor=ume, need=last_year, dates=found[:1])
    assert days(new, cancelled_at=None)[:1] == found[:1]
    assert set(days(new, cancelled_at=None)) & set(found[1:]) == set()
    assert expand_rules(actor=ume, need=new) == []


def test_none_of_the_dates_is_no_choice(last_year: Need, ume: User) -> None:
    for chosen in ([], [date(2000, 1, 1)]):
        with pytest.raises(Invalid, match="dates_missing"):
            repeat_need(actor=ume, need=last_year, dates=chosen)
    assert Need.objects.filter(title=last_year.title).count() == 1


def test_what_is_given_no_longer_and_words_that_are_retired_stay_behind(last_year: Need, ume: User) -> None:
    last_year.offers.add(make_offer(last_year.region, is_active=False))
    qualification = last_year.qualifications.get().qualification
    qualification.retired = True
    qualification.save(update_fields=["retired"])
    new = repeat_need(actor=ume, need=last_year)
    assert new.offers.count() == 1
    assert new.qualifications.count() == 0


def test_need_without_any_date_is_repeated_without(saga: Region, ume: User) -> None:
    assert repeat_need(actor=ume, need=make_need(saga, slots=[])).slots.count() == 0


def test_outsider_repeats_nothing(last_year: Need, hana: User) -> None:
    with pytest.raises(NotAllowed, match="not_your_community"):
        repeat_need(actor=hana, need=last_year)
    assert Need.objects.count() == 1


def test_rule_that_makes_no_sense_is_said(saga: Region, ume: User) -> None:
    need = make_need(saga, slots=[])
    SlotRule.objects.create(need=need, kind=SlotRuleKind.NTH_WEEKDAY, parameters={"nth": 9}, places=1)
    with pytest.raises(Invalid, match="rule_wrong"):
        repeat_need(actor=ume, need=need)
