"""States, sides, answers and reasons of a match. The labels are the words on screen."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class MatchState(models.TextChoices):
    """The life of a match."""

    PROPOSED = "proposed", _("proposed")
    ASKING = "asking", _("waiting for answers")
    MEETING = "meeting", _("first meeting")
    AGREED = "agreed", _("promise made")
    CONFIRMED = "confirmed", _("ready")
    COMPLETED = "completed", _("completed")
    REJECTED = "rejected", _("not this time")
    DECLINED = "declined", _("not this time")
    LAPSED = "lapsed", _("lapsed")
    WITHDRAWN = "withdrawn", _("withdrawn")
    CANCELLED = "cancelled", _("cancelled")


LIVE = frozenset(
    {MatchState.PROPOSED, MatchState.ASKING, MatchState.MEETING, MatchState.AGREED, MatchState.CONFIRMED}
)
HOLDING = LIVE - {MatchState.PROPOSED}
ENDED = frozenset(MatchState) - LIVE
BEFORE_AGREED = frozenset({MatchState.PROPOSED, MatchState.ASKING, MatchState.MEETING})
PROMISED = LIVE - BEFORE_AGREED
NOT_THIS_TIME = frozenset({MatchState.REJECTED, MatchState.DECLINED, MatchState.LAPSED, MatchState.WITHDRAWN})
"""Endings before the promise: which of them would tell the two sides who refused or kept silent."""
NEUTRAL_ENDING = "ended"
DISCLOSED = frozenset({MatchState.AGREED, MatchState.CONFIRMED, MatchState.COMPLETED})


class Origin(models.TextChoices):
    """Who asked first."""

    WORKER = "worker", _("matching")
    GUIDE = "guide", _("guide")
    PARTY = "party", _("application")
    REGION = "region", _("invitation")


class Side(models.TextChoices):
    """The two sides of a match."""

    PARTY = "party", _("participant")
    REGION = "region", _("community")


class Role(models.TextChoices):
    """In which role someone acts on a match."""

    SYSTEM = "system", _("system")
    GUIDE = "guide", _("guide")
    PARTY = "party", _("participant")
    REGION = "region", _("community")
    ADMIN = "admin", _("administrator")


class AnswerValue(models.TextChoices):
    """What a side may answer. Silence is never an answer."""

    MEET = "meet", _("let us meet")
    YES = "yes", _("yes, please")
    NO = "no", _("not this time")


class ConsentScope(models.TextChoices):
    """What a community consented to: these people, or so many people the guide vouches for."""

    THESE_PEOPLE = "these_people", _("these people only")
    VOUCHED = "vouched", _("as many people the guide vouches for")


class ConsentStatus(models.TextChoices):
    """A consent a community requires of itself."""

    ASKED = "asked", _("asked")
    GIVEN = "given", _("given")
    REFUSED = "refused", _("refused")


class MeetingHow(models.TextChoices):
    """How the two sides meet first."""

    ON_SITE = "on_site", _("on site")
    ONLINE = "online", _("online")
    PHONE = "phone", _("by telephone")
    FESTIVAL = "festival", _("at a festival")


class MeetingOutcome(models.TextChoices):
    """What the guide recorded after the first meeting."""

    PROCEED = "proceed", _("go on")
    TRIAL = "trial", _("trial: work only, few people")
    WAIVED = "waived", _("meeting waived")
    DROPPED = "dropped", _("not this time")


class PreconditionKind(models.TextChoices):
    """What must be checked before the day."""

    INSURANCE = "insurance", _("insurance")
    BRIEFING = "briefing", _("safety briefing")
    QUALIFICATIONS = "qualifications", _("qualifications")
    GUARDIAN = "guardian", _("guardian's consent")
    EMERGENCY_CARD = "emergency_card", _("emergency card")
    CIRCULAR = "circular", _("circular to the households")


class EndReason(models.TextChoices):
    """Why a match ended before completion. Never shown to the other side."""

    NOT_SUITABLE = "not_suitable", _("does not suit")
    SAFETY = "safety", _("safety")
    CAPACITY = "capacity", _("no capacity to accompany")
    DATES = "dates", _("dates")
    DISTANCE = "distance", _("distance")
    WORK = "work", _("kind of work")
    PEOPLE = "people", _("number of people")
    CONSENT_REFUSED = "consent_refused", _("the community's consent was not given")
    PERMISSION = "permission", _("no permission for the offer")
    MEETING_FAILED = "meeting_failed", _("after the first meeting")
    CHANGED_PLANS = "changed_plans", _("plans changed")
    CANNOT_COME = "cannot_come", _("cannot come any more")
    NEED_CLOSED = "need_closed", _("the need was closed")
    WEATHER = "weather", _("weather")
    REDATED = "redated", _("other dates were proposed")
    NOT_REVIEWED = "not_reviewed", _("not reviewed in time")
    NO_ANSWER = "no_answer", _("no answer in time")
    NO_MEETING = "no_meeting", _("no meeting in time")
    NOT_COMPLETED = "not_completed", _("consents or promise not complete in time")
    NOT_CONFIRMED = "not_confirmed", _("preconditions not met in time")
    NO_SHOW = "no_show", _("did not come")
    NO_RECORD = "no_record", _("no record that it took place")
    OTHER = "other", _("other")


class CallResult(models.TextChoices):
    """What a guide's telephone call brought."""

    YES = "yes", _("said yes")
    NO = "no", _("said no")
    NOT_REACHED = "not_reached", _("not reached")


