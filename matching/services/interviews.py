"""What a guide writes down after talking with a participant."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed
from accounts.models import Guide, User
from accounts.services.audit import record
from accounts.services.checks import Problems
from matching.enums import IdentityProof, InterviewHow, Role
from matching.models import Interview, Match
from matching.models.interviews import NOTE_MAX
from matching.policies import roles_on


@transaction.atomic
def record_interview(
    *,
    actor: User,
    match: Match,
    how: InterviewHow,
    held_on: date,
    note: str,
    identity: IdentityProof | None = None,
) -> Interview:
    """Keep what the participant of ``match`` said, and what proved who it is. Guides of the same organization read it.

    Locks nothing: each talk is a row of its own. Writes the interview and an audit row without its words.

    Raises:
        NotAllowed("role_may_not"): actor guides neither for the community nor on this match.
        Invalid("interview_to_come" | "note_needed" | "note_too_long")
    """
    guide = _guide_or_refuse(actor, match)
    text = note.strip()
    _check(held_on=held_on, note=text)
    interview = Interview.objects.create(
        volunteer=match.volunteer, guide=guide, how=how, held_on=held_on, identity=identity or "", note=text
    )
    record(
        actor=actor, action="interview.record", target=interview, label="",
        details={"party": match.volunteer.public_id, "identity": interview.identity},
    )  # fmt: skip
    return interview


def _guide_or_refuse(actor: User, match: Match) -> Guide:
    guide = Guide.objects.filter(user=actor, ended_on=None).first()
    if guide is None or Role.GUIDE not in roles_on(actor, match):
        raise NotAllowed(
            "role_may_not", _("Only a guide who looks after this match writes down an interview.")
        )
    return guide


def _check(*, held_on: date, note: str) -> None:
    problems = Problems()
    if held_on > timezone.localdate():
        problems.add(
            "interview_to_come",
            "held_on",
            _("Please write it down after the talk: this day is still to come."),
        )
    if not note:
        problems.add("note_needed", "note", _("Please write at least one sentence."))
    if len(note) > NOTE_MAX:
        problems.add(
            "note_too_long", "note", _("Please keep it within %(most)d characters.") % {"most": NOTE_MAX}
        )
    problems.refuse()
