"""A parent's or guardian's consent for somebody who is 16 or 17, asked by a letter for each activity (docs/adr/0024).

What is said by the link is shown to the guide, who ticks the precondition: a guardian may also have said it on paper.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict, Invalid, NotAllowed
from accounts.models import User
from accounts.services.audit import record
from accounts.services.checks import Problems, check_text
from accounts.services.consents import record_guardian_consent, withdraw_guardian_consent
from accounts.services.outbox import owe
from matching.enums import MatchState, PreconditionKind, Role
from matching.locks import lock_match
from matching.models import GuardianAsk, Match, Precondition
from matching.policies import roles_on
from matching.selectors.guardians import GuardianStatus, minors_of, status_of
from matching.services.announce import recipients, tell
from matching.services.deadlines import precondition_due
from matching.transitions import Audience

TEXT_VERSION = "2026-11"
"""Of the words of the page a guardian reads (templates/guardian_page.html)."""
TOPIC, SALT = "matching.guardian_letter", "matching.guardian"
ASKABLE = frozenset({MatchState.ASKING, MatchState.MEETING, MatchState.AGREED, MatchState.CONFIRMED})
ASKING = frozenset({Role.PARTY, Role.GUIDE, Role.ADMIN})
NAME_MAX = 80
PAUSE = timedelta(hours=1)


@transaction.atomic
def ask_guardian(
    *, match_id: int, actor: User, minor: User, email: str, now: datetime | None = None
) -> GuardianAsk:
    """Write to a guardian of one of those who come. Asked again, an earlier letter is void and what was refused is open.

    Locks the match; audits without the address; owes the letter. A promise whose preconditions are listed gets the
    guardian's consent among them.

    Raises:
        NotAllowed("role_may_not"): neither the participant's representative nor who guides the match.
        Conflict("match_moved_on"): nothing is asked or promised, or the activity is over.
        Conflict("asked_just_now"): less than an hour ago; nobody's mailbox is flooded.
        Conflict("guardian_agreed"): a consent stands; it is taken back by the guardian.
        Invalid("not_a_minor"), Invalid("email_wrong")
    """
    moment = now or timezone.now()
    match = lock_match(match_id)
    if not roles_on(actor, match) & ASKING:
        raise NotAllowed("role_may_not", _("You may not do this on this match."))
    until = match.slots.order_by("-end_at").values_list("end_at", flat=True)[0]
    if match.state not in ASKABLE or until <= moment:
        raise Conflict("match_moved_on", _("This is not possible any more. Here is how things stand."))
    if minor not in minors_of(match):
        raise Invalid("not_a_minor", _("This person is not among those aged 16 or 17 who come."))
    _check_address(email, of=minor)
    ask = GuardianAsk.objects.select_related("consent").filter(match=match, minor=minor).first()
    if ask is not None and status_of(ask) == GuardianStatus.AGREED:
        raise Conflict("guardian_agreed", _("A guardian has agreed already."))
    if ask is not None and ask.asked_at > moment - PAUSE:
        message = _("A guardian was asked less than an hour ago. Please wait for the answer.")
        raise Conflict("asked_just_now", message)
    ask, _is_new = GuardianAsk.objects.update_or_create(
        match=match, minor=minor,
        defaults={"email": email, "asked_by": actor, "asked_at": moment, "until": until, "refused_at": None, "consent": None},
    )  # fmt: skip
    _list_precondition(match)
    record(actor=actor, action="guardian.ask", target=ask, label=match.public_id)
    owe(topic=TOPIC, key=f"guardian:{ask.public_id}:{moment.isoformat()}", payload={"ask": ask.pk})
    return ask


def _check_address(email: str, *, of: User) -> None:
    try:
        validate_email(email)
    except ValidationError:
        message = _("This is not an e-mail address.")
        raise Invalid("email_wrong", message, fields={"email": [message]}) from None
    if email.strip().casefold() == of.email.casefold():
        message = _("This is the address of the young person. Please give the guardian's.")
        raise Invalid("email_wrong", message, fields={"email": [message]})


def _list_precondition(match: Match) -> None:
    if match.state == MatchState.AGREED:
        kind = PreconditionKind.GUARDIAN
        due = {"due_at": precondition_due(match, kind)}
        Precondition.objects.get_or_create(match=match, kind=kind, defaults=due)


def code_of(ask: GuardianAsk) -> str:
    """What stands in the link of a letter. It names the moment of asking, so that an earlier letter is void."""
    return signing.dumps({"ask": ask.public_id, "at": ask.asked_at.isoformat()}, salt=SALT)


def asked_by(code: str, *, now: datetime | None = None) -> GuardianAsk:
    """The request of a link that is still in force: until the activity is over.

    Raises:
        Invalid("link_invalid"): not a link of this house, void, or too old; or the match has ended.
    """
    refusal = Invalid("link_invalid", _("This link is not valid any more. Please ask for a new letter."))
    try:
        told = signing.loads(code, salt=SALT)
    except signing.BadSignature:
        raise refusal from None
    rows = GuardianAsk.objects.select_related("match__need__region__municipality", "match__volunteer", "match__guide__organization", "minor", "consent")  # fmt: skip
    ask = rows.filter(public_id=told["ask"], until__gt=now or timezone.now()).first()
    if ask is None or ask.asked_at.isoformat() != told["at"] or ask.match.state not in ASKABLE:
        raise refusal
    return ask


@transaction.atomic
def answer_guardian(*, code: str, agrees: bool, name: str, now: datetime | None = None) -> GuardianAsk:
    """Record what the holder of a link says for one activity: agrees, does not, or takes an earlier consent back.

    Locks the match; audits in the system's name; tells the guide and the participant's representative. The same again changes nothing.

    Raises:
        Invalid("link_invalid"), Invalid: ``text_missing``, ``text_too_long`` (the guardian's name).
    """
    problems = Problems()
    check_text(problems, "name", name, at_most=NAME_MAX)
    problems.refuse()
    lock_match(asked_by(code, now=now).match_id)
    ask = asked_by(code, now=now)
    before = status_of(ask)
    if agrees:
        _agree(ask, name=name.strip())
    elif before != GuardianStatus.TAKEN_BACK:
        _refuse(ask, now=now or timezone.now())
    if status_of(ask) != before:
        _tell(ask, now=now or timezone.now())
    return ask


def _agree(ask: GuardianAsk, *, name: str) -> None:
    ask.consent = record_guardian_consent(
        minor=ask.minor, guardian=name, text_version=TEXT_VERSION, about=ask.match.public_id
    )
    ask.refused_at = None
    ask.save(update_fields=["consent", "refused_at"])


def _refuse(ask: GuardianAsk, *, now: datetime) -> None:
    """Before a consent it is a no; after one, the consent is taken back."""
    if ask.consent is not None:
        ask.consent = withdraw_guardian_consent(consent=ask.consent)
    elif ask.refused_at is None:
        ask.refused_at = now
        ask.save(update_fields=["refused_at"])
        record(actor=User.objects.system(), action="guardian.refuse", target=ask, label=ask.match.public_id)


def _tell(ask: GuardianAsk, *, now: datetime) -> None:
    for audience in (Audience.GUIDE, Audience.PARTY):
        users = recipients(ask.match, audience)
        key = f"guardian:{ask.public_id}:{now.isoformat()}:"
        tell(ask.match, "guardian_answered", users, key=key, what=(status_of(ask),))


def forget_guardians(*, now: datetime) -> int:
    """Forget the addresses of guardians whose activity is over; returns how many. What was said stays on record."""
    return GuardianAsk.objects.filter(until__lte=now).exclude(email="").update(email="")
