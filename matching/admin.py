"""The administration pages of this app: everything is read here; weights are activated by their service."""

from __future__ import annotations

from typing import cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from matching.models import WeightSet
from matching.services.weights import activate_weights
from regions.admin import ReadOnly


@admin.register(WeightSet)
class WeightSetAdmin(ReadOnly, admin.ModelAdmin):
    """Versions of the weights. A new one is added over the API, with its reason; none is ever changed."""

    list_display = ("version", "is_active", "note", "created_at")
    ordering = ("-version",)
    actions = ("activate",)

    @admin.action(description=gettext_lazy("Use this version from the next run on"))
    def activate(self, request: HttpRequest, queryset: QuerySet[WeightSet]) -> None:
        """Activate the one version that was ticked."""
        rows = list(queryset[:2])
        if len(rows) != 1:
            self.message_user(request, _("Please choose one version."), messages.ERROR)
            return
        row = activate_weights(actor=cast("User", request.user), version=rows[0].version)
        self.message_user(request, _("Version %(version)d is used from now on.") % {"version": row.version})
