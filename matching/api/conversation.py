"""Messages within a match: read and written by the two sides and the guides."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import once
from accounts.api.schema import Operation
from accounts.errors import NotFound
from matching.api import answers
from matching.api.base import MatchView
from matching.api.forms import MessageForm
from matching.models import Match, MatchMessage
from matching.selectors.conversation import messages_of, takes_part
from matching.selectors.sights import MatchSight
from matching.selectors.viewers import entered_for, viewer_of
from matching.services.conversation import send_message


class MessagesView(MatchView):
    """What is written within a match, newest first, and a new message. Contact data has no place here before the promise."""

    operations: ClassVar = {
        "GET": Operation(id="list_match_messages", answer=answers.MessageSerializer, many=True),
        "POST": Operation(
            id="send_match_message",
            form=MessageForm,
            answer=answers.MessageSerializer,
            status=status.HTTP_201_CREATED,
            once=True,
        ),
    }
    ordering = ("-sent_at",)
    ordering_fields = ("sent_at",)

    def rows(self) -> QuerySet[Match]:
        return super().rows().select_related("volunteer__home")

    def get_queryset(self) -> QuerySet[Any]:
        """The messages of the match of the address."""
        if getattr(self, "swagger_fake_view", False):
            return MatchMessage.objects.none()
        self.sight = self._sight()
        return messages_of(self.sight.match)

    def page_context(self, _shown: list[Any]) -> dict[str, Any]:
        return {"sight": self.sight}

    def get(self, _request: Request, **_address: str) -> Response:
        return self.page()

    @once
    def post(self, _request: Request, **_address: str) -> Response:
        sight, values = self._sight(), self.values()
        region, is_party = sight.match.need.region, "party" in sight.sides
        values["on_behalf_of"] = entered_for(
            self.actor, region, stated=values.get("on_behalf_of", ""), as_party=is_party
        )
        message = send_message(match_id=sight.match.pk, actor=self.actor, **values)
        return self.reply(message, sight=sight)

    def _sight(self) -> MatchSight:
        """The match as the person sees it.

        Raises:
            NotFound("not_found"): also for who sees the match without taking part in it.
        """
        match = self.found()
        sight = MatchSight(match, viewer_of(self.actor, [match]))
        if not takes_part(sight.viewer.roles_on(match)):
            raise NotFound("not_found", _("This does not exist, or is not for you to see."))
        return sight
