"""What this app keeps of a person: matches, messages, relations; and how they end when the person leaves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Min, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.errors import Conflict
from accounts.models import AuditEntry, User
from accounts.services.dates import format_date
from accounts.services.personal_data import DataProvider, Kept
from matching.enums import BEFORE_AGREED, LIVE, EndReason, MatchState, MeetingOutcome, Origin, Side
from matching.models import (
    Answer,
    Attendance,
    Block,
    Candidate,
    Interview,
    Match,
    MatchEvent,
    MatchMessage,
    Meeting,
    PhoneCall,
    Precondition,
    Relation,
    Report,
    ReportNote,
    Watch,
)
from matching.selectors.labels import neutral_state
from matching.selectors.matches import relations_for
from matching.services.endings import cancel_match, withdraw_match
from matching.services.reports import forget_words
from regions.policies import public_label

NEAR = timedelta(days=14)
"""So near to the day nobody slips out of a promise by closing an account: it is called off in words first."""
PROMISED = (MatchState.AGREED, MatchState.CONFIRMED)
REASON_GONE = "–"  # where a column must not be empty


KNOWN = Q(approved_at__isnull=False) | Q(origin=Origin.PARTY)
"""Of a proposal that no guide has approved the person reads nowhere, not even here."""


def own_matches(user: User) -> QuerySet[Match]:
    """The matches of the parties that ``user`` represents, as far as the person may know of them."""
    return Match.objects.filter(KNOWN, volunteer__representative=user)


# What is kept.
def describe(user: User) -> list[Kept]:
    """The lines of this app. Five queries."""
    return [
        Kept(_("Matches of your participants"), own_matches(user).count(), _("to carry and prove what was promised")),
        Kept(_("Messages you wrote"), MatchMessage.objects.filter(author=user).count(), _("so that all three can read them again")),
        Kept(_("Reports of accidents and near misses you wrote"), Report.objects.filter(author=user).count(), _("so that they reach whom they must, and it does not happen again")),
        Kept(_("Interviews with a guide"), Interview.objects.filter(volunteer__representative=user).count(), _("so that you need not tell the same twice")),
        Kept(_("Relations to communities"), Relation.objects.filter(volunteer__representative=user).count(), _("so that the next visit builds on the last")),
    ]  # fmt: skip


def export(user: User) -> Mapping[str, Any]:
    """Everything of this app that is about ``user``. Of an ending before the promise not whose it was."""
    matches = (
        own_matches(user)
        .select_related("need__region__municipality", "volunteer")
        .prefetch_related("slots", "answers")
    )
    named = Match.objects.filter(KNOWN, named_people__user=user)
    blocks = Block.objects.filter(made_by=user).order_by("pk")
    return {
        "matches": [_match(match) for match in matches.order_by("pk")],
        "named_in": list(named.order_by("pk").values_list("public_id", flat=True)),
        "messages_written": _rows(MatchMessage.objects.filter(author=user), "match__public_id", "role", "text", "sent_at"),
        "reports_written": _rows(
            Report.objects.filter(author=user), "match__public_id", "kind", "happened_at", "place", "happened", "harm",
            "is_minor_hurt", "called_119", "called_110", "called_hospital", "done", "prevention", "on_behalf_of", "written_at",
        ),
        "report_notes_written": _rows(ReportNote.objects.filter(author=user), "report__public_id", "text", "written_at"),
        "interviews": _rows(
            Interview.objects.filter(volunteer__representative=user), "volunteer__public_id", "held_on", "how", "identity", "note"
        ),
        "moves": _rows(MatchEvent.objects.filter(actor=user), "match__public_id", "at", "move", "role", "note", "on_behalf_of"),
        "relations": [
            {"community": public_label(row.region), "days": row.days, "first_on": row.first_on, "last_on": row.last_on,
             "promised": row.promised, "kept": row.kept}
            for row in relations_for(user).filter(volunteer__representative=user)
        ],
        "watches": _rows(Watch.objects.filter(user=user), "region__public_id", "answers", "made_at"),
        "blocks": list(blocks.values("side", "note", "made_at")),
    }  # fmt: skip


def _rows(rows: Any, *names: str) -> list[dict[str, Any]]:
    return list(rows.order_by("pk").values(*names))


def _match(match: Match) -> dict[str, Any]:
    own = next((answer for answer in match.answers.all() if answer.side == Side.PARTY), None)
    return {
        "id": match.public_id,
        "participant": match.volunteer.public_id,
        "need": match.need.title,
        "community": public_label(match.need.region),
        "state": neutral_state(match.state),
        "people": match.people,
        "dates": [{"start_at": slot.start_at, "end_at": slot.end_at} for slot in match.slots.all()],
        "promised_in_return": match.promise,
        "your_answer": {"value": own.value, "answered_at": own.answered_at} if own else None,
        "created_at": match.created_at,
        "ended_at": match.ended_at,
    }


# The end.
def refuse(user: User, now: datetime) -> None:
    """Raises Conflict("promise_near"): a promise of the person, or with the person by name, is for one of the next days."""
    own = Q(volunteer__representative=user) | Q(named_people__user=user)
    coming = Q(slots__cancelled_at=None, slots__end_at__gt=now, slots__start_at__lte=now + NEAR)
    near = Match.objects.filter(own, state__in=PROMISED).filter(coming)
    first = near.aggregate(first=Min("slots__start_at", filter=coming))["first"]
    if first is not None:
        message = _(
            "You are expected on %(date)s. If you cannot come, please say so on the page of that match first, so "
            "that everybody is told in time; if you come, close your account after the day. Your guide helps."
        )
        raise Conflict("promise_near", message % {"date": format_date(first, user.language)})


def leave(user: User, now: datetime) -> None:
    """End what goes on: taken back before the promise, called off after it. The other side reads the neutral sentence.

    What has begun already stays: who came is recorded by others, and it is completed or ends by itself.
    """
    live = Match.objects.filter(volunteer__representative=user, state__in=sorted(LIVE)).order_by("pk")
    for match in live.annotate(first=Min("slots__start_at")):
        reason = EndReason.CHANGED_PLANS
        if match.state in BEFORE_AGREED:
            withdraw_match(match_id=match.pk, actor=user, reason=reason, now=now)
        elif match.first > now:
            cancel_match(match_id=match.pk, actor=user, reason=reason, now=now)


def erase(user: User, now: datetime) -> None:  # noqa: ARG001  # the signature of a provider
    """Words by and about the person go from the person's matches; who moved what when stays, with ids only.

    The guides' lists of who was compared forget the person. They are not taken along (``export``): they repeat what is
    there, the person's own statements, weighed against needs of which nobody has asked the person.
    """
    matches = Match.objects.filter(volunteer__representative=user)
    party = Q(role=Side.PARTY) | Q(data__side=Side.PARTY)
    MatchMessage.objects.filter(Q(author=user) | Q(match__in=matches, role=Side.PARTY)).update(
        text="", on_behalf_of=""
    )
    _erase_reports(user, matches)
    MatchEvent.objects.filter(Q(match__in=matches) | Q(actor=user)).update(note="")
    MatchEvent.objects.filter(party, match__in=matches).update(on_behalf_of="")
    Answer.objects.filter(match__in=matches, side=Side.PARTY).update(on_behalf_of="")
    PhoneCall.objects.filter(answer__match__in=matches, answer__side=Side.PARTY).update(
        spoke_with="", note=""
    )
    for model in (Attendance, Precondition):
        model._default_manager.filter(match__in=matches).update(note="")  # noqa: SLF001  # documented API for unknown models
    met = Meeting.objects.filter(match__in=matches)
    met.exclude(outcome=MeetingOutcome.WAIVED).update(note="")
    met.filter(outcome=MeetingOutcome.WAIVED).update(note=REASON_GONE)
    matches.update(overlap_reason="")
    Interview.objects.filter(volunteer__representative=user).delete()
    Candidate.objects.filter(volunteer__representative=user).delete()
    Watch.objects.filter(user=user).delete()
    Block.objects.filter(Q(made_by=user) | Q(volunteer__representative=user)).update(note="")
    ids = list(matches.values_list("public_id", flat=True))
    entered = AuditEntry.objects.filter(target_type="matching.match", target_id__in=ids)
    entered.exclude(details__role="region").update(on_behalf_of="")


def _erase_reports(user: User, matches: QuerySet[Match]) -> None:
    """Words of closed reports by and about the person go now; those of an open one when it is closed, for whom it must reach."""
    forget_words(Report.objects.filter(Q(author=user) | Q(match__in=matches)))


PROVIDER = DataProvider("matches", describe, export, refuse, leave, erase)
