"""A need's way: consultation, interview, the community's consent, open, closed. One step at a time."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict, NotAllowed
from accounts.models import User
from accounts.services.audit import record
from accounts.services.checks import Problems, check_text
from regions.enums import NeedMode, NeedStage
from regions.locks import lock_need
from regions.models import Need
from regions.policies import can_edit_need, is_covered, represents_region
from regions.selectors.needs import coming_slots
from regions.services.agreed import is_as_agreed, keep_agreed
from regions.services.behalf import behalf_of
from regions.services.receipts import tell_uncovered
from regions.services.rescoring import need_changed, need_opened, owe_rescoring

NOTE_MAX = 500
NEXT = {NeedStage.CONSULTING: NeedStage.HEARING, NeedStage.HEARING: NeedStage.CONSENTED}


@transaction.atomic
def advance_need(*, actor: User, need: Need, to: NeedStage, note: str = "", on_behalf_of: str = "") -> Need:
    """Move a need one stage on; ``open`` and ``closed`` as by their own verbs.

    To ``consented`` a note says who of the community agreed, when and how; it is kept in the audit, and with the need
    what they agreed to. A consented need whose text was changed since is consented anew in the same way.
    Locks the need; audits.

    Raises:
        NotAllowed("not_your_community")
        Conflict("need_stage"): not the next stage of this need, for instance because someone moved it first.
        Invalid("text_missing"): no note of the consent. Invalid("text_too_long")
        and those of ``open_need``.
    """
    if to == NeedStage.OPEN:
        return open_need(actor=actor, need=need, on_behalf_of=on_behalf_of)
    if to == NeedStage.CLOSED:
        return close_need(actor=actor, need=need, on_behalf_of=on_behalf_of)
    need = lock_own_need(actor, need)
    if NEXT.get(NeedStage(need.stage)) != to and not _is_agreed_anew(need, to):
        raise _stage_conflict()
    problems = Problems()
    if to == NeedStage.CONSENTED or note:
        check_text(problems, "note", note, at_most=NOTE_MAX)
    problems.refuse()
    if to == NeedStage.CONSENTED:
        keep_agreed(need)
    _write_stage(actor, need, to, note=note, on_behalf_of=on_behalf_of)
    return need


def _is_agreed_anew(need: Need, to: NeedStage) -> bool:
    return need.stage == to == NeedStage.CONSENTED and not is_as_agreed(need)


@transaction.atomic
def open_need(*, actor: User, need: Need, on_behalf_of: str = "") -> Need:
    """Make a consented need public; owe its scoring and word to whoever watches it.

    Where no guide reviews for the community it is opened all the same; the community, its poster and the
    administrators are told (once a need), and proposals wait until an administrator names a guide. Locks the need; audits.

    Raises:
        NotAllowed("not_your_community")
        Conflict("need_stage"): the community's consent is not noted yet, or the need is open or closed.
        Conflict("text_changed"): what is said of it is not what the community agreed to, or what was public before a pause.
        Invalid: ``on_site_lead_missing``, ``work_missing``, ``slots_missing`` (none still to come).
    """
    need = lock_own_need(actor, need)
    if need.stage != NeedStage.CONSENTED:
        raise _stage_conflict()
    _refuse_unheard(need)
    opening_problems(need).refuse()
    need.opened_at = timezone.now()
    _write_stage(actor, need, NeedStage.OPEN, on_behalf_of=on_behalf_of)
    need_opened(need)
    if not is_covered(need.region):
        tell_uncovered(need)
    return need


@transaction.atomic
def pause_need(*, actor: User, need: Need, on_behalf_of: str = "") -> Need:
    """Take an open need out of public for a while: it is consented again, and ``open_need`` takes it up.

    Nothing new is proposed or approved for it meanwhile; what is asked or promised already goes on. ``opened_at`` stays
    and tells a paused need from one that never was open. Locks the need; audits; owes a look at what is still proposed.

    Raises:
        NotAllowed("not_your_community"), Conflict("need_not_open")
    """
    need = lock_own_need(actor, need)
    if need.stage != NeedStage.OPEN:
        raise Conflict("need_not_open", _("This need is not open any more."))
    keep_agreed(need)
    _write_stage(actor, need, NeedStage.CONSENTED, on_behalf_of=on_behalf_of, act="pause")
    owe_rescoring(need)
    return need


@transaction.atomic
def close_need(*, actor: User, need: Need, on_behalf_of: str = "") -> Need:
    """Take a need down for good, from any stage; owes a look at what is still proposed for it.

    ``matching.services.slots.close_need`` also ends what is not yet promised: doors call that one.
    Locks the need; audits.

    Raises:
        NotAllowed("not_your_community"), Conflict("need_closed")
    """
    need = lock_own_need(actor, need)
    if need.stage == NeedStage.CLOSED:
        raise Conflict("need_closed", _("This need is closed."))
    was_open = need.stage == NeedStage.OPEN
    need.closed_at = timezone.now()
    _write_stage(actor, need, NeedStage.CLOSED, on_behalf_of=on_behalf_of)
    if was_open:
        owe_rescoring(need)
    return need


def lock_own_need(actor: User, need: Need) -> Need:
    """The need, locked, for who may change it.

    Raises:
        NotAllowed("not_your_community"), NotFound("need_unknown")
    """
    if not can_edit_need(actor, need):
        raise NotAllowed("not_your_community", _("You may not change this need."))
    return lock_need(need.pk)


def _refuse_unheard(need: Need) -> None:
    if not is_as_agreed(need):
        message = _(
            "The text was changed after the community agreed to it. "
            "Read it back to them and note their consent once more; then it can be opened."
        )
        raise Conflict("text_changed", message)


def _stage_conflict() -> Conflict:
    return Conflict("need_stage", _("This is not the next step of this need. Please load it again and look."))


def _write_stage(
    actor: User, need: Need, to: NeedStage, *, note: str = "", on_behalf_of: str = "", act: str = ""
) -> None:
    """Write the stage with its time, then audit (``act``, else the stage), then ``changed_at`` and rescoring."""
    before, need.stage = need.stage, to
    need.save(update_fields=["stage", "opened_at", "closed_at", "agreed_digest"])
    represents = represents_region(actor, need.region)
    behalf = behalf_of(actor, need.region, on_behalf_of or ("" if represents else need.posted_for))
    details = {"from": before, "to": str(to), "note": note}
    record(
        actor=actor,
        action=f"need.{act or to}",
        target=need,
        label=need.title,
        on_behalf_of=behalf,
        details=details,
    )
    need_changed(need)


def opening_problems(need: Need) -> Problems:
    """What a need still lacks to be opened. Two queries."""
    problems = Problems()
    if need.mode != NeedMode.REMOTE and not need.on_site_lead.strip():
        problems.add("on_site_lead_missing", "on_site_lead", _("Say who is in charge on site."))
    if not need.work.exists():
        problems.add("work_missing", "work", _("An open need names at least one kind of work."))
    if not coming_slots().filter(need=need).exists():
        problems.add("slots_missing", "slots", _("Give at least one date that is still to come."))
    return problems
