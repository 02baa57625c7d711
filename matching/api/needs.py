"""Needs as the matching changes them: what would bring more, closing one, places and dates that may be promised already."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import HouseView, once
from accounts.api.schema import Operation
from matching.api import answers, desk_answers, forms
from matching.selectors.diagnosis import diagnosis_for
from matching.selectors.viewers import entered_for
from matching.services.slots import cancel_slot, close_need, set_slot_places
from regions.models import Need, Slot
from regions.policies import needs_visible_to


class NeedView(HouseView):
    """Needs one may know of."""

    tag = "needs"
    queryset = Need.objects.none()

    def rows(self) -> QuerySet[Need]:
        return needs_visible_to(self.actor).select_related("region__municipality")


class DiagnosisView(NeedView):
    """What keeps people from a need and what would bring more: for its guides, its community and administrators.

    A need that finds enough has one once somebody has asked for a run over it.
    """

    operations: ClassVar = {"GET": Operation(id="get_diagnosis", answer=desk_answers.DiagnosisSerializer)}

    def get(self, _request: Request, **_address: str) -> Response:
        return self.reply(diagnosis_for(self.actor, self.found()))


class CloseNeedView(NeedView):
    """Close a need: what is not yet promised ends with the neutral sentence; promises stand."""

    operations: ClassVar = {
        "POST": Operation(
            id="close_need", form=forms.CloseForm, answer=desk_answers.NeedStageSerializer, once=True
        )
    }

    @once
    def post(self, _request: Request, **_address: str) -> Response:
        need, values = self.found(), self.values()
        stated = values.pop("on_behalf_of", "")
        label = entered_for(self.actor, need.region, stated=stated)
        return self.reply(close_need(need=need, actor=self.actor, on_behalf_of=label, **values))


class SlotView(HouseView):
    """Dates of needs one may know of."""

    tag = "needs"
    queryset = Slot.objects.none()

    def rows(self) -> QuerySet[Slot]:
        rows = Slot.objects.select_related("need__region__municipality")
        return rows.filter(need__in=needs_visible_to(self.actor))

    def entered(self, slot: Slot) -> dict[str, Any]:
        """The values with ``on_behalf_of``: as stated, else by the office of a municipal officer."""
        values = self.values()
        stated = values.get("on_behalf_of", "")
        return values | {"on_behalf_of": entered_for(self.actor, slot.need.region, stated=stated)}


class SlotPlacesView(SlotView):
    """Change the number of places of a date; never below the places that are held."""

    operations: ClassVar = {
        "POST": Operation(
            id="set_slot_places", form=forms.PlacesForm, answer=answers.MatchSlotSerializer, once=True
        )
    }

    @once
    def post(self, _request: Request, **_address: str) -> Response:
        slot = self.found()
        return self.reply(set_slot_places(slot=slot, actor=self.actor, **self.entered(slot)))


class CancelSlotView(SlotView):
    """Call a date off: matches for this date alone end, others keep their other dates."""

    operations: ClassVar = {
        "POST": Operation(
            id="cancel_slot", form=forms.CancelSlotForm, answer=answers.MatchSlotSerializer, once=True
        )
    }

    @once
    def post(self, _request: Request, **_address: str) -> Response:
        slot = self.found()
        return self.reply(cancel_slot(slot=slot, actor=self.actor, **self.entered(slot)))
