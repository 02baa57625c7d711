"""The travel estimate against an independent version of its formula, and its own symmetries."""

from __future__ import annotations

import json
import random
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
import pytest

from accounts import geo
from accounts.geo.network import EARTH_KM, great_circle_km, network
from tests.support.routing import Straight
from tests.support.ways import community_minutes, travel_minutes

EXPECTED = json.loads((Path(__file__).parent.parent / "data" / "travel_expected.json").read_text("utf-8"))
CODES = tuple(network().row_of)
TOKYO, FUKUOKA, OSAKA, SAGA, NAHA, SADO = "131016", "401307", "271004", "412015", "472018", "152242"
HAMLET = geo.CommunityPlace(SAGA, access_public_minutes=60, point=(33.4, 130.2))


def estimated(row: dict[str, str]) -> int | None:
    return travel_minutes(row["from"], row["to"], row["mode"])


def test_every_pair_equals_the_independent_formula():
    rows = EXPECTED["reference"] + EXPECTED["others"]
    assert [estimated(row) for row in rows] == [row["model"] for row in rows]
    assert any(row["model"] is None for row in rows)


def test_reference_pairs_keep_the_published_error():
    rows = EXPECTED["reference"]
    misses = [abs(estimated(row) - row["known"]) for row in rows]
    shares = [miss / row["known"] * 100 for miss, row in zip(misses, rows, strict=True)]
    assert (len(rows), median(misses), round(median(shares), 1), round(max(shares))) == (75, 10, 6.0, 34)


def test_both_modes_are_symmetric_on_random_pairs():
    sample = random.Random(3).sample(CODES, 120)
    there = geo.minutes_matrix(sample, sample)
    assert (there == there.transpose(0, 2, 1)).all()


def test_every_municipality_is_reached_by_public_transport_from_three_cities():
    minutes = geo.minutes_matrix([TOKYO, FUKUOKA, OSAKA], CODES)
    assert minutes.shape == (2, 3, 1741)
    assert minutes.dtype == np.int32
    assert (minutes[1] >= 0).all()


def test_matrix_gives_the_same_as_single_pairs():
    needs, homes = [SAGA, SADO, NAHA], [TOKYO, NAHA, FUKUOKA, SAGA]
    single = [
        [[travel_minutes(home, need, mode) for home in homes] for need in needs] for mode in geo.TravelMode
    ]
    matrix = geo.minutes_matrix(needs, homes).tolist()
    assert matrix == [[[-1 if m is None else m for m in row] for row in plane] for plane in single]


def test_a_matrix_of_400_homes_and_40_needs_is_quick():
    chooser = random.Random(5)
    needs, homes = chooser.sample(CODES, 40), chooser.choices(CODES, k=400)
    geo.minutes_matrix(needs, homes)
    started = perf_counter()
    geo.minutes_matrix(needs, homes)
    assert perf_counter() - started < 0.3


def test_okinawa_has_no_answer_by_car_and_one_by_public_transport():
    assert travel_minutes(TOKYO, NAHA, "car") is None
    assert travel_minutes(TOKYO, NAHA, "public") > 180


def test_same_municipality_is_near():
    assert travel_minutes(SAGA, SAGA, "car") == 5
    assert travel_minutes(SAGA, SAGA, "public") == 0


def test_unknown_code_is_an_error():
    with pytest.raises(KeyError):
        geo.minutes_matrix([SAGA], ["999999"])


def test_the_earth_is_as_large_as_the_parameters_say():
    assert network().parameters["earth_km"] == EARTH_KM
    quarter = great_circle_km(np.array([0.0, 0.0]), np.array([90.0, 0.0]))
    assert quarter == pytest.approx(10007.5, abs=0.1)


class TestCommunity:
    def test_stated_access_wins_over_the_default(self):
        stated = geo.CommunityPlace(SAGA, access_car_minutes=40, access_public_minutes=60)
        silent = geo.CommunityPlace(SAGA)
        office = {mode: travel_minutes(FUKUOKA, SAGA, mode) for mode in geo.TravelMode}
        assert community_minutes(stated, home_code=FUKUOKA, mode="car") == office["car"] + 40
        assert community_minutes(stated, home_code=FUKUOKA, mode="public") == office["public"] + 60
        assert community_minutes(silent, home_code=FUKUOKA, mode="car") == office["car"] + 15
        assert community_minutes(silent, home_code=FUKUOKA, mode="public") == office["public"] + 25

    def test_a_nearer_point_spares_the_detour_over_the_office_by_car_only(self):
        """Fukuoka to the mountains of Saga is 60 to 75 minutes; over the office it would be 106."""
        assert 60 <= community_minutes(HAMLET, home_code=FUKUOKA, mode="car") <= 75
        assert community_minutes(HAMLET, home_code=FUKUOKA, mode="public") == 73 + 60

    def test_stated_minutes_by_car_win_over_a_nearer_point(self):
        """Both stated, from the side where the point is nearer: the community knows its road, the model does not."""
        both = geo.CommunityPlace(SAGA, access_car_minutes=40, access_public_minutes=60, point=(33.4, 130.2))
        office = travel_minutes(FUKUOKA, SAGA, "car")
        assert community_minutes(HAMLET, home_code=FUKUOKA, mode="car") < office + 15
        assert community_minutes(both, home_code=FUKUOKA, mode="car") == office + 40
        matrix = geo.community_matrix([both, HAMLET], [FUKUOKA])
        assert matrix[0, 0, 0] == office + 40 > matrix[0, 1, 0]

    def test_a_point_farther_than_the_office_changes_nothing(self):
        assert community_minutes(HAMLET, home_code=SAGA, mode="car") == 5 + 15

    def test_a_point_over_a_ferry_does_not_hide_the_way_from_the_port(self):
        island = geo.CommunityPlace(SADO, point=(38.2, 138.5))
        over_office = travel_minutes(TOKYO, SADO, "car") + 15
        assert community_minutes(island, home_code=TOKYO, mode="car") == over_office

    def test_no_way_stays_no_way(self):
        place = geo.CommunityPlace(NAHA, point=(26.2, 127.7))
        assert community_minutes(place, home_code=TOKYO, mode="car") is None

    def test_matrix_equals_single_places(self):
        places = [HAMLET, geo.CommunityPlace(SADO), geo.CommunityPlace(NAHA, point=(26.3, 127.8))]
        homes = [FUKUOKA, TOKYO, NAHA]
        matrix = geo.community_matrix(places, homes)
        for (mode, row, column), minutes in np.ndenumerate(matrix):
            one = community_minutes(places[row], home_code=homes[column], mode=list(geo.TravelMode)[mode])
            assert (minutes if minutes >= 0 else None) == one


def test_an_installed_routing_service_answers_every_question():
    previous = geo.install(Straight())
    try:
        assert travel_minutes(TOKYO, NAHA, "car") == 30
        assert community_minutes(HAMLET, home_code=TOKYO, mode="car") == 35
        assert community_minutes(HAMLET, home_code=TOKYO, mode="public") == 90
    finally:
        geo.install(previous)
    assert travel_minutes(TOKYO, NAHA, "car") is None


@pytest.mark.parametrize(
    ("stated", "saved"),
    [({}, 10), ({"access_car_minutes": 5, "access_public_minutes": 65}, 60), ({"access_car_minutes": 90}, 0)],
)
def test_a_lift_saves_what_the_car_is_quicker_on_the_last_stretch(stated, saved):
    assert geo.lift_minutes(geo.CommunityPlace(SAGA, **stated)) == saved
