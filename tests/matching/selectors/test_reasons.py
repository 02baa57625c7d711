"""The engine's codes all have a sentence, and no sentence carries a number."""

from __future__ import annotations

import re

import pytest

from matching.engine import ReasonCode
from matching.engine.types import CAVEATS, HARD_RULES
from matching.selectors.reasons import SENTENCES, shown_caveat, shown_reasons


def test_every_reason_and_caveat_has_a_sentence_and_no_hard_rule_has() -> None:
    assert set(SENTENCES) == set(ReasonCode) - set(HARD_RULES)
    assert set(CAVEATS) <= set(SENTENCES)


@pytest.mark.parametrize("code", SENTENCES)
def test_a_sentence_is_plain(code: str) -> None:
    assert re.search(r"[0-9%]", str(SENTENCES[code])) is None


def test_at_most_three_reasons_and_unknown_codes_are_passed_over() -> None:
    codes = ["known_here", "gone_since", "work_fits", "wish_fits", "near"]
    shown = shown_reasons({"reasons": codes})
    assert [reason["code"] for reason in shown] == ["known_here", "work_fits", "wish_fits"]
    assert (shown_reasons({}), shown_caveat({}), shown_caveat({"caveat": None})) == ([], None, None)
