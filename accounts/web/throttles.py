"""How often a page that opens by a secret alone may be asked for what does not exist."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle


class GuessThrottle(SimpleRateThrottle):
    """By the caller's address: thirty wrong guesses a minute. Whoever knows the secret is never counted."""

    scope = "guess"
    rate = "30/min"

    def get_cache_key(self, request: Request, _view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


def may_guess_again(request: HttpRequest) -> bool:
    """Count one wrong guess; whether there may be another answer than «too many»."""
    return bool(GuessThrottle().allow_request(cast("Request", request), cast("Any", None)))
