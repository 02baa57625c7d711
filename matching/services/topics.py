"""What the outbox asks of this app: handlers of its topics, registered when the app is ready."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accounts.enums import NoticeGroup
from accounts.models import AuditEntry, Outbox
from accounts.services.notice_kinds import register_notices
from accounts.services.organizations import GUIDE_ENDED
from accounts.services.outbox import owe, register_topic
from matching.selectors.line import next_asking_time
from matching.services import guardians, run_merge, run_queue, run_steps
from matching.services.guardian_letters import send_letter
from matching.services.handover import hand_over_matches
from matching.services.permissions import go_on_with_permission
from matching.services.rescoring import look_again, look_at_everything, target_of
from matching.services.standby import ask_next_in_line
from matching.services.watches import tell_watchers
from regions.services.rescoring import GRANTED, NEED_OPENED
from regions.services.rescoring import TOPIC as RESCORE

NOTICES: dict[NoticeGroup, tuple[str, ...]] = {
    NoticeGroup.ANSWERS: (
        "match_proposed_guide", "review_escalated", "match_uncovered_admin", "standby_asked", "match_asked",
        "answer_reminder", "answer_overdue_guide", "promise_to_confirm", "consent_to_record",
    ),
    NoticeGroup.HAPPENED: (
        "match_answered", "match_extended", "meeting_recorded", "meeting_waived", "match_agreed", "match_confirmed",
        "match_redated", "match_thanks", "message_received",
    ),
    NoticeGroup.FITS: ("need_fits",),
    NoticeGroup.REMINDERS: ("deadline_warning", "roster_due_guide", "checks_due_guide"),
}  # fmt: skip
"""Kinds that may wait for the letter of the day. The others (meetings, endings, a date called off) always leave at once."""


def register() -> None:
    """Register every topic and kind of message of this app. Called once from ``AppConfig.ready``."""
    for group, kinds in NOTICES.items():
        register_notices(group, kinds)
    register_topic("matching.next_in_line", ask_next)
    register_topic(RESCORE, rescore)
    register_topic(NEED_OPENED, tell_watchers)
    # Every match is handed over, or goes on, in a transaction of its own, or the locks of two would cross.
    register_topic(GUIDE_ENDED, guide_ended, outside=True)
    register_topic(GRANTED, permission_granted, outside=True)
    register_topic(guardians.TOPIC, guardian_letter, outside=True)
    # The steps of a run hold leases of their own and take seconds: they run without a transaction around them.
    register_topic(run_queue.START, start_run, outside=True)
    register_topic(run_queue.SHARD, run_shard, outside=True)
    register_topic(run_queue.MERGE, merge_run, outside=True)


def ask_next(payload: dict[str, Any], *, outbox: Outbox) -> None:
    """Ask the next in line, or owe it again for 08:00 when people may not be asked now.

    What the line leaves then, and was kept for it over night, is looked at anew (see ``selectors.line.spoken_for``).
    """
    now = timezone.now()
    allowed = next_asking_time(now)
    if allowed > now:
        key = f"{outbox.key}@{allowed:%Y%m%d}"
        owe(topic=outbox.topic, key=key, payload=payload, not_before=allowed)
        owe(topic=RESCORE, key=f"{key}:rescore", payload=payload, not_before=allowed)
        return
    ask_next_in_line(need_id=payload["need"], now=now)


def rescore(payload: dict[str, Any], *, outbox: Outbox) -> None:  # noqa: ARG001  # the signature of a handler
    """Look at a changed need or party again, or at everything."""
    if payload.get("all"):
        look_at_everything()
        return
    target = target_of(payload)
    if target is not None:
        look_again(target)


def guide_ended(payload: dict[str, Any], *, outbox: Outbox) -> None:  # noqa: ARG001
    """Hand the live matches of a dismissed guide to colleagues."""
    hand_over_matches(guide_id=payload["guide"], now=timezone.now())


def permission_granted(payload: dict[str, Any], *, outbox: Outbox) -> None:  # noqa: ARG001
    """Go on with the matches that waited for a permission."""
    entry = AuditEntry.objects.select_related("actor").get(pk=payload["entry"])
    go_on_with_permission(offer_id=payload["offer"], entry=entry, now=timezone.now())


def guardian_letter(payload: dict[str, Any], *, outbox: Outbox) -> None:  # noqa: ARG001
    """Write to a guardian, unless it was answered or asked anew meanwhile."""
    send_letter(ask_id=payload["ask"])


def start_run(payload: dict[str, Any], *, outbox: Outbox) -> None:  # noqa: ARG001
    """Read and cut a queued run."""
    run_steps.start_run(run_id=payload["run"], now=timezone.now())


def run_shard(payload: dict[str, Any], *, outbox: Outbox) -> None:  # noqa: ARG001
    """Do one piece of a run: pack, score, advise or measure."""
    run_steps.run_shard(shard_id=payload["shard"], now=timezone.now())


def merge_run(payload: dict[str, Any], *, outbox: Outbox) -> None:  # noqa: ARG001
    """Go on with a run all of whose pieces are done: seal and cut, merge, write its next proposals, or close it."""
    run_merge.merge_run(run_id=payload["run"], now=timezone.now())
