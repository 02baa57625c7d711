"""The community's consent to a need: its text was read back, and who speaks for the community agreed."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict
from accounts.models import User
from accounts.services.audit import record
from accounts.services.checks import Problems, check_text
from regions.enums import NeedStage, ReadBackHow
from regions.models import Need
from regions.selectors.needs import with_details
from regions.services.agreed import keep_agreed
from regions.services.behalf import behalf_of
from regions.services.reading import digest_of, text_to_read
from regions.services.stages import advance_need, lock_own_need, open_need

AGREED_BY_MAX = 120
BEFORE_CONSENT = (NeedStage.CONSULTING, NeedStage.HEARING)


@transaction.atomic
def record_read_back(
    *,
    actor: User,
    need: Need,
    agreed_by: str,
    how: ReadBackHow,
    opens: bool,
    heard: str,
    on_behalf_of: str = "",
) -> Need:
    """Note that the text of a need was read back and agreed to; take it through the interview to consented, or on to open.

    What was read, who agreed and how is kept in the audit (``need.read_back``), whoever entered it, and the digest of
    what was agreed to with the need, which ``open_need`` compares whichever door it comes by. A paused need, or one
    whose community has agreed before, is read back and opened the same way. Locks the need; audits; effects of ``open_need``.

    ``heard``: the ``digest_of`` the very text that was read. It is read anew under the lock: what is kept is what was heard.

    Raises:
        NotAllowed("not_your_community"), Conflict("need_stage"): open already, or closed.
        Conflict("text_changed"): somebody has changed what is said of the need since.
        Invalid("text_missing" | "text_too_long"): under ``agreed_by``; and those of ``open_need``.
    """
    need = lock_own_need(actor, need)
    if need.stage not in {*BEFORE_CONSENT, NeedStage.CONSENTED}:
        raise Conflict("need_stage", _("This need is open already, or closed."))
    problems = Problems()
    check_text(problems, "agreed_by", agreed_by, at_most=AGREED_BY_MAX)
    problems.refuse()
    read = _as_heard(need, heard)
    _record_text(actor, need, read, agreed_by=agreed_by.strip(), how=how, on_behalf_of=on_behalf_of)
    note = f"{agreed_by.strip()} / {how.label} / {timezone.localdate().isoformat()}"
    if need.stage == NeedStage.CONSULTING:
        need = advance_need(actor=actor, need=need, to=NeedStage.HEARING, on_behalf_of=on_behalf_of)
    if need.stage == NeedStage.HEARING:
        need = advance_need(
            actor=actor, need=need, to=NeedStage.CONSENTED, note=note, on_behalf_of=on_behalf_of
        )
    keep_agreed(need)
    need.save(update_fields=["agreed_digest"])
    return open_need(actor=actor, need=need, on_behalf_of=on_behalf_of) if opens else need


def _as_heard(need: Need, heard: str) -> list[str]:
    found = with_details(Need.objects.all()).get(pk=need.pk)
    if digest_of(found) != heard:
        raise Conflict("text_changed", _("The text was changed meanwhile; please read it aloud again."))
    return text_to_read(found)


def _record_text(
    actor: User, need: Need, read: list[str], *, agreed_by: str, how: ReadBackHow, on_behalf_of: str
) -> None:
    details = {"agreed_by": agreed_by, "how": how.value, "read": read}
    behalf = behalf_of(actor, need.region, on_behalf_of)
    record(
        actor=actor,
        action="need.read_back",
        target=need,
        label=need.title,
        on_behalf_of=behalf,
        details=details,
    )
