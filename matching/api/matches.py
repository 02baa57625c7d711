"""Matches: lists, one of them, a new one, its contacts and its moves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import once
from accounts.api.schema import Operation
from matching.api import answers
from matching.api.base import MatchView, Values, sight_of
from matching.api.filters import MATCH_BACKENDS, MatchFilter
from matching.api.forms import MatchForm
from matching.enums import Origin
from matching.models import Match, MatchEvent
from matching.selectors.matches import events_of, matches_for, origin_for
from matching.selectors.viewers import Viewer, entered_for, viewer_of
from matching.services.applications import ask_for_need
from matching.services.disclosure import reveal
from matching.services.proposals import invite_party, suggest_match

BEGINNINGS: dict[Origin, Callable[..., Match]] = {
    Origin.PARTY: ask_for_need,
    Origin.REGION: invite_party,
    Origin.GUIDE: suggest_match,
}


class MatchesView(MatchView):
    """Matches one may know of; applying for a need, inviting a participant, suggesting a pair."""

    operations: ClassVar = {
        "GET": Operation(id="list_matches", answer=answers.MatchRowSerializer, many=True),
        "POST": Operation(
            id="propose_match",
            form=MatchForm,
            answer=answers.MatchSerializer,
            status=status.HTTP_201_CREATED,
            once=True,
        ),
    }
    filter_backends = MATCH_BACKENDS
    filterset_class = MatchFilter
    ordering_fields = ("created_at", "due_at", "score_micro")

    def rows(self) -> QuerySet[Match]:
        return matches_for(self.actor)

    def page_context(self, shown: list[Any]) -> dict[str, Any]:
        return {"viewer": viewer_of(self.actor, shown)}

    def get(self, _request: Request) -> Response:
        return self.page()

    @once
    def post(self, _request: Request) -> Response:
        return self.reply(sight_of(self._begun(self.values()), self.actor))

    def _begun(self, values: Values) -> Match:
        need, party = values.pop("need"), values.pop("party")
        stated, on_behalf_of = values.pop("as", None), values.pop("on_behalf_of", "")
        origin = Origin(stated) if stated else origin_for(self.actor, need, party)
        if origin == Origin.REGION:
            values["on_behalf_of"] = entered_for(self.actor, need.region, stated=on_behalf_of)
        return BEGINNINGS[origin](actor=self.actor, need=need, volunteer=party, **values)


class OneMatchView(MatchView):
    """One match as this viewer may see it."""

    operations: ClassVar = {"GET": Operation(id="get_match", answer=answers.MatchSerializer)}

    def get(self, _request: Request, **_address: str) -> Response:
        return self.reply(sight_of(self.found(), self.actor))


class ContactsView(MatchView):
    """The other side's people as far as the state discloses them. Every reading is put on record."""

    operations: ClassVar = {"GET": Operation(id="reveal_contacts", answer=answers.ContactsSerializer)}

    def get(self, _request: Request, **_address: str) -> Response:
        return self.reply({"contacts": reveal(match=self.found(), viewer=self.actor)})


class EventsView(MatchView):
    """The moves of a match, in order; a side reads them without the other side's words."""

    operations: ClassVar = {
        "GET": Operation(id="list_match_events", answer=answers.EventSerializer, many=True)
    }
    ordering = ("seq",)
    ordering_fields = ("seq",)
    viewer: Viewer

    def get_queryset(self) -> QuerySet[Any]:
        """The events of the match of the address."""
        if getattr(self, "swagger_fake_view", False):
            return MatchEvent.objects.none()
        match = self.found()
        self.viewer = viewer_of(self.actor, [match])
        return events_of(match, self.viewer)

    def page_context(self, _shown: list[Any]) -> dict[str, Any]:
        return {"viewer": self.viewer}

    def get(self, _request: Request, **_address: str) -> Response:
        return self.page()
