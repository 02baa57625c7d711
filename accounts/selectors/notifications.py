"""What a person was told."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts.models import Notification, User


def notifications_for(user: User) -> QuerySet[Notification]:
    """A person's own messages, newest first; nobody reads those of another."""
    return Notification.objects.filter(user=user).order_by("-created_at", "-pk")


def unread_count(user: User) -> int:
    """How many of their messages a person has not read. One query."""
    return Notification.objects.filter(user=user, read_at=None).count()
