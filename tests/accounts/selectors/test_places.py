"""Postal codes as people type them."""

from __future__ import annotations

import pytest

from accounts.errors import Invalid
from accounts.models import Municipality
from accounts.selectors.places import municipalities_for_postal, municipalities_named


def labels(postal):
    return [place.label for place in municipalities_for_postal(postal)]


@pytest.mark.parametrize(
    "typed",
    [
        "8400811",
        "840-0811",
        "〒840-0811",
        "８４０－０８１１",
        " 840 0811 ",
        "840ー0811",
        "840−0811",
        "〒８４０‐０８１１",
    ],
)
def test_postal_is_found_however_it_is_typed(reference, typed, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert labels(typed) == ["佐賀県佐賀市"]


def test_postal_in_two_municipalities_gives_both(reference):
    assert labels("190-0100") == ["東京都あきる野市", "東京都日の出町"]


@pytest.mark.parametrize(
    "typed", ["9999999", "840-081", "84008111", "", "佐賀市", "840081a", "八四〇〇八一一", "8" * 10_000]
)
def test_unknown_postal_is_a_clear_error(reference, typed):
    with pytest.raises(Invalid) as refused:
        municipalities_for_postal(typed)
    assert refused.value.code == "postal_unknown"
    assert list(refused.value.fields) == ["postal"]


@pytest.mark.parametrize("typed", ["佐賀市", "さがし", "サガシ", "ｻｶﾞｼ", " ｻｶﾞし "])
def test_municipality_is_found_by_its_name_or_reading_in_either_kana(reference, typed):
    assert "佐賀県佐賀市" in [
        place.label for place in municipalities_named(Municipality.objects.all(), typed)
    ]