class RunState(models.TextChoices):
    """A matching run."""

    QUEUED = "queued", _("queued")
    PACKING = "packing", _("packing")
    SCORING = "scoring", _("scoring")
    MERGING = "merging", _("allocating")
    ADVISING = "advising", _("finishing the calculations")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", pgettext_lazy("matching run", "cancelled")


RUN_OPEN = frozenset(
    {RunState.QUEUED, RunState.PACKING, RunState.SCORING, RunState.MERGING, RunState.ADVISING}
)


class ShardKind(models.TextChoices):
    """What is done piece by piece, by as many workers as there are. ``STATE_OF`` says in which state of the run."""

    PACK = "pack", _("pack participants")
    SCORE = "score", _("score")
    ADVISE = "advise", _("find why a need finds too few")
    MEASURE = "measure", _("measure the price of fairness")


STATE_OF = {
    ShardKind.PACK: RunState.PACKING,
    ShardKind.SCORE: RunState.SCORING,
    ShardKind.ADVISE: RunState.ADVISING,
    ShardKind.MEASURE: RunState.ADVISING,
}


class InterviewHow(models.TextChoices):
    """How a guide got to know a participant."""

    IN_PERSON = "in_person", _("in person")
    PHONE = "phone", _("by telephone")
    ONLINE = "online", _("online")


class IdentityProof(models.TextChoices):
    """What showed a guide that somebody is who they say. Never its number, never a copy."""

    LICENCE = "licence", _("driving licence")
    MY_NUMBER = "my_number", _("My Number card (front)")
    PASSPORT = "passport", _("passport or residence card")
    INSURANCE_CARD = "insurance_card", _("health insurance certificate")
    WORKPLACE = "workplace", _("card of the company or school")
    KNOWN = "known", _("known to the guide in person")


class ReportKind(models.TextChoices):
    """What is reported of an activity."""

    ACCIDENT = "accident", _("accident")
    NEAR_MISS = "near_miss", _("near miss")


class Harm(models.TextChoices):
    """How badly somebody was hurt."""

    NOBODY = "nobody", _("nobody was hurt")
    ON_THE_SPOT = "on_the_spot", _("treated on the spot")
    DOCTOR = "doctor", _("saw a doctor")
    AMBULANCE = "ambulance", _("taken away by ambulance")


class Called(models.TextChoices):
    """Who was called for help."""

    AMBULANCE = "119", _("119 (fire and ambulance)")
    POLICE = "110", _("110 (police)")
    HOSPITAL = "hospital", _("a hospital")


class Reached(models.TextChoices):
    """Whom a report must reach."""

    GUIDE = "guide", _("the guide in charge")
    GUARDIAN = "guardian", _("the parent or guardian of who is under 18")
    OFFICE = "office", _("the community's representative and the municipal office")
    INSURER = "insurer", _("the insurer (council of social welfare, or the insurance of the event)")


class ReachHow(models.TextChoices):
    """How somebody was told of a report."""

    IN_PERSON = "in_person", _("in person")
    PHONE = "phone", _("by telephone")
    WRITING = "writing", _("in writing")
    ENISHI = "enishi", _("by this report")


class TaskKind(models.TextChoices):
    """What a guide's board says is to be done."""

    REVIEW = "review", _("Decide on the proposal")
    ANSWER = "answer", _("Wait for the answer")
    MEETING = "meeting", _("First meeting")
    CHASE = "chase", _("Complete the promise")
    ROSTER = "roster", _("Head count and roster")
    CHECK = "check", _("Check before the day")
    DAY = "day", _("The day itself")
    ATTEST = "attest", _("Record who came")
    COMPLETE = "complete", _("Complete it, and ask both for their thanks")
    REACH = "reach", _("Tell whom a report must reach")
    PREVENT = "prevent", _("Write down what would prevent it")
