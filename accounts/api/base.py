"""What every address of the API shares: pages, parsing, one table of operations a view, acts that happen once.

A view parses, calls one service or selector, and serializes. It holds no transaction, no permission test and no state
test: those are the service's, so that the pages and the API give the same verdict. ::

    class NeedsView(HouseView):
        tag = "needs"
        operations = {
            "GET": Operation(id="list_needs", answer=NeedSerializer, many=True),
            "POST": Operation(id="post_need", form=NeedForm, answer=NeedSerializer, status=201, once=True),
        }
        queryset = Need.objects.none()  # its model is what OpenAPI needs to know

        def rows(self):
            return needs_for(self.request.user)

        def get(self, _request):
            return self.page()

        @once
        def post(self, _request):
            return self.reply(post_need(actor=self.actor, **self.values()))
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

from django.core.exceptions import RequestDataTooBig, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import BooleanFilter
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import exceptions, filters, generics, pagination, permissions
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.parsers import BodyTooLarge, BoundedJSONParser
from accounts.api.schema import IDEMPOTENCY_HEADER, HouseSchema, Operation
from accounts.errors import Invalid, NotFound
from accounts.models import User
from accounts.policies import is_admin
from accounts.services.idempotency import idempotent

Handler = Callable[..., Response]
PAGE_PARAMETERS = frozenset({"cursor", "page_size", "ordering"})
YES_OR_NO = frozenset({"true", "false", ""})  # empty: a form on which nothing was chosen
NAME_SHOWN = 80  # characters of an unknown name that are repeated to the sender


class HousePagination(pagination.CursorPagination):
    """Pages by a cursor: nothing is skipped or repeated when rows are added meanwhile."""

    page_size = 25
    page_size_query_param = "page_size"
    max_page_size = 100

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> tuple[str, ...]:
        """The order asked for, made total by the primary key."""
        ordering = tuple(super().get_ordering(request, queryset, view))
        return (*ordering, "-pk" if ordering[0].startswith("-") else "pk")

    def get_page_size(self, request: Request) -> int:
        """The rows asked for: 1 to 100; anything else is refused, not corrected in silence (422)."""
        asked = request.query_params.get(self.page_size_query_param)
        if asked is None:
            return self.page_size
        if not re.fullmatch(r"[0-9]{1,3}", asked) or not 1 <= int(asked) <= self.max_page_size:
            message = _("Give a whole number from %(least)d to %(most)d.")
            wrong = message % {"least": 1, "most": self.max_page_size}
            raise exceptions.ValidationError({self.page_size_query_param: [wrong]})
        return int(asked)

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValueError, ValidationError) as error:  # a position that no value of the column can have
            raise exceptions.NotFound(self.invalid_cursor_message) from error


class StrictFilterBackend(DjangoFilterBackend):
    """Refuses filters it does not know or understand: everything is not an answer to a misspelt question.

    Raises:
        Invalid("unknown_filter"), ValidationError (422, ``fields`` by name)
    """

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> Any:
        filterset = self.get_filterset_class(view, queryset)
        offered = filterset.base_filters if filterset else {}
        refuse_unknown_parameters(request, offered)
        refuse_half_answers(request, offered)
        return super().filter_queryset(request, queryset, view)


def refuse_unknown_parameters(request: Request, known: Iterable[str]) -> None:
    """Raises Invalid("unknown_filter") for a query parameter that nothing reads."""
    unknown = sorted(name[:NAME_SHOWN] for name in set(request.query_params) - set(known) - PAGE_PARAMETERS)
    if unknown:
        message = _("There is no filter of this name.")
        raise Invalid("unknown_filter", message, fields={name: [message] for name in unknown[:10]})


def refuse_half_answers(request: Request, offered: Mapping[str, Any]) -> None:
    """Raises ValidationError for a yes-or-no filter that says neither: Django takes it for not asked."""
    yes_or_no = [name for name, one in offered.items() if isinstance(one, BooleanFilter)]
    wrong = [name for name in yes_or_no if request.query_params.get(name, "").lower() not in YES_OR_NO]
    if wrong:
        raise exceptions.ValidationError({name: [_("Answer with true or false.")] for name in wrong})


class StrictOrderingFilter(filters.OrderingFilter):
    """Refuses an order that is not offered.

    Raises:
        Invalid("unknown_ordering"): ``fields["ordering"]`` lists what is offered.
    """

    def remove_invalid_fields(self, queryset: Any, fields: Any, view: Any, request: Request) -> list[str]:
        kept: list[str] = super().remove_invalid_fields(queryset, fields, view, request)
        if len(kept) < len(fields):
            offered = [name for name, _label in self.get_valid_fields(queryset, view, {"request": request})]
            message = _("Choose one of the offered orders.")
            raise Invalid("unknown_ordering", message, fields={"ordering": offered})
        return kept


class IsAdministrator(permissions.IsAuthenticated):
    """``policies.is_admin``, for what is about the installation and has no object that could be scoped."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return super().has_permission(request, view) and is_admin(request.user)


