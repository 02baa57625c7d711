"""The community's word for whoever the guide vouches for: when it answers for the next in line, and when it does not."""

from __future__ import annotations

from django.db.models import QuerySet

from matching.enums import ENDED, HOLDING, AnswerValue, ConsentScope, EndReason, MatchState, Role, Side
from matching.models import Answer, Match, MatchEvent
from matching.selectors.readiness import may_say_yes

STANDS_BY_ITSELF = frozenset({Role.PARTY, Role.SYSTEM})


def vouched_before(match: Match) -> Answer | None:
    """An earlier answer of the community that covers ``match`` too, or None: then its representative is asked.

    It was given for as many people as the guide vouches for, all who came by that word counted together, and for
    these dates; the community has not taken it back; and it says no less than this match needs: who only wanted to
    meet has not yet said yes to a party that needs no meeting.
    """
    slots = set(match.match_slots.values_list("slot_id", flat=True))
    answers = Answer.objects.filter(
        match__need_id=match.need_id, side=Side.REGION, scope=ConsentScope.VOUCHED, is_open=False
    ).select_related("answered_by", "match")
    for answer in answers.order_by("-answered_at"):
        covered = set(answer.match.match_slots.values_list("slot_id", flat=True))
        if (
            slots <= covered
            and _says_enough(answer, match)
            and _still_stands(answer)
            and _has_room(answer, match)
        ):
            return answer
    return None


def _says_enough(answer: Answer, match: Match) -> bool:
    return answer.value == AnswerValue.YES or not may_say_yes(match)


def _still_stands(answer: Answer) -> bool:
    """Whether no match that came by this word was ended by the community."""
    ended = _relying_on(answer).filter(state__in=sorted(ENDED - {MatchState.COMPLETED}))
    return all(_ended_without_the_community(match) for match in ended)


def _ended_without_the_community(match: Match) -> bool:
    """Ended by the participant or by time alone.

    What a guide or an administrator ended without saying for whom may have been the community's wish: it is asked.
    Other dates make an earlier yes void.
    """
    ending = MatchEvent.objects.filter(match=match).latest("seq")
    by_party = ending.role in STANDS_BY_ITSELF or ending.data.get("side") == Side.PARTY
    return by_party and ending.reason != EndReason.REDATED


def _has_room(answer: Answer, match: Match) -> bool:
    """People who hold places by this word, the newcomers among them, are no more than it was given for."""
    there = _relying_on(answer).filter(state__in=sorted(HOLDING)).values_list("people", flat=True)
    return match.people + sum(there) <= answer.match.people


def _relying_on(answer: Answer) -> QuerySet[Match]:
    """Matches that came by the same word of the community, the one it was given for included."""
    return Match.objects.filter(
        need_id=answer.match.need_id,
        answers__side=Side.REGION,
        answers__scope=ConsentScope.VOUCHED,
        answers__answered_at=answer.answered_at,
    )
