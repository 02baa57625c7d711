"""The engine's codes all have a sentence, and no sentence carries a number."""

from __future__ import annotations

import re

import pytest

from matching.engine import ReasonCode
from matching.engine.types import CAVEATS, HARD_RULES
from matching.selectors.reasons import BARRIERS, SENTENCES, barrier_sentence, shown_caveat, shown_reasons


def test_every_reason_and_caveat_has_a_sentence_and_no_hard_rule_has() -> None:
    assert set(SENTENCES) == set(ReasonCode) - set(HARD_RULES)
    assert set(CAVEATS) <= set(SENTENCES)


def test_every_hard_rule_is_said_in_words() -> None:
    assert set(BARRIERS) == set(HARD_RULES)
    assert (barrier_sentence("too_soon") != "", barrier_sentence("gone_since")) == (True, "")


@pytest.mark.parametrize("code", [*SENTENCES, *BARRIERS])
def test_a_sentence_is_plain(code: str) -> None:
    assert re.search(r"[0-9%]", str((SENTENCES | BARRIERS)[code])) is None


def test_at_most_three_reasons_and_unknown_codes_are_passed_over() -> None:
    codes = ["known_here", "gone_since", "work_fits", "wish_fits", "near"]
    shown = shown_reasons({"reasons": codes})
    assert [reason["code"] for reason in shown] == ["known_here", "work_fits", "wish_fits"]
    assert (shown_reasons({}), shown_caveat({}), shown_caveat({"caveat": None})) == ([], None, None)
