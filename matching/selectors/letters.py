"""What stands in a circular to the households of a community: of a need that is open, or of people who want to come.

Only what the community made public, its own name (the sheet stays there), and the other side by its label. Nobody's name,
address or telephone number. Words of the sheet itself are in ``matching/paper/sheets``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.db.models import Min
from django.urls import reverse
from django.utils import timezone

from accounts.enums import GROUP_KINDS
from accounts.services.dates import era_day, era_span
from matching.enums import DISCLOSED, HOLDING, AnswerValue, MatchState, Side
from matching.models import Match
from matching.paper.press import qr
from matching.selectors.labels import party_label
from matching.selectors.matches import with_everything
from matching.selectors.readiness import SETTLED
from matching.selectors.wanted import Wanted, open_needs, wanted
from regions.enums import NeedMode, NeedStage
from regions.models import Need, Region, Slot
from regions.selectors.needs import with_details
from regions.selectors.offers import is_usable, tied_offers
from regions.selectors.regions import guides_for

DATES_SHOWN, OFFERS_SHOWN, DANGERS_SHOWN = 3, 3, 6
STORY_SHOWN, LINE_SHOWN, TITLE_ON_SLIP = 180, 80, 30  # so that letter and slip share a page
LETTERS_MAX = 60
COMMA = "、"
Values = dict[str, Any]


def letter_of_need(need: Need) -> Values:
    """An open need. Some 16 queries.

    Raises:
        IndexError: it is not open.
    """
    return _with_house([_need_letter(wanted(open_needs().filter(pk=need.pk))[0])], need.region)


def letter_of_match(match: Match) -> Values:
    """People who want to come, or who come. Some 20 queries."""
    rows = with_everything(Match.objects.filter(pk=match.pk))
    return _with_house(_match_letters(rows), match.need.region)


def letters_of_region(region: Region) -> Values:
    """Everything open in a community, needs first, each by its nearest date. Some 30 queries, whatever their number."""
    needs = [_need_letter(each) for each in wanted(open_needs().filter(region=region)[:LETTERS_MAX])]
    return _with_house([*needs, *_match_letters(with_everything(matches_on_paper(region)))], region)


def matches_on_paper(region: Region) -> Any:
    """Matches of a community whose households may read of them: approved by a guide, not over. One query."""
    coming = Match.objects.filter(
        need__region=region, state__in=sorted(HOLDING), approved_at__isnull=False, slots__end_at__gt=timezone.now()
    )  # fmt: skip
    return coming.annotate(first=Min("slots__start_at")).order_by("first", "pk")[:LETTERS_MAX]


def _with_house(letters: Sequence[Values], region: Region) -> Values:
    guides = guides_for(region)
    shared = {
        "community": region.name,
        "issued": era_day(timezone.localdate()),
        "organization": shortened(guides[0].organization.name, LINE_SHOWN) if guides else "",
    }
    return {"letters": [letter | shared for letter in letters]}


def _need_letter(shown: Wanted) -> Values:
    need = shown.need
    dates = list(need.slots.all())
    return _of_need(need, dates) | {
        "kind": "need",
        "number": need.public_id,
        "who": "",
        "story": shortened(need.story, STORY_SHOWN),
        "due": "",
        "answers": [],
    }


def _match_letters(matches: Any) -> list[Values]:
    rows = list(matches)
    found = with_details(Need.objects.filter(pk__in={match.need_id for match in rows}))
    needs = {need.pk: need for need in found}
    return [_match_letter(match, needs[match.need_id]) for match in rows]


def _match_letter(match: Match, need: Need) -> Values:
    owed = next((row for row in match.answers.all() if row.side == Side.REGION and row.is_open), None)
    return _of_need(need, list(match.slots.all())) | {
        "kind": "visit" if match.state in DISCLOSED else "asking",
        "number": match.public_id,
        "who": _who(match),
        "story": "",
        "due": era_day(owed.due_at) if owed else "",
        "answers": _answers(match) if owed else [],
    }


def _who(match: Match) -> str:
    """A group by its name once the promise stands; else kind, home and number. Never a person."""
    is_named = match.state in DISCLOSED and match.volunteer.kind in GROUP_KINDS
    return f"{match.volunteer.name}（{match.people}人）" if is_named else party_label(match)


def _answers(match: Match) -> list[str]:
    """What the community may answer now, as ``answer_match`` takes it."""
    meeting = getattr(match, "meeting", None)
    settled = meeting is not None and meeting.outcome in SETTLED
    meet = [] if settled or match.state == MatchState.MEETING else [AnswerValue.MEET.value]
    yes = [AnswerValue.YES.value] if settled or not match.is_first_visit else []
    return [*meet, *yes, AnswerValue.NO.value]


def _of_need(need: Need, slots: Sequence[Slot]) -> Values:
    offers = [offer.title for offer in tied_offers(need) if is_usable(offer)]
    is_open = need.stage == NeedStage.OPEN
    address = (
        urljoin(settings.ENISHI_BASE_URL, reverse("need-page", args=[need.public_id])) if is_open else ""
    )
    return {
        "title": need.title,
        "short_title": shortened(need.title, TITLE_ON_SLIP),
        "dates": [era_span(slot.start_at, slot.end_at) for slot in slots[:DATES_SHOWN]],
        "more_dates": max(len(slots) - DATES_SHOWN, 0),
        "rain": shortened(COMMA.join(dict.fromkeys(slot.rain for slot in slots if slot.rain)), LINE_SHOWN),
        "work": listed([row.work_kind.label for row in need.work.all()], DANGERS_SHOWN),
        "hands": 0 if need.mode == NeedMode.REMOTE else need.local_hands,
        "dangers": listed([hazard.label for hazard in need.hazards.all()], DANGERS_SHOWN),
        "returns": shortened(listed(offers, OFFERS_SHOWN), LINE_SHOWN),
        "money": str(need.get_compensation_display()),
        "address": address,
        "qr": qr(address) if address else "",
    }


def listed(words: Iterable[str], at_most: int) -> str:
    """The first words in one line, and that there are more."""
    rows = list(words)
    return COMMA.join(rows[:at_most]) + (f"ほか{len(rows) - at_most}件" if len(rows) > at_most else "")


def shortened(text: str, at_most: int) -> str:
    """The beginning of a text, an ellipsis where it goes on; written in one paragraph."""
    line = " ".join(text.split())
    return line if len(line) <= at_most else f"{line[: at_most - 1]}…"
