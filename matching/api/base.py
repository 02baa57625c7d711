"""What the addresses of matches share: who may know of which, and an act that answers with the match as it then is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import HouseView, once
from accounts.api.schema import Operation
from matching.api.answers import MatchSerializer
from matching.models import Match
from matching.policies import matches_visible_to
from matching.selectors.sights import sight_of
from matching.selectors.viewers import entered_for

Values = dict[str, Any]
Act = Callable[..., Match]


@method_decorator(never_cache, name="dispatch")
class MatchView(HouseView):
    """What the views of matches share: those the person may know of."""

    tag = "matches"
    queryset = Match.objects.none()

    def rows(self) -> QuerySet[Match]:
        return matches_visible_to(self.actor).select_related("need__region__municipality", "volunteer")


class MatchAct(MatchView):
    """One move of one match. Refused as the service refuses; twice is refused by the state it left."""

    def act(self, match: Match, values: Values) -> Match:
        """Call the one service of this act."""
        raise NotImplementedError

    @once
    def post(self, _request: Request, **_address: str) -> Response:
        match = self.found()
        return self.reply(sight_of(self.act(match, self.values()), self.actor))

    def entered(self, match: Match, values: Values) -> Values:
        """The values with ``on_behalf_of``: an officer's entry is marked with the office where nothing is stated."""
        as_party = match.volunteer.representative_id == self.actor.pk
        stated = values.get("on_behalf_of", "")
        return values | {
            "on_behalf_of": entered_for(self.actor, match.need.region, stated=stated, as_party=as_party)
        }


def act_operation(name: str, form: type[serializers.Serializer[Any]]) -> dict[str, Operation]:
    """The table of an act's one operation."""
    return {"POST": Operation(id=f"{name}_match", form=form, answer=MatchSerializer, once=True)}


class SimpleAct(MatchAct):
    """An act whose form has the very arguments of its service."""

    service: ClassVar[Act]

    def act(self, match: Match, values: Values) -> Match:
        return type(self).service(match_id=match.pk, actor=self.actor, **values)


class EnteredAct(SimpleAct):
    """The same for an act that is entered on somebody's behalf."""

    def act(self, match: Match, values: Values) -> Match:
        return super().act(match, self.entered(match, values))
