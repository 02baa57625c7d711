"""Every act on a match once: at which stage, with which body, who may, and what a second time is answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User, Volunteer
from matching.enums import AnswerValue, EndReason, PreconditionKind
from matching.models import Answer, Match
from matching.services.agreements import agree, tick_precondition
from matching.services.answers import record_consent
from matching.services.day import Came, attest_attendance
from matching.services.endings import withdraw_match
from regions.models import Need, RequiredConsent, Slot
from tests.builders import make_emergency_card, make_party, make_slot
from tests.matching import saga

Body = dict[str, Any]
OTHER_WEEK = timedelta(days=14)
CONSENT = {"by": "役員会", "matter": "dates"}


@dataclass(frozen=True)
class Scene:
    """A match of one party and one need, led as far as an act wants it."""

    need: Need
    party: Volunteer
    guide: User

    def proposed(self) -> Match:
        RequiredConsent.objects.get_or_create(region=self.need.region, **CONSENT)
        make_slot(self.need, start_at=self.need.slots.order_by("start_at")[0].start_at + OTHER_WEEK)
        return saga.propose(self.need, self.party)

    def asking(self) -> Match:
        return saga.asked(self.proposed(), guide=self.guide)

    def overdue(self) -> Match:
        match = self.asking()
        Answer.objects.filter(match=match).update(overdue_at=timezone.now())
        return match

    def meeting(self) -> Match:
        return saga.both_answer(self.asking(), AnswerValue.MEET)

    def ready(self) -> Match:
        """Everything the promise needs is there, and nobody has made it yet."""
        match = saga.met(self.meeting(), guide=self.guide)
        for consent in match.region_consents.all():
            record_consent(
                match_id=match.pk, actor=self.guide, consent=consent, status="given", evidence="電話"
            )
        now = timezone.now()
        Answer.objects.filter(match=match).update(value=AnswerValue.YES, is_open=False)
        Match.objects.filter(pk=match.pk).update(promise_party_at=now, promise_region_at=now)
        return match

    def agreed(self) -> Match:
        return agree(match_id=self.ready().pk, actor=self.guide)

    def prepared(self) -> Match:
        match = self.agreed()
        make_emergency_card(match.need.region)
        for row in match.preconditions.all():
            tick_precondition(match_id=match.pk, actor=self.guide, kind=row.kind)
        return match

    def over(self) -> Match:
        """Ready, and the day has been."""
        match = saga.confirm_match(match_id=self.prepared().pk, actor=self.guide)
        over = timezone.now() - timedelta(hours=1)
        slots = Slot.objects.filter(match_slots__match=match)
        Slot.objects.filter(pk__in=slots.values("pk")).update(start_at=over - timedelta(hours=4), end_at=over)
        return match

    def attested(self) -> Match:
        came = Came(people=1, minutes=240, return_given=True)
        match = self.over()
        return attest_attendance(match_id=match.pk, actor=self.guide, slot=match.slots.get(), came=came)

    def withdrawn(self) -> Match:
        """Ended, after both sides had heard of it."""
        return withdraw_match(match_id=self.asking().pk, actor=self.guide, reason=EndReason.CHANGED_PLANS)


@dataclass(frozen=True)
class Act:
    """One address. ``statuses``: hana (participant), ume (community), kenji (officer), mori (guide), admin.

    ``by``: who does it well in the tests of effects. ``again``: status and code of a second time without a key;
    200 where saying it twice is no contradiction.
    """

    name: str
    stage: Callable[[Scene], Match]
    statuses: tuple[int, int, int, int, int]
    by: str = "mori"
    body: Callable[[Match], Body] = lambda _match: {}
    again: tuple[int, str] = (200, "")
    state: str = ""

    def __str__(self) -> str:
        return self.name


UNSEEN = (404, 404, 404, 200, 403)
GUIDES = (403, 403, 403, 200, 403)
REGIONS = (403, 200, 200, 200, 403)
ENTRIES = (200, 200, 200, 422, 403)  # a guide who states no side is asked for it
ANYBODYS = (200, 200, 200, 200, 403)
ENDS = (200, 200, 200, 200, 200)  # an administrator too: a need may close where no guide is
IN_TIME = timedelta(days=3)


def _said(**body: Any) -> Callable[[Match], Body]:
    return lambda _match: body


def _soon(name: str, **body: Any) -> Callable[[Match], Body]:
    return lambda _match: body | {name: (timezone.now() + IN_TIME).isoformat()}


def _attendance(match: Match) -> Body:
    slot = match.match_slots.get().slot.public_id
    return {"slot": slot, "people_came": 1, "minutes": 240, "return_given": True}


def _other_date(match: Match) -> Body:
    return {"slots": [match.need.slots.order_by("-start_at")[0].public_id]}


def _somebody_else(_match: Match) -> Body:
    return {"party": make_party().public_id}


INSURANCE = _said(kind=PreconditionKind.INSURANCE.value)
ACTS = (
    Act("approve", Scene.proposed, UNSEEN, again=(409, "match_not_proposed"), state="asking"),
    Act("undo", Scene.asking, GUIDES, again=(409, "match_not_asking"), state="proposed"),
    Act(
        "reject", Scene.proposed, UNSEEN, body=_said(reason="not_suitable"),
        again=(409, "match_not_proposed"), state="rejected",
    ),
    Act("snooze", Scene.proposed, UNSEEN, body=_soon("until"), state="proposed"),
    Act("stand-by", Scene.proposed, UNSEEN, state="proposed"),
    Act(
        "change-terms", Scene.proposed, UNSEEN, body=lambda match: {"promise": f"{match.promise}と宿"},
        again=(422, "terms_unchanged"), state="proposed",
    ),
    Act("suggest-also", Scene.proposed, UNSEEN, body=_somebody_else, again=(409, "already_matched")),
    Act(
        "suggest-instead", Scene.proposed, UNSEEN, again=(409, "match_not_proposed"),
        body=lambda match: _somebody_else(match) | {"reason": "distance"},
    ),
    Act(
        "assign", Scene.proposed, (404, 404, 404, 200, 200), state="proposed",
        body=lambda match: {"guide": match.guide.user.public_id},
    ),
    Act(
        "record-call", Scene.overdue, GUIDES, state="lapsed", again=(409, "match_moved_on"),
        body=_said(side="region", result="not_reached", spoke_with="梅さん"),
    ),
    Act(
        "waive-meeting", Scene.asking, GUIDES, body=_said(reason="去年も来た"),
        again=(409, "meeting_recorded_already"), state="asking",
    ),
    Act(
        "record-meeting", Scene.meeting, GUIDES, body=_said(outcome="proceed", how="on_site"),
        again=(409, "meeting_recorded_already"), state="meeting",
    ),
    Act("change-promise", Scene.asking, REGIONS, body=_said(promise="山道を走れます"), state="asking"),
    Act("agree", Scene.ready, ANYBODYS, again=(409, "match_moved_on"), state="agreed"),
    Act("tick", Scene.agreed, GUIDES, body=INSURANCE, state="agreed"),
    Act("untick", Scene.prepared, GUIDES, body=INSURANCE, state="agreed"),
    Act("confirm", Scene.prepared, GUIDES, again=(409, "match_not_agreed"), state="confirmed"),
    Act("complete", Scene.attested, GUIDES, again=(409, "match_not_confirmed"), state="completed"),
    Act(
        "answer", Scene.asking, ENTRIES, by="hana", body=_said(value="meet"),
        again=(409, "already_answered"), state="asking",
    ),
    Act(
        "board-date", Scene.asking, (422, 200, 200, 422, 403), by="ume", state="asking",
        body=lambda _match: {"meets_on": (timezone.localdate() + IN_TIME).isoformat()},
    ),
    Act("extend", Scene.asking, ENTRIES, by="ume", again=(409, "extended_already"), state="asking"),
    Act("confirm-promise", Scene.asking, ENTRIES, by="hana", state="asking"),
    Act(
        "decline", Scene.asking, ANYBODYS, by="ume", body=_said(reason="dates"),
        again=(409, "match_moved_on"), state="declined",
    ),
    Act(
        "withdraw", Scene.asking, ENDS, by="hana", body=_said(reason="changed_plans"),
        again=(409, "match_moved_on"), state="withdrawn",
    ),
    Act("redate", Scene.asking, ANYBODYS, by="hana", body=_other_date, again=(409, "match_moved_on")),
    Act(
        "cancel", Scene.agreed, ENDS, by="ume", body=_said(reason="weather"),
        again=(409, "match_moved_on"), state="cancelled",
    ),
    Act(
        "name-people", Scene.asking, (200, 403, 403, 200, 403), by="hana", state="asking",
        body=lambda match: {"people": [match.volunteer.representative.public_id]},
    ),
    Act(
        "plan-meeting", Scene.meeting, ANYBODYS, by="hana", state="meeting",
        body=_soon("planned_at", how="online"),
    ),
    Act(
        "consents", Scene.asking, REGIONS, by="ume", state="asking",
        body=_said(**CONSENT, status="given", evidence="役員会で口頭"),
    ),
    Act("attest", Scene.over, REGIONS, by="ume", body=_attendance, state="confirmed"),
)  # fmt: skip
