"""What is on record of a need, in words: who did what, and on whose behalf."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import AuditEntry
from regions.enums import ReadBackHow

ACTS: Mapping[str, Any] = {
    "need.post": gettext_lazy("Taken down as a consultation"),
    "need.update": gettext_lazy("Revised"),
    "need.hearing": gettext_lazy("The interview began"),
    "need.consented": gettext_lazy("The community agreed"),
    "need.read_back": gettext_lazy("Read back and agreed to"),
    "need.open": gettext_lazy("Made public"),
    "need.pause": gettext_lazy("Paused"),
    "need.closed": gettext_lazy("Closed"),
    "need.add_slot": gettext_lazy("A date was added"),
    "need.add_rule": gettext_lazy("A rule for dates was added"),
    "need.expand": gettext_lazy("The dates of the coming year were written out"),
    "need.repeat": gettext_lazy("Posted again, as last year"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the record. ``AuditEntry`` came with its actor."""

    entry: AuditEntry

    @property
    def at(self) -> datetime:
        return self.entry.at

    @property
    def what(self) -> str:
        """The act in words."""
        return str(ACTS.get(self.entry.action, self.entry.action))

    @property
    def who(self) -> str:
        """Who entered it: a person, or the worker."""
        return _("the system") if self.entry.actor.is_system else str(self.entry.actor)

    @property
    def on_behalf_of(self) -> str:
        return self.entry.on_behalf_of

    @property
    def agreed(self) -> str:
        """Who agreed, and how; of a reading back alone."""
        details = self.entry.details
        if "agreed_by" not in details:
            return ""
        return f"{details['agreed_by']} ({ReadBackHow(details['how']).label})"

    @property
    def read(self) -> list[str]:
        """What was read; of a reading back alone."""
        return list(self.entry.details.get("read", ()))
