"""How often somebody who is not signed in may knock."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle


class KnockThrottle(SimpleRateThrottle):
    """By the caller's address: thirty knocks a minute at all the doors for strangers together."""

    scope = "knock"
    rate = "30/min"

    def get_cache_key(self, request: Request, _view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


class MailThrottle(SimpleRateThrottle):
    """By the e-mail address that is named, whoever names it: nobody's mailbox is flooded, no code is guessed."""

    scope = "mail"
    rate = "6/min"

    def get_cache_key(self, request: Request, _view: Any) -> str | None:
        email = request.data.get("email") if isinstance(request.data, Mapping) else None
        if not isinstance(email, str):
            return None
        digest = hashlib.sha256(email.strip().lower().encode("utf-8", "replace")).hexdigest()
        return self.cache_format % {"scope": self.scope, "ident": digest}


class MailDayThrottle(MailThrottle):
    """The same for a day."""

    scope = "mail_day"
    rate = "30/day"
