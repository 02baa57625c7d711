"""Messages within a match, between the two sides and the guide. Contact data is passed on by ``reveal`` alone."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict, Invalid, NotAllowed, NotFound
from accounts.models import User
from accounts.services.audit import record
from accounts.services.checks import Problems, check_text, check_values
from accounts.services.notifications import notify_at_most_hourly
from matching import policies
from matching.enums import DISCLOSED, Role, Side
from matching.locks import lock_match
from matching.models import Match, MatchMessage
from matching.models.messages import TEXT_MAX, WRITERS
from matching.selectors.conversation import is_open_for_words, takes_part
from matching.services.announce import first_start, message_context, message_key, recipients
from matching.services.deadlines import UNDO_SECONDS
from matching.services.entries import require_side
from matching.transitions import Audience

KIND = "message_received"
SAME_WITHIN = timedelta(minutes=1)
KANJI_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
GAP = r"[\s().,・ー‐‑‒–—−-]{0,3}"  # the dashes people put into telephone numbers
PHONE = re.compile(rf"(?<![\d/-])(?:\+{GAP}8{GAP}1{GAP}|0)\d(?:{GAP}\d){{7,9}}(?!\d)")
EMAIL = re.compile(r"[^\s@]{1,64}\s?@\s?[^\s@.]+(?:\.[^\s@.]+)+")


@transaction.atomic
def send_message(
    *,
    match_id: int,
    actor: User,
    text: str,
    side: Side | None = None,
    on_behalf_of: str = "",
    now: datetime | None = None,
) -> MatchMessage:
    """Write to the others of a match: as one's own side, as the guide, or down for a side (``side``, ``on_behalf_of``).

    Locks the match; audits without the words; owes the others a notice, at most one an hour for each match and reader,
    which an undone approval takes back. The same words again within a minute are the same message (a double click).

    Raises:
        NotFound("match_unknown"): actor may not know of this match, or is neither of a side nor a guide.
        NotAllowed("role_may_not"): only a guide writes down the words of a side.
        Conflict("conversation_closed"): no guide has approved yet, it has ended, or the ninety days after are over.
        Invalid: ``text_missing``, ``text_too_long``, ``on_behalf_needed``; ``contact_in_text`` before the promise.
    """
    moment = now or timezone.now()
    match = lock_match(match_id)
    role = _role_of(actor, match, require_side(side, on_behalf_of))
    _require_open(match, moment)
    words = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()
    _require_fit(match, words, on_behalf_of)
    values = {"author": actor, "role": side or role, "on_behalf_of": on_behalf_of, "text": words}
    said = MatchMessage.objects.filter(match=match, sent_at__gt=moment - SAME_WITHIN, **values).first()
    return said or _send(MatchMessage(match=match, sent_at=moment, **values))


def _role_of(actor: User, match: Match, wanted: Role | None) -> Role:
    roles = policies.roles_on(actor, match)
    if not takes_part(roles) or not policies.matches_visible_to(actor).filter(pk=match.pk).exists():
        raise NotFound("match_unknown", _("This match does not exist."))
    if wanted is not None and wanted not in roles:
        raise NotAllowed("role_may_not", _("You may not do this on this match."))
    return wanted or next(role for role in WRITERS if role in roles)


def _require_open(match: Match, now: datetime) -> None:
    if is_open_for_words(match, now):
        return
    if match.approved_at is None:
        message = _("Messages can be written once a guide has approved this match.")
    else:
        message = _("This match is over. Please write to your guide instead.")
    raise Conflict("conversation_closed", message)


def _require_fit(match: Match, text: str, on_behalf_of: str) -> None:
    problems = Problems()
    check_values(problems, MatchMessage, {"on_behalf_of": on_behalf_of})
    check_text(problems, "text", text, at_most=TEXT_MAX)
    problems.refuse()
    if match.state not in DISCLOSED and names_contact(f"{text}\n{on_behalf_of}"):
        message = _(
            "Please leave out telephone numbers and e-mail addresses. Once the promise is made, each side sees "
            "the other's contacts on the page of the match, on record."
        )
        raise Invalid("contact_in_text", message, fields={"text": [message]})


def names_contact(text: str) -> bool:
    """Whether a telephone number of Japan or an e-mail address stands in a text, full-width, spaced or in kanji digits too."""
    plain = unicodedata.normalize("NFKC", text)
    return bool(EMAIL.search(plain) or PHONE.search(plain.translate(KANJI_DIGITS)))


def _send(message: MatchMessage) -> MatchMessage:
    message.save(force_insert=True)
    match = message.match
    details = {"message": message.public_id, "role": message.role}
    record(
        actor=message.author,
        action="match.message",
        target=match,
        label=match.need.title,
        on_behalf_of=message.on_behalf_of,
        details=details,
    )
    _tell(message)
    return message


def _tell(message: MatchMessage) -> None:
    """Owe a notice to everybody of the other side and the guide; nothing leaves while the approval can be undone."""
    match = message.match
    stem = message_key(match, match.events.latest("seq").seq)
    approved, first = match.approved_at or message.sent_at, first_start(match)
    readers = {
        user.pk: user
        for audience in Audience
        if audience.value != message.role
        for user in recipients(match, audience)
        if user.pk != message.author_id
    }
    for reader in readers.values():
        notify_at_most_hourly(
            user=reader,
            kind=KIND,
            about=f"match:{match.public_id}:",
            key=f"{stem}{KIND}:{reader.public_id}:{message.public_id}",
            context=message_context(match, reader, first=first) | {"due": "", "note": ""},
            due_at=first,
            not_before=max(message.sent_at, approved + timedelta(seconds=UNDO_SECONDS)),
        )
