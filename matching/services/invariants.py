"""``check_invariants``: what must always be true of the database, checked after every fault test and by command."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.db.models import Count, F, Q

from accounts.models import Guide, Notification, Outbox
from accounts.models.accesses import ContactAccess
from matching.enums import DISCLOSED, ENDED, HOLDING, LIVE, RUN_OPEN, AnswerValue, Side
from matching.models import Answer, Hold, Match, MatchEvent, MatchPerson, MatchRun
from matching.services.outcomes import chain_of, outcome_of
from matching.services.places import overbooked_slots
from matching.transitions import TABLE

TWO_SWEEPS = timedelta(minutes=2)
OUTBOX_PATIENCE = timedelta(minutes=10)
Check = Callable[[datetime], Iterator[str]]


def check_invariants(*, now: datetime) -> list[str]:
    """Sentences about what is wrong, each beginning with its number; empty when everything holds."""
    return [f"{code}: {failure}" for code, check in CHECKS.items() for failure in check(now)]


def _i1_places(_now: datetime) -> Iterator[str]:
    for slot_id in overbooked_slots():
        yield f"slot {slot_id} has more live holds than places"


def _i2_whole_parties(_now: datetime) -> Iterator[str]:
    """Per slot and match: live holds = stated people, for every holding match and each of its slots."""
    rows = Match.objects.filter(state__in=sorted(HOLDING)).prefetch_related("match_slots")
    live = (
        Hold.objects.filter(released_at__isnull=True)
        .values("match_id", "slot_id")
        .annotate(count=Count("pk"))
    )
    held = {(row["match_id"], row["slot_id"]): row["count"] for row in live}
    for match in rows:
        wanted = {(match.pk, link.slot_id): match.people for link in match.match_slots.all()}
        found = {key: count for key, count in held.items() if key[0] == match.pk}
        if not wanted or wanted != found:
            yield f"match {match.public_id} holds {sorted(found.values())} for {match.people} people in {len(wanted)} slots"


def _i3_no_hold_after_the_end(_now: datetime) -> Iterator[str]:
    ended = Hold.objects.filter(released_at__isnull=True).exclude(match__state__in=sorted(HOLDING))
    for public_id in ended.values_list("match__public_id", flat=True).distinct():
        yield f"match {public_id} holds places in a state that holds none"


def _i4_outbox(now: datetime) -> Iterator[str]:
    """Every row is done, cancelled, dead with a reason, or not long due.

    ``next_at`` is when it is due: moved on by a failed attempt (back-off) and by a claim (lease), never by a ring.
    """
    since = now - OUTBOX_PATIENCE
    late = Outbox.objects.open().filter(next_at__lt=since, created_at__lt=since).order_by("pk")
    for key in late.values_list("key", flat=True)[:20]:
        yield f"outbox row {key} has not been delivered"


def _i5_one_notification_per_key(_now: datetime) -> Iterator[str]:
    doubled = Notification.objects.values("key").annotate(count=Count("pk")).filter(count__gt=1)
    for row in doubled:
        yield f"notification {row['key']} exists {row['count']} times"


def _i6_deadlines(now: datetime) -> Iterator[str]:
    late = Match.objects.filter(state__in=sorted(LIVE), lapse_at__lt=now - TWO_SWEEPS)
    for public_id, state in late.values_list("public_id", "state"):
        yield f"match {public_id} is still {state} after its last deadline"


def _i7_chain(_now: datetime) -> Iterator[str]:
    """Events replay to the present state, without a gap, by rows of the table only."""
    events: dict[int, list[MatchEvent]] = {}
    for event in MatchEvent.objects.order_by("match_id", "seq"):
        events.setdefault(event.match_id, []).append(event)
    for pk, public_id, state in Match.objects.values_list("pk", "public_id", "state"):
        problem = _broken_link(events.get(pk, []), state)
        if problem:
            yield f"match {public_id}: {problem}"


def _broken_link(chain: list[MatchEvent], state: str) -> str:
    at = ""
    for number, event in enumerate(chain, start=1):
        row = TABLE.get(event.move)
        if event.seq != number or event.from_state != at or row is None:
            return f"event {event.seq} ({event.move}) does not follow"
        legal_source = event.from_state in row.sources if row.sources else event.from_state == ""
        target = row.target or event.from_state
        if not legal_source or event.to_state != target or event.role not in row.roles:
            return f"event {event.seq} ({event.move}) is no legal move"
        at = event.to_state
    return "" if at == state else f"events lead to {at or 'nothing'}, the row says {state}"


def _i8_consent(_now: datetime) -> Iterator[str]:
    """Both yeses by people, before ``agreed``; never by the system."""
    for event in MatchEvent.objects.filter(move="agree").select_related("match"):
        answers = Answer.objects.filter(match=event.match, value=AnswerValue.YES, answered_at__lte=event.at)
        if answers.filter(answered_by__is_system=False).count() != len(Side):
            yield f"match {event.match.public_id} was agreed without two answers"


FOR_A_CALL = {"full_name", "phone"}


def _i9_disclosure(_now: datetime) -> Iterator[str]:
    """No contact field was shown before both consents, but a telephone number to a guide who had to call."""
    early = ContactAccess.objects.exclude(match_state__in=sorted(DISCLOSED))
    guides = set(Guide.everyone.filter(user__in=early.values("viewer")).values_list("user_id", flat=True))
    for access in early:
        open_to_all = {"name", "affiliation"}
        if set(access.fields) - (open_to_all | FOR_A_CALL if access.viewer_id in guides else open_to_all):
            yield f"contact data of match {access.match_public_id} was shown in {access.match_state}"


def _i10_runs(_now: datetime) -> Iterator[str]:
    doubled = (
        MatchRun.objects.filter(state__in=sorted(RUN_OPEN))
        .values("scope")
        .annotate(n=Count("pk"))
        .filter(n__gt=1)
    )
    for row in doubled:
        yield f"{row['n']} open runs for {row['scope']}"


def _i11_people(_now: datetime) -> Iterator[str]:
    """No named person in two holding matches at overlapping hours (unnamed members are outside this check)."""
    spans: dict[int, list[tuple[datetime, datetime, str, bool]]] = {}
    rows = MatchPerson.objects.filter(
        match__state__in=sorted(HOLDING), match__slots__is_remote=False
    ).values_list(
        "user_id",
        "match__slots__start_at",
        "match__slots__end_at",
        "match__public_id",
        "may_overlap",
    )
    for user_id, start, end, public_id, excused in rows:
        spans.setdefault(user_id, []).append((start, end, public_id, excused))
    for user_id, taken in spans.items():
        for first, second in _overlaps(sorted(taken)):
            yield f"person {user_id} is in {first} and {second} at once"


def _overlaps(taken: list[tuple[datetime, datetime, str, bool]]) -> Iterator[tuple[str, str]]:
    for index, (_start, end, public_id, excused) in enumerate(taken):
        for later_start, _later_end, later_id, later_excused in taken[index + 1 :]:
            if later_start < end and later_id != public_id and not (excused or later_excused):
                yield public_id, later_id


def _i12_endings(_now: datetime) -> Iterator[str]:
    """An ended match says when; a live one has a deadline. (The database forbids it too.)"""
    wrong = Match.objects.filter(
        Q(state__in=sorted(ENDED), ended_at__isnull=True) | Q(state__in=sorted(LIVE), lapse_at=None)
    )
    for public_id in wrong.values_list("public_id", flat=True):
        yield f"match {public_id} has neither a deadline nor an end"


def _i13_due_before_lapse(_now: datetime) -> Iterator[str]:
    for public_id in Match.objects.filter(due_at__gt=F("lapse_at")).values_list("public_id", flat=True):
        yield f"match {public_id} is due after it lapses"


def _i14_party_size(_now: datetime) -> Iterator[str]:
    """No places are held for more people than the party has (a proposal may be older than the party's present size)."""
    more = Match.objects.filter(state__in=sorted(HOLDING), people__gt=F("volunteer__size"))
    for public_id in more.values_list("public_id", flat=True):
        yield f"match {public_id} holds places for more people than its party has"


def _i15_outcomes(_now: datetime) -> Iterator[str]:
    """The log of outcomes says of every match what its events say. (The sweep writes what is older than the log within minutes.)"""
    rows = Match.objects.select_related("outcome", "run__weights").prefetch_related("events")
    for match in rows.iterator(chunk_size=500):
        logged = getattr(match, "outcome", None)
        said = outcome_of(match, chain_of(match))
        if logged is None or said != {name: getattr(logged, name) for name in said}:
            yield f"match {match.public_id} is not in the log of outcomes as its events say (manage.py write_outcomes)"


CHECKS: dict[str, Check] = {
    "I1": _i1_places,
    "I2": _i2_whole_parties,
    "I3": _i3_no_hold_after_the_end,
    "I4": _i4_outbox,
    "I5": _i5_one_notification_per_key,
    "I6": _i6_deadlines,
    "I7": _i7_chain,
    "I8": _i8_consent,
    "I9": _i9_disclosure,
    "I10": _i10_runs,
    "I11": _i11_people,
    "I12": _i12_endings,
    "I13": _i13_due_before_lapse,
    "I14": _i14_party_size,
    "I15": _i15_outcomes,
}
