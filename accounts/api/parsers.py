"""Reading a body: bounded in size, and nothing in it that no database can hold."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, status
from rest_framework.parsers import JSONParser

BODY_MAX_BYTES = 2_500_000


class BodyTooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "body_too_large"
    default_detail = _("This is more than one request may carry. Please send less.")


class BoundedJSONParser(JSONParser):
    """JSON of at most 2.5 MB. Refuses NUL, halves of characters and nesting beyond reading with 400, before any view."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The parsed body.

        Raises:
            BodyTooLarge, rest_framework.exceptions.ParseError
        """
        raw = stream.read(BODY_MAX_BYTES + 1)
        if len(raw) > BODY_MAX_BYTES:
            raise BodyTooLarge
        try:
            parsed = super().parse(io.BytesIO(raw), media_type, dict(parser_context or {}))
            is_clean = _is_clean(parsed)
        except RecursionError:
            raise exceptions.ParseError(_("This is nested too deeply.")) from None
        if not is_clean:
            raise exceptions.ParseError(_("This holds characters that cannot be stored."))
        return parsed


def _is_clean(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)
    if isinstance(value, Mapping):
        return all(_is_clean(name) and _is_clean(item) for name, item in value.items())
    if isinstance(value, list):
        return all(_is_clean(item) for item in value)
    return True