class HouseView(generics.GenericAPIView[Any]):
    """One address. ``operations`` says for each method what comes in and what goes out.

    ``rows()`` are those the person may know of; what is not among them does not exist (404).
    """

    tag: ClassVar[str] = ""
    operations: ClassVar[dict[str, Operation]] = {}
    schema = HouseSchema()
    metadata_class = None  # OPTIONS would guess at one form for all methods; OpenAPI says what each takes
    parser_classes = [BoundedJSONParser]
    pagination_class = HousePagination
    filter_backends = [StrictFilterBackend, StrictOrderingFilter]
    lookup_field = "public_id"
    ordering: ClassVar[tuple[str, ...]] = ("-created_at",)
    ordering_fields: ClassVar[tuple[str, ...]] = ("created_at",)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Read the body first: too much of it is refused before anything else looks at it."""
        try:
            request._request.body  # noqa: B018, SLF001  # reading it is the check; DRF documents the attribute
        except RequestDataTooBig as error:
            raise BodyTooLarge from error
        super().initial(request, *args, **kwargs)

    @property
    def operation(self) -> Operation:
        """What the present method of this address takes and gives."""
        return self.operations[self.request.method or ""]

    @property
    def actor(self) -> User:
        """Who is signed in; the views that use it are closed to anybody else."""
        user = self.request.user
        if not isinstance(user, User):
            raise exceptions.NotAuthenticated
        return user

    def rows(self) -> QuerySet[Any]:
        """What the person may know of."""
        raise NotImplementedError

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):  # OpenAPI is drawn without anybody being signed in
            return super().get_queryset()
        return self.rows()

    def found(self) -> Any:
        """The row of the address.

        Raises:
            NotFound("not_found"): unknown or another's; the answer is the same.
        """
        row = self.rows().filter(**{self.lookup_field: self.kwargs[self.lookup_field]}).first()
        if row is None:
            raise NotFound("not_found", _("This does not exist, or is not for you to see."))
        return row

    def values(self) -> dict[str, Any]:
        """What came in, parsed by the operation's form.

        Raises:
            Invalid("unknown_field"), ValidationError (422, ``fields`` by name)
        """
        form = self.operation.form
        if form is None:
            return {}
        parsed = form(data=self.request.data, context=self.get_serializer_context())
        parsed.is_valid(raise_exception=True)
        return dict(parsed.validated_data)

    def reply(self, shown: Any, **context: Any) -> Response:
        """What goes out, by the operation's answer."""
        operation = self.operation
        if operation.answer is None:
            return Response(status=operation.status)
        answer = operation.answer(shown, context={**self.get_serializer_context(), **context})
        return Response(answer.data, status=operation.status)

    def page(self) -> Response:
        """One page of answers, filtered and ordered as asked."""
        answer = self.operation.answer
        if answer is None:
            raise TypeError("A list says what it lists.")
        shown = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        context = {**self.get_serializer_context(), **self.page_context(list(shown))}
        return self.get_paginated_response(answer(shown, many=True, context=context).data)

    def page_context(self, _shown: list[Any]) -> dict[str, Any]:
        """What serializers need to know of all rows of a page, in a fixed number of queries."""
        return {}


def once(handler: Handler) -> Handler:
    """Act once per Idempotency-Key: effect and answer are stored in one transaction, or neither.

    The same key again gets the stored answer with its status; the same key with another body or address is refused
    (409 ``idempotency_key_reused``). A refused act leaves no record. Without the header it is done as often as asked.
    """

    @functools.wraps(handler)
    def guarded(self: HouseView, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(IDEMPOTENCY_HEADER)
        if key is None:
            return handler(self, request, *args, **kwargs)
        digest = _digest(request.data)
        with idempotent(user=self.actor, key=key, path=request.path, digest=digest) as slot:
            answer = slot.stored
            if answer is None:
                first = handler(self, request, *args, **kwargs)
                answer = slot.answer(status=first.status_code, body=first.data)
        return Response(answer.body, status=answer.status)

    guarded.is_once = True  # type: ignore[attr-defined]  # read by the test that no POST forgets it
    return guarded


def _digest(data: Any) -> str:
    """Of what was said, not how it was written: order of names and spaces do not count."""
    return hashlib.sha256(json.dumps(data, sort_keys=True, cls=DjangoJSONEncoder).encode()).hexdigest()
