"""How a view describes itself to OpenAPI: the same table of operations that the view itself works from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers, status

IDEMPOTENCY_HEADER = "Idempotency-Key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one address: its id, what comes in (``form``), what goes out (``answer``).

    ``many``: a page of answers. ``once``: the Idempotency-Key is honoured.
    """

    id: str
    form: type[serializers.Serializer[Any]] | None = None
    answer: type[serializers.BaseSerializer[Any]] | None = None
    status: int = status.HTTP_200_OK
    many: bool = False
    once: bool = False


class ErrorSerializer(serializers.Serializer[Any]):
    """Every refusal: a stable code, a sentence for a person, and messages by input field."""

    code = serializers.CharField()
    message = serializers.CharField()
    fields = serializers.DictField()  # type: ignore[assignment]  # the API's word; the metaclass keeps it apart


class HouseSchema(AutoSchema):
    """Reads ``tag`` and ``operations`` of a ``HouseView``."""

    view: Any

    def _operation(self) -> Operation:
        operations: dict[str, Operation] = self.view.operations
        return operations[self.method]

    def get_operation_id(self) -> str:
        return self._operation().id

    def get_tags(self) -> list[str]:
        return [self.view.tag]

    def get_request_serializer(self) -> Any:
        return self._operation().form

    def get_response_serializers(self) -> Any:
        operation = self._operation()
        answer = operation.answer(many=True) if operation.many and operation.answer else operation.answer
        return {operation.status: answer, "default": ErrorSerializer}

    def _is_list_view(self, serializer: Any = None) -> bool:
        if isinstance(serializer, type) and issubclass(serializer, ErrorSerializer):
            return False
        return self._operation().many and not isinstance(serializer, ErrorSerializer)

    def get_override_parameters(self) -> list[Any]:
        if not self._operation().once:
            return []
        return [
            OpenApiParameter(
                name=IDEMPOTENCY_HEADER,
                type=str,
                location=OpenApiParameter.HEADER,
                description="1 to 80 characters of your choice. The same key again gives the same answer and acts once.",
            )
        ]
