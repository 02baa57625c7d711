"""Input fields of this app."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from accounts.api.fields import LAST_YEAR


class MomentField(serializers.DateTimeField):
    """A time as it was written. One without a zone is the service's to refuse; DRF would guess Tokyo in silence."""

    def enforce_timezone(self, value: datetime) -> datetime:
        if value.year > LAST_YEAR:
            self.fail("invalid", format="YYYY-MM-DDThh:mm[+HH:MM]")
        return value if timezone.is_naive(value) else super().enforce_timezone(value)

    def to_representation(self, value: Any) -> Any:
        """Not for output: answers use DateTimeField."""
        raise NotImplementedError
