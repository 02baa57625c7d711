"""The drawn participants against the tables they are drawn from, and against common sense."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from accounts.enums import Transport
from accounts.geo.network import network
from config.demo import figures as demo_figures
from config.demo.figures import figures
from config.demo.leanings import Life
from config.demo.people import SUNDAY, WORKDAYS, draw_people

TABLES = json.loads((demo_figures.HERE / "figures.json").read_text("utf-8"))
FLOWS = TABLES["flows_ten_thousand_people"]
VOCABULARY = json.loads((demo_figures.PLACES / "vocabulary.json").read_text("utf-8"))
MANY = 12_000


@cache
def crowd():
    """Enough people for shares to settle: one percentage point is more than twice the standard error."""
    return draw_people(count=MANY, seed=1)


def codes(table):
    return {row["code"] for row in VOCABULARY[table]}


def test_same_seed_gives_the_same_people_and_a_longer_draw_begins_with_them():
    assert draw_people(count=60, seed=7) == draw_people(count=400, seed=7)[:60]
    assert draw_people(count=60, seed=7) != draw_people(count=60, seed=8)


@pytest.mark.slow
def test_ages_and_sexes_follow_census_and_share():
    drawn = Counter()
    for person in crowd():
        band = next(
            band for band in figures().bands.things
            if band.sex == person.sex and band.first <= person.age <= band.last
        )  # fmt: skip
        drawn[band.sex, band.first] += 1
    expected = {
        (sex, int(label.split("-")[0])): people * share
        for sex in ("male", "female")
        for label, people, share in zip(
            TABLES["age_bands"],
            TABLES[f"census_2015_{sex}"],
            TABLES[f"share_relationship_{sex}"],
            strict=True,
        )
    }
    total = sum(expected.values())
    assert drawn.keys() == expected.keys()
    for cell, people in expected.items():
        assert drawn[cell] / MANY == pytest.approx(people / total, abs=0.01)


def test_areas_of_residence_follow_the_row_totals():
    drawn = Counter(person.area for person in crowd())
    for area, total in zip(FLOWS["areas"], FLOWS["row_totals_printed"], strict=True):
        assert drawn[area] / MANY == pytest.approx(total / sum(FLOWS["row_totals_printed"]), abs=0.015)


def test_destinations_follow_the_flows_of_their_area():
    drawn = Counter((person.area, person.destination) for person in crowd())
    for area, row in zip(FLOWS["areas"], FLOWS["matrix"], strict=True):
        of_area = sum(drawn[area, there] for there in FLOWS["areas"])
        for there, people in zip(FLOWS["areas"], row, strict=True):
            assert drawn[area, there] / of_area == pytest.approx(people / sum(row), abs=0.05)


def test_homes_are_real_and_spread_over_the_country():
    assert {person.home_code for person in crowd()} <= network().row_of.keys()
    prefectures = Counter(person.home_code[:2] for person in crowd())
    assert len(prefectures) == 47
    kyushu = sum(count for code, count in prefectures.items() if "40" <= code <= "46")
    assert 0.09 <= kyushu / MANY <= 0.13


def test_homes_lie_in_the_area_of_residence():
    homes = figures().homes
    assert sum(len(draw.things) for draw in homes.values()) == 1741
    assert "131041" in homes["首都圏都市部"].things
    assert "231002" in homes["名古屋圏都市部"].things
    assert "271004" in homes["大阪圏都市部"].things
    assert {"401307", "412015", "194425", "134210"} <= set(homes["その他地域"].things)
    assert all(person.home_code in homes[person.area].things for person in crowd())


def test_words_are_those_of_the_vocabulary():
    people = crowd()
    assert {kind for person in people for kind, _level in person.abilities} <= codes("work_kinds")
    assert {kind for person in people for kind, _weight in person.wishes} <= codes("asset_kinds")
    assert {kind for person in people for kind, _days in person.qualifications} <= codes("qualifications")
    assert {weight for person in people for _kind, weight in person.wishes} == {1, 2, 3}


def test_nobody_offers_work_heavier_than_they_bear_or_too_early_in_life():
    load = {row["code"]: row["load"] for row in VOCABULARY["work_kinds"]}
    youngest = {row["code"]: row.get("min_age_hint", 0) for row in VOCABULARY["work_kinds"]}
    for person in crowd():
        assert person.abilities
        for kind, _level in person.abilities:
            assert load[kind] <= person.load_limit
            assert youngest[kind] <= person.age


def test_old_people_do_not_lift_and_come_by_day():
    old = [person for person in crowd() if person.age >= 80]
    assert len(old) > 300
    assert {person.load_limit for person in old} == {1, 2}
    assert {person.life for person in old} == {Life.RETIRED}
    assert all(not rule.parts & 0b100 for person in old for rule in person.free)


def test_days_fit_the_life():
    for person in crowd():
        days = 0
        for rule in person.free:
            days |= rule.weekdays
        if person.life in {Life.WORKER, Life.PARENT}:
            assert not days & WORKDAYS
        if person.life is Life.RETIRED:
            assert days & WORKDAYS == WORKDAYS
        if person.life is Life.STUDENT:
            assert person.age < 25
            assert (person.free[0].weekdays & SUNDAY, person.free[1].months) == (SUNDAY, 0b1000_0110)


def test_whoever_drives_holds_a_licence_and_whoever_works_under_a_law_its_permit():
    for person in crowd():
        held = {code for code, _days in person.qualifications}
        kinds = {kind for kind, _level in person.abilities}
        assert person.transport is Transport.PUBLIC or "car_licence" in held
        assert "care_drive" not in kinds or "car_licence" in held
        assert "wildlife_trap" not in kinds or "trap_licence" in held
        assert "electric" not in kinds or "electrician" in held
        assert "care_health" not in kinds or "nurse" in held


def test_people_who_stay_in_their_area_do_not_look_far():
    near = [p.travel_limit_minutes for p in crowd() if p.area == p.destination == "首都圏都市部"]
    far = [
        p.travel_limit_minutes for p in crowd() if p.area == "首都圏都市部" and p.destination == "その他地域"
    ]
    assert max(near) <= 180 < sum(far) / len(far)


def test_names_are_marked_as_samples_and_differ():
    names = [person.name for person in draw_people()]
    assert len(names) == len(set(names)) == 400
    assert all(name.startswith("（見本）") for name in names)


def test_scenarios_are_shipped_whole_and_marked_as_samples():
    file = json.loads((Path(demo_figures.HERE) / "scenarios.json").read_text("utf-8"))
    assert file["sample"] is True
    needs = [need for community in file["communities"] for need in community["needs"]]
    offers = [offer for community in file["communities"] for offer in community["offers"]]
    guides = [guide for organization in file["organizations"] for guide in organization["guides"]]
    assert (len(file["communities"]), len(needs), len(offers)) == (11, 37, 29)
    assert (len(file["organizations"]), len(guides), len(file["participants"])) == (3, 8, 8)


def test_printed_totals_agree_with_the_flows_but_for_rounding():
    for row, total in zip(FLOWS["matrix"], FLOWS["row_totals_printed"], strict=True):
        assert abs(sum(row) - total) <= 2
