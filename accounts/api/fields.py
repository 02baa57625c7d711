"""Parsing without surprises: what is not known is refused, what is too long is refused, nothing is cut in silence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.errors import Invalid
from accounts.models import User
from accounts.policies import Actor

PUBLIC_ID_MAX = 16
IDS_MAX = 60
ROWS_MAX = 100
INTEGER_MAX = 2_147_483_647  # of the databases' integer columns
FIRST_YEAR, LAST_YEAR = 1900, 2100  # what is later can be stored but not be turned into every time zone
UNKNOWN_SHOWN = 80  # characters of an unknown name that are repeated to the sender
Scope = Callable[[Actor], QuerySet[Any]]


class StrictSerializer(serializers.Serializer[Any]):
    """Input of an act. Refuses fields it does not know: a misspelt name must not look like success."""

    def to_internal_value(self, data: Any) -> Any:
        """The validated values.

        Raises:
            Invalid("unknown_field"): ``fields`` names each by its path, such as ``slots.colour``.
        """
        if isinstance(data, Mapping):
            self._refuse_unknown(data)
        return super().to_internal_value(data)

    def _refuse_unknown(self, data: Mapping[str, Any]) -> None:
        known = {name for name, field in self.fields.items() if not field.read_only}
        unknown = sorted(str(name)[:UNKNOWN_SHOWN] for name in set(data) - known)[:10]
        if unknown:
            message = _("There is no such field.")
            path = self._path()
            names = {path + name: [message] for name in unknown}
            raise Invalid("unknown_field", f"{message} ({', '.join(names)})", fields=names)

    def _path(self) -> str:
        names: list[str] = []
        field: Any = self
        while field is not None:
            names += [field.field_name] if field.field_name else []
            field = field.parent
        return "".join(f"{name}." for name in reversed(names))


def many(form: type[StrictSerializer], *, at_most: int = ROWS_MAX, **options: Any) -> Any:
    """A list of such forms, at most so many; services count again by their own rules."""
    return form(many=True, max_length=at_most, **options)  # type: ignore[call-arg]  # read by DRF's many_init


class EmptyForm(StrictSerializer):
    """An act that needs no words: an empty object, or no body at all."""


class NumberField(serializers.IntegerField):
    """A whole number that fits a column; services say what makes sense. No text, no yes or no."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", -INTEGER_MAX)
        kwargs.setdefault("max_value", INTEGER_MAX)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return super().to_internal_value(data)


class DayField(serializers.DateField):
    """A day of a time that anybody plans for. What lies beyond can be stored, and breaks the counting of days later."""

    def to_internal_value(self, value: Any) -> date:
        day = super().to_internal_value(value)
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            self.fail("invalid", format=f"YYYY-MM-DD, {FIRST_YEAR}–{LAST_YEAR}")
        return day


class YesNoField(serializers.BooleanField):
    """true or false, not words that look like it."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=str(data)[:UNKNOWN_SHOWN])
        return data


class TextField(serializers.CharField):
    """A text of at most ``max_length`` characters; blank is allowed unless said otherwise."""

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        kwargs.setdefault("allow_blank", True)
        super().__init__(max_length=max_length, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


@extend_schema_field(str)
class PublicIdField(serializers.SlugRelatedField[Any]):
    """One row by its public id, of those the signed-in person may name (``scope(user)``). Others do not exist."""

    def __init__(self, *, scope: Scope, slug_field: str = "public_id", **kwargs: Any) -> None:
        self.scope = scope
        super().__init__(slug_field=slug_field, **kwargs)

    def get_queryset(self) -> QuerySet[Any]:
        user: User = self.context["request"].user
        return self.scope(user)


class PublicIdsField(serializers.ListField):
    """Rows by their public ids, without repetition, in the order named; one query.

    Raises:
        Invalid("unknown_id"): one of them is not among those the person may name.
    """

    child = serializers.CharField(max_length=PUBLIC_ID_MAX)

    def __init__(self, *, scope: Scope, **kwargs: Any) -> None:
        self.scope = scope
        kwargs.setdefault("max_length", IDS_MAX)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> list[Model]:
        ids = list(dict.fromkeys(super().to_internal_value(data)))
        rows = self.scope(self.context["request"].user).filter(public_id__in=ids)
        found = {row.public_id: row for row in rows}
        missing = [public_id for public_id in ids if public_id not in found]
        if missing:
            message = _("Nothing is known by this id.")
            raise Invalid("unknown_id", message, fields={self.field_name or "ids": missing})
        return [found[public_id] for public_id in ids]
