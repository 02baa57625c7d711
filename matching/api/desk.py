"""A guide's desk, what is between people and places, and whether everything holds."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import HouseView, IsAdministrator, once
from accounts.api.schema import Operation
from matching.api import answers, desk_answers
from matching.api.base import MatchView
from matching.api.filters import MATCH_BACKENDS, ReviewFilter
from matching.api.forms import BlockForm
from matching.models import Answer, Block, Match, Relation
from matching.selectors.matches import relations_for
from matching.selectors.reviews import call_list, review_queue
from matching.selectors.viewers import viewer_in, viewer_of
from matching.services.blocks import block_other_side
from matching.services.invariants import check_invariants


class ReviewQueueView(MatchView):
    """Proposals of the communities one guides, the most urgent first; held ones with ``snoozed=true``."""

    tag = "review"
    operations: ClassVar = {
        "GET": Operation(id="list_review_queue", answer=answers.MatchRowSerializer, many=True)
    }
    filter_backends = MATCH_BACKENDS
    filterset_class = ReviewFilter
    ordering = ("due_order",)
    ordering_fields = ("due_at", "created_at", "score_micro")

    def rows(self) -> QuerySet[Match]:
        return review_queue(self.actor)

    def page_context(self, shown: list[Any]) -> dict[str, Any]:
        return {"viewer": viewer_of(self.actor, shown)}

    def get(self, _request: Request) -> Response:
        return self.page()


class CallListView(HouseView):
    """Silent sides of the communities one guides, the longest overdue first."""

    tag = "review"
    operations: ClassVar = {"GET": Operation(id="list_calls", answer=desk_answers.CallSerializer, many=True)}
    queryset = Answer.objects.none()
    ordering = ("overdue_at",)
    ordering_fields = ("overdue_at", "lapse_at")

    def rows(self) -> QuerySet[Answer]:
        return call_list(self.actor)

    def get(self, _request: Request) -> Response:
        return self.page()


class RelationsView(HouseView):
    """What has grown between participants and communities one speaks or guides for."""

    tag = "relations"
    operations: ClassVar = {
        "GET": Operation(id="list_relations", answer=desk_answers.RelationSerializer, many=True)
    }
    queryset = Relation.objects.none()
    ordering = ("pk",)
    ordering_fields = ("days",)

    def rows(self) -> QuerySet[Relation]:
        return relations_for(self.actor)

    def page_context(self, shown: list[Any]) -> dict[str, Any]:
        return {"viewer": viewer_in(self.actor, [row.region_id for row in shown])}

    def get(self, _request: Request) -> Response:
        return self.page()


class BlocksView(HouseView):
    """One side does not want to be matched with the other any more; the other is not told."""

    tag = "relations"
    operations: ClassVar = {
        "POST": Operation(
            id="block_other_side",
            form=BlockForm,
            answer=desk_answers.BlockSerializer,
            status=status.HTTP_201_CREATED,
            once=True,
        )
    }
    queryset = Block.objects.none()

    @once
    def post(self, _request: Request) -> Response:
        return self.reply(block_other_side(actor=self.actor, **self.values()))


class InvariantsView(HouseView):
    """For administrators: what must always be true, and what is not."""

    tag = "operation"
    operations: ClassVar = {"GET": Operation(id="check_invariants", answer=desk_answers.InvariantsSerializer)}
    permission_classes = [IsAdministrator]
    queryset = Match.objects.none()

    def get(self, _request: Request) -> Response:
        failures = check_invariants(now=timezone.now())
        return self.reply({"ok": not failures, "failures": failures})
