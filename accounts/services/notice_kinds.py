"""Which group each kind of message belongs to. Each app registers its own in ``AppConfig.ready()``: no arrow upward."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from accounts.enums import NoticeChoice, NoticeGroup
from accounts.models import NoticeSetting, User

URGENT = timedelta(hours=48)
DEFAULTS = {
    NoticeGroup.ANSWERS: NoticeChoice.AT_ONCE,
    NoticeGroup.HAPPENED: NoticeChoice.DAILY,
    NoticeGroup.FITS: NoticeChoice.DAILY,
    NoticeGroup.REMINDERS: NoticeChoice.DAILY,
}
_groups: dict[str, NoticeGroup] = {}


def register_notices(group: NoticeGroup, kinds: Iterable[str]) -> None:
    """Put kinds of messages into a group. A kind in none is e-mailed at once and cannot be turned off."""
    _groups.update(dict.fromkeys(kinds, group))


def group_of(kind: str) -> NoticeGroup | None:
    """The group of a kind; None for what is always e-mailed at once: meetings, endings, what was asked at the door."""
    return _groups.get(kind)


def mail_for(user: User, kind: str, *, due_at: datetime | None, now: datetime) -> NoticeChoice:
    """How a message is e-mailed: as the person chose for its group; what is due within 48 hours does not wait for 18:00.

    One query.
    """
    group = group_of(kind)
    if group is None:
        return NoticeChoice.AT_ONCE
    chosen = NoticeSetting.objects.filter(user=user, group=group).values_list("choice", flat=True).first()
    choice = NoticeChoice(chosen) if chosen else DEFAULTS[group]
    is_urgent = due_at is not None and due_at <= now + URGENT
    return NoticeChoice.AT_ONCE if choice == NoticeChoice.DAILY and is_urgent else choice
