"""What happens the moment somebody new has confirmed the e-mail address: the answers given before become a party."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse

from matching.web.join import begin_kept


class SignUpAdapter(DefaultAccountAdapter):
    """allauth's adapter. Its ``post_login`` is the end of the POST with which a code was confirmed."""

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """allauth's answer; before that, for who has just signed up, the party."""
        if kwargs.get("signup"):
            begin_kept(request, user)
        answer: HttpResponse = super().post_login(request, user, **kwargs)
        return answer
