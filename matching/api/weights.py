"""The engine's weights, by version: read, added and activated by administrators. A version is never changed."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import HouseView, IsAdministrator, once
from accounts.api.fields import INTEGER_MAX, EmptyForm, NumberField, StrictSerializer, TextField
from accounts.api.schema import Operation
from matching.api.answers import Answer
from matching.models import WeightSet
from matching.selectors.weights import weight_history, weight_versions
from matching.services.weights import activate_weights, add_weights

NOTE_MAX = 200


class WeightsForm(StrictSerializer):
    """A new version: the numbers that differ from the active one, and why."""

    numbers = serializers.DictField(child=NumberField(min_value=0, max_value=INTEGER_MAX), allow_empty=False)
    note = TextField(max_length=NOTE_MAX, allow_blank=False)


class WeightsEventSerializer(Answer):
    """Who added or activated a version."""

    action = serializers.CharField()
    actor = serializers.CharField()
    at = serializers.DateTimeField()


class WeightsSerializer(Answer):
    """One version with all its numbers, how many runs used it, and who added and activated it when."""

    version = serializers.IntegerField()
    is_active = serializers.BooleanField()
    note = serializers.CharField(allow_blank=True)
    numbers = serializers.DictField(source="values", child=serializers.IntegerField())
    runs = serializers.IntegerField(source="runs_total")
    created_at = serializers.DateTimeField()
    history = serializers.SerializerMethodField()

    def get_history(self, row: WeightSet) -> list[dict[str, Any]]:
        """Oldest first."""
        shown: list[dict[str, Any]] = [
            dict(WeightsEventSerializer(entry).data) for entry in self.context["history"].get(row.pk, [])
        ]
        return shown


class WeightsView(HouseView):
    """What the addresses of weights share."""

    tag = "operation"
    permission_classes = [IsAdministrator]
    queryset = WeightSet.objects.none()
    ordering = ("-version",)
    ordering_fields = ("version",)

    def rows(self) -> QuerySet[WeightSet]:
        return weight_versions(self.actor)

    def version(self, row: WeightSet) -> Response:
        """One version as the list shows it."""
        return self.reply(self.rows().get(pk=row.pk), history=weight_history([row]))


class AllWeightsView(WeightsView):
    """Versions of the weights, newest first; adding one, which is not active yet."""

    operations: ClassVar = {
        "GET": Operation(id="list_weights", answer=WeightsSerializer, many=True),
        "POST": Operation(
            id="add_weights",
            form=WeightsForm,
            answer=WeightsSerializer,
            status=status.HTTP_201_CREATED,
            once=True,
        ),
    }

    def page_context(self, shown: list[Any]) -> dict[str, Any]:
        return {"history": weight_history(shown)}

    def get(self, _request: Request) -> Response:
        return self.page()

    @once
    def post(self, _request: Request) -> Response:
        said = self.values()
        return self.version(add_weights(actor=self.actor, values=said["numbers"], note=said["note"]))


class ActivateWeightsView(WeightsView):
    """Use a version from the next run on; runs under way keep theirs. An earlier version may be activated again."""

    operations: ClassVar = {
        "POST": Operation(id="activate_weights", form=EmptyForm, answer=WeightsSerializer, once=True)
    }

    @once
    def post(self, _request: Request, *, version: int) -> Response:
        self.values()
        return self.version(activate_weights(actor=self.actor, version=version))
