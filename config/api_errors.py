"""One shape for every refusal of the API: {code, message, fields}."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import DataError, IntegrityError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.serializers import as_serializer_error
from rest_framework.views import exception_handler, set_rollback

from accounts.errors import DomainError

INTEGRITY = "integrity"
INVALID = "invalid"


def _answer(
    *, code: str, message: Any, fields: Mapping[str, Any] | None = None, status_code: int
) -> Response:
    body = {"code": code, "message": str(message), "fields": _plain(fields or {})}
    return Response(body, status=status_code)


def _plain(value: Any) -> Any:
    """Lazy texts made text, shape kept."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return str(value)


def _validation(error: exceptions.ValidationError | ModelValidationError) -> Response:
    fields = as_serializer_error(error)
    return _answer(
        code=INVALID,
        message=_("Something in what you sent cannot be used. See the fields."),
        fields=fields,
        status_code=status.HTTP_422_UNPROCESSABLE_ENTITY,
    )


def _framework(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's own refusals (not signed in, no such method, too many requests): its status and headers, our shape."""
    response = exception_handler(error, context)
    if response is None:
        return None
    named = {Http404: "not_found", PermissionDenied: "permission_denied"}
    code = named.get(type(error)) or getattr(error, "default_code", "error")
    detail = response.data.get("detail", "") if isinstance(response.data, Mapping) else ""
    response.data = {"code": code, "message": str(detail), "fields": {}}
    return response


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn what a view raised into an answer; None lets an unknown error through, to be seen and mended.

    Domain errors carry their own status and code; wrong input is 422 with its fields, and so is a number or date that
    Python or the database cannot hold; a constraint of the database that refused is 409, because two people changed
    the same thing at once.
    """
    if isinstance(error, DomainError):
        set_rollback()
        return _answer(code=error.code, message=error.message, fields=error.fields, status_code=error.status)
    if isinstance(error, (exceptions.ValidationError, ModelValidationError)):
        set_rollback()
        return _validation(error)
    if isinstance(error, (OverflowError, DataError)):
        set_rollback()
        return _answer(
            code=INVALID,
            message=_("A number or a date in what you sent is out of range."),
            status_code=status.HTTP_422_UNPROCESSABLE_ENTITY,
        )
    if isinstance(error, IntegrityError):
        set_rollback()
        return _answer(
            code=INTEGRITY,
            message=_("Somebody changed this at the same time. Load it again and look before you repeat."),
            status_code=status.HTTP_409_CONFLICT,
        )
    return _framework(error, context)
