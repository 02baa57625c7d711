"""Tokens of people with a role: they open nothing while the person has no second factor."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication

from accounts.errors import NotAllowed
from accounts.models import User
from regions.policies import lacks_second_factor


class RoleTokenAuthentication(TokenAuthentication):
    """knox's tokens, each request asked anew whether the person's role now wants more than the person has.

    A token issued before somebody was given a role ended with the appointment (``services.tokens.end_tokens``).

    Raises:
        NotAllowed("second_factor_needed")
    """

    def validate_user(self, auth_token: Any) -> tuple[User, Any]:
        user, token = super().validate_user(auth_token)
        if lacks_second_factor(user):
            message = _("Your role asks for a second factor. Please sign in on the page and set it up first.")
            raise NotAllowed("second_factor_needed", message)
        return user, token


class RoleTokenScheme(OpenApiAuthenticationExtension):
    """How OpenAPI calls it."""

    target_class = RoleTokenAuthentication
    name = "tokenAuth"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:  # noqa: ARG002  # its signature
        """«Authorization: Token …»."""
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Token …"}
