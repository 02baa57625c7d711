"""What a guide must state when entering something for a side, and what only a guide may word."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.errors import Invalid
from accounts.models import User, Volunteer
from matching.enums import AnswerValue, EndReason, MatchState, Side
from matching.models import Match, MatchEvent
from matching.services.answers import answer_match, confirm_promise, extend_answer, set_board_date
from matching.services.endings import cancel_match, decline_match
from matching.services.proposals import invite_party, suggest_match
from regions.models import Need
from tests.matching import saga

pytestmark = pytest.mark.django_db

ENTRIES: dict[str, Callable[[Match, User], Match]] = {
    "answer": lambda match, guide: answer_match(match_id=match.pk, actor=guide, value=AnswerValue.MEET),
    "board date": lambda match, guide: set_board_date(
        match_id=match.pk, actor=guide, meets_on=timezone.localdate() + timedelta(days=9)
    ),
    "extension": lambda match, guide: extend_answer(match_id=match.pk, actor=guide),
    "promise": lambda match, guide: confirm_promise(match_id=match.pk, actor=guide),
}


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_guide_who_names_no_side_is_asked_for_it(
    entry: str, mowing: Need, riders: Volunteer, mori: User
) -> None:
    match = saga.asked(saga.propose(mowing, riders), guide=mori)
    with pytest.raises(Invalid, match="side_needed"):
        ENTRIES[entry](match, mori)
    assert match.answers.filter(is_open=True).count() == len(Side)


def test_a_no_for_somebody_names_for_whom(mowing: Need, riders: Volunteer, mori: User) -> None:
    match = saga.asked(saga.propose(mowing, riders), guide=mori)
    with pytest.raises(Invalid, match="on_behalf_needed"):
        decline_match(match_id=match.pk, actor=mori, reason=EndReason.DATES, side=Side.REGION)
    assert saga.state_of(match) == MatchState.ASKING


def test_only_a_guide_words_the_sentence_for_the_other_side(
    mowing: Need, riders: Volunteer, harada: User, mori: User
) -> None:
    match = saga.asked(saga.propose(mowing, riders), guide=mori)
    with pytest.raises(Invalid, match="neutral_note_by_guide"):
        decline_match(
            match_id=match.pk, actor=harada, reason=EndReason.DATES, neutral_note="あなたのせいです"
        )
    assert saga.state_of(match) == MatchState.ASKING

    declined = decline_match(
        match_id=match.pk, actor=mori, reason=EndReason.DATES, side=Side.PARTY, on_behalf_of="原田さん",
        neutral_note="今回は日程が合いませんでした",
    )  # fmt: skip
    assert (declined.state, declined.neutral_note) == (MatchState.DECLINED, "今回は日程が合いませんでした")


def test_who_calls_off_does_not_word_the_sentence_either(
    mowing: Need, riders: Volunteer, harada: User, mori: User
) -> None:
    match = saga.agreed(mowing, riders, guide=mori)
    with pytest.raises(Invalid, match="neutral_note_by_guide"):
        cancel_match(match_id=match.pk, actor=harada, reason=EndReason.WEATHER, neutral_note="雨です")
    assert saga.state_of(match) == MatchState.AGREED


def test_the_words_of_a_suggestion_and_of_an_invitation_are_kept(
    mowing: Need, riders: Volunteer, hana_party: Volunteer, ume: User, mori: User
) -> None:
    slots = list(mowing.slots.all())
    suggest_match(actor=mori, need=mowing, volunteer=riders, slots=slots, note="祭りで会った")
    invite_party(actor=ume, need=mowing, volunteer=hana_party, slots=slots, note="去年の方")
    assert list(MatchEvent.objects.order_by("pk").values_list("move", "note")) == [
        ("suggest", "祭りで会った"),
        ("invite", "去年の方"),
    ]
