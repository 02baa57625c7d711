"""What one was told, and for operators what could not be told."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import HouseView, IsAdministrator, once
from accounts.api.fields import EmptyForm, StrictSerializer
from accounts.api.schema import Operation
from accounts.models import Notification, Outbox
from accounts.selectors.notifications import notifications_for
from accounts.selectors.outbox import dead_letters
from accounts.services.notifications import mark_read
from accounts.services.outbox import replay

KEY_MAX, KEYS_MAX = 160, 100


class NotificationSerializer(serializers.Serializer[Any]):
    """A message: ``kind`` names its text, ``context`` holds labels and ids the reader may know."""

    id = serializers.CharField(source="key", read_only=True)
    kind = serializers.CharField(read_only=True)
    context: Any = serializers.DictField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    emailed_at = serializers.DateTimeField(read_only=True, allow_null=True)
    read_at = serializers.DateTimeField(read_only=True, allow_null=True)


class NotificationFilter(filters.FilterSet):
    unread = django_filters.BooleanFilter(field_name="read_at", lookup_expr="isnull")
    kind = django_filters.CharFilter(field_name="kind", max_length=40)


class NotificationsView(HouseView):
    """One's own messages, newest first."""

    tag = "me"
    operations: ClassVar = {
        "GET": Operation(id="list_my_notifications", answer=NotificationSerializer, many=True)
    }
    queryset = Notification.objects.none()
    filterset_class = NotificationFilter

    def rows(self) -> QuerySet[Notification]:
        return notifications_for(self.actor)

    def get(self, _request: Request) -> Response:
        return self.page()


class ReadForm(StrictSerializer):
    """Ids of one's own messages; others are passed over."""

    ids = serializers.ListField(child=serializers.CharField(max_length=KEY_MAX), max_length=KEYS_MAX)


class ReadSerializer(serializers.Serializer[Any]):
    """How many were unread."""

    read = serializers.IntegerField(read_only=True)


class ReadView(HouseView):
    """Noting that one has read messages."""

    tag = "me"
    operations: ClassVar = {
        "POST": Operation(id="mark_notifications_read", form=ReadForm, answer=ReadSerializer, once=True)
    }
    queryset = Notification.objects.none()

    @once
    def post(self, _request: Request) -> Response:
        keys = self.values()["ids"]
        mine = notifications_for(self.actor).filter(key__in=keys).values_list("pk", flat=True)
        return self.reply({"read": mark_read(user=self.actor, notification_ids=list(mine))})


class DeadLetterSerializer(serializers.Serializer[Any]):
    """An effect that was given up after eight attempts, and why."""

    id = serializers.CharField(source="key", read_only=True)
    topic = serializers.CharField(read_only=True)
    attempts = serializers.IntegerField(read_only=True)
    dead_at = serializers.DateTimeField(read_only=True, allow_null=True)
    last_error = serializers.CharField(read_only=True)


class DeadLettersView(HouseView):
    """For administrators: effects that were given up, newest first."""

    tag = "operation"
    operations: ClassVar = {"GET": Operation(id="list_dead_letters", answer=DeadLetterSerializer, many=True)}
    permission_classes = [IsAdministrator]
    queryset = Outbox.objects.none()
    ordering = ("-dead_at",)
    ordering_fields = ("dead_at",)

    def rows(self) -> QuerySet[Outbox]:
        return dead_letters()

    def get(self, _request: Request) -> Response:
        return self.page()


class ReplayView(HouseView):
    """For administrators: a dead letter gets its eight attempts again."""

    tag = "operation"
    operations: ClassVar = {
        "POST": Operation(id="replay_dead_letter", form=EmptyForm, answer=DeadLetterSerializer, once=True)
    }
    permission_classes = [IsAdministrator]
    queryset = Outbox.objects.none()
    lookup_field = "key"

    def rows(self) -> QuerySet[Outbox]:
        return Outbox.objects.all()

    @once
    def post(self, _request: Request, **_address: str) -> Response:
        self.values()
        return self.reply(replay(outbox_id=self.found().pk, actor=self.actor))
