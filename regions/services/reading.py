"""A need in the sentences one reads aloud to who speaks for the community. No query on a need that came with details."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.services.dates import TOKYO, format_date, format_time
from regions.enums import Compensation, NeedMode, Publicity
from regions.models import Need, Slot

DATES_READ = 4


def text_to_read(need: Need) -> list[str]:
    """What is said of a need, one sentence a line, in the language of the reader: when and what, how many, what is
    dangerous, who stands there, what is given in return, what becomes public."""
    return [line for part in (_when, _who, _site, _return) for line in part(need)]


def digest_of(need: Need) -> str:
    """A short name of exactly this text, and of what becomes public beside the sentences: title, story, who is welcome,
    every date. 64 hexadecimal digits, others for any other text or language. No query on a need that came with details."""
    beside = [need.title, need.story, need.min_age, need.beginner_ok, need.group_ok, need.children_ok]
    dates = [[slot.start_at.isoformat(), slot.end_at.isoformat(), slot.places] for slot in need.slots.all()]
    told = json.dumps([text_to_read(need), beside, dates], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()


def _when(need: Need) -> Iterator[str]:
    slots = list(need.slots.all())
    what = _(", ").join(row.work_kind.label for row in need.work.all()) or need.title
    if not slots:
        yield _("We ask for help with %(what)s. The date is still open.") % {"what": what}
        return
    dates = _(", ").join(_span(slot) for slot in slots[:DATES_READ])
    yield _("We ask for help with %(what)s: %(dates)s.") % {"what": what, "dates": dates}
    if len(slots) > DATES_READ:
        more = len(slots) - DATES_READ
        yield ngettext(
            "And on %(dates)d more date.", "And on %(dates)d more dates.", more
        ) % {"dates": more}  # fmt: skip
    yield from (_("When it rains: %(plan)s.") % {"plan": plan} for plan in dict.fromkeys(_plans(slots)))


def _plans(slots: list[Slot]) -> Iterator[str]:
    return (slot.rain.rstrip("。.") for slot in slots if slot.rain)


def _span(slot: Slot) -> str:
    if slot.is_remote:
        first, last = slot.start_at.astimezone(TOKYO), slot.end_at.astimezone(TOKYO)
        return _("from afar, %(first)s to %(last)s") % {"first": f"{first:%Y-%m-%d}", "last": f"{last:%Y-%m-%d}"}  # fmt: skip
    end = _end(slot.start_at, slot.end_at)
    return _("%(start)s to %(end)s") % {"start": format_date(slot.start_at, get_language() or ""), "end": end}


def _end(start: datetime, end: datetime) -> str:
    there = end.astimezone(TOKYO)
    same_day = start.astimezone(TOKYO).date() == there.date()
    return (format_time if same_day else format_date)(end, get_language() or "")


def _who(need: Need) -> Iterator[str]:
    places = max((slot.places for slot in need.slots.all()), default=0)
    if places:
        yield _("At most %(people)d people come each time.") % {"people": places}
    if need.mode != NeedMode.REMOTE:
        yield ngettext(
            "%(hands)d resident works alongside.", "%(hands)d residents work alongside.", need.local_hands
        ) % {"hands": need.local_hands}  # fmt: skip
        first = need.region.first_visit_max
        yield _("Of a party that is new here at most %(people)d come.") % {"people": first}


def _site(need: Need) -> Iterator[str]:
    hazards = _(", ").join(hazard.label for hazard in need.hazards.all())
    lines = (
        (_("Dangers: %(what)s."), hazards),
        (_("The community provides: %(what)s."), _(", ").join(need.prepared)),
        (_("To bring: %(what)s."), _(", ").join(need.bring)),
        (_("Toilet: %(what)s."), need.toilet),
        (_("Parking: %(what)s."), need.parking),
        (_("Last mile: %(what)s."), need.last_mile),
        (_("On the day %(what)s is in charge."), need.on_site_lead),
    )
    yield from (line % {"what": what.rstrip("。.")} for line, what in lines if what)


def _return(need: Need) -> Iterator[str]:
    offers = _(", ").join(offer.title for offer in need.offers.all())
    yield (
        _("In return: %(what)s.") % {"what": offers}
        if offers
        else _("What is given in return is still open.")
    )
    yield _("Compensation: %(what)s.") % {"what": Compensation(need.compensation).label}
    if need.region.publicity == Publicity.MUNICIPALITY_ONLY:
        yield _("In public only the municipality is named, not the community.")
    else:
        yield _("In public the community is named.")
