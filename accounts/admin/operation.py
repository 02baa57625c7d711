"""What the operator looks at: effects that are owed and dead letters, who does the work, and what is on record."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.base import ReadOnlyAdmin
from accounts.errors import DomainError
from accounts.models import AuditEntry, Outbox, User, WorkerHeartbeat
from accounts.selectors.heartbeats import FRESH
from accounts.services.outbox import replay


class HowItStands(admin.SimpleListFilter):
    """Open, dead, done, or called off before it was due."""

    title = gettext_lazy("how it stands")
    parameter_name = "stands"

    def lookups(self, _request: HttpRequest, _model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [
            ("open", _("owed")),
            ("dead", _("dead letter")),
            ("done", _("done")),
            ("cancelled", _("called off")),
        ]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Outbox]) -> QuerySet[Outbox]:
        chosen: dict[str, dict[str, Any]] = {
            "open": {"done_at": None, "dead_at": None, "cancelled_at": None},
            "dead": {"dead_at__isnull": False},
            "done": {"done_at__isnull": False},
            "cancelled": {"cancelled_at__isnull": False},
        }
        return queryset.filter(**chosen.get(self.value() or "", {}))


@admin.register(Outbox)
class OutboxAdmin(ReadOnlyAdmin):
    """What is owed and what was given up, with why. A dead letter is given its attempts again by the service."""

    list_display = ("topic", "key", "created_at", "next_at", "attempts", "done_at", "dead_at", "short_error")
    list_filter = (HowItStands, "topic")
    search_fields = ("key", "topic")
    ordering = ("-pk",)
    actions = ("try_again",)
    show_full_result_count = False

    @admin.display(description=gettext_lazy("last error"))
    def short_error(self, row: Outbox) -> str:
        """Enough to recognise it; the whole is on its own page."""
        return row.last_error[:80]

    @admin.action(description=gettext_lazy("Try these dead letters again"))
    def try_again(self, request: HttpRequest, queryset: QuerySet[Outbox]) -> None:
        """Each dead letter that was ticked begins anew; the others are named and left alone."""
        refused = 0
        rows = list(queryset.order_by("pk").values_list("pk", flat=True))
        for pk in rows:
            try:
                replay(outbox_id=pk, actor=cast("User", request.user))
            except DomainError as refusal:
                refused += 1
                self.message_user(request, str(refusal.message), messages.WARNING)
        self.message_user(request, _("%(count)d are tried again.") % {"count": len(rows) - refused})


@admin.register(WorkerHeartbeat)
class WorkerHeartbeatAdmin(ReadOnlyAdmin):
    """Which processes say that they live, and which have fallen silent."""

    list_display = ("name", "kind", "pid", "started_at", "seen_at", "is_alive")
    list_filter = ("kind",)
    ordering = ("-seen_at",)

    @admin.display(boolean=True, description=gettext_lazy("heard within a minute"))
    def is_alive(self, row: WorkerHeartbeat) -> bool:
        """Whether it said so lately."""
        return timezone.now() - row.seen_at <= FRESH


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Who did what to what, on whose behalf. Searched by action, by the id of what it was done to, and by person."""

    list_display = ("at", "actor", "on_behalf_of", "action", "target_type", "target_id", "target_label")
    list_filter = ("action", "target_type")
    list_select_related = ("actor",)
    search_fields = ("=action", "=target_id", "target_label", "=actor__email", "actor__name")
    date_hierarchy = "at"
    ordering = ("-at", "-pk")
    show_full_result_count = False
