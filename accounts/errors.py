"""Domain errors: what went wrong in words a user can act on, with a stable code.

Services raise these; one API handler and one page decorator turn them into answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

Fields = Mapping[str, list[Any]]


class DomainError(Exception):
    """Base of every refusal a service may give.

    Args:
        code: stable machine word, never shown to a person.
        message: what happened and what to do, translatable.
        fields: messages by input field, where a field is to blame.
    """

    status: ClassVar[int] = 400

    def __init__(self, code: str, message: Any = "", *, fields: Fields | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.fields: Fields = fields or {}

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" if self.message else self.code


class NotAllowed(DomainError):
    """The actor may know of this but may not do it (403)."""

    status = 403


class NotFound(DomainError):
    """It does not exist, or the actor may not know that it does (404)."""

    status = 404


class Conflict(DomainError):
    """It was possible once, but the state of things has moved on (409)."""

    status = 409


class Invalid(DomainError):
    """What was handed in cannot be taken as it is (422)."""

    status = 422
