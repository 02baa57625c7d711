"""What lists of matches are searched and ordered by."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import django_filters
from django.db.models import Case, DateTimeField, F, IntegerField, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from rest_framework.request import Request

from accounts.api.base import StrictFilterBackend, StrictOrderingFilter
from accounts.models import User
from matching.enums import LIVE, NEUTRAL_ENDING, MatchState, Origin, RunState
from matching.models import Match
from matching.selectors.matches import guided_by, in_states
from matching.selectors.reviews import not_snoozed

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
UNSCORED = -1


class MatchFilter(filters.FilterSet):
    """``guide``: me, or none for those nobody looks after. ``overdue``: past ``due_at`` and still live.

    ``state``: ``ended`` stands for every ending before the promise; the single endings are found by who oversees the
    match alone.
    """

    state = django_filters.MultipleChoiceFilter(
        choices=[*MatchState.choices, (NEUTRAL_ENDING, _("not this time"))], method="by_state"
    )
    origin = django_filters.MultipleChoiceFilter(choices=Origin.choices)
    need = django_filters.CharFilter(field_name="need__public_id", max_length=16)
    region = django_filters.CharFilter(field_name="need__region__public_id", max_length=16)
    party = django_filters.CharFilter(field_name="volunteer__public_id", max_length=16)
    guide = django_filters.ChoiceFilter(choices=[("me", _("me")), ("none", _("nobody"))], method="by_guide")
    overdue = django_filters.BooleanFilter(method="by_overdue")
    live = django_filters.BooleanFilter(method="by_live")

    def by_state(self, rows: QuerySet[Match], _name: str, values: list[str]) -> QuerySet[Match]:
        return rows.filter(in_states(values, self.request.user)) if values else rows

    def by_guide(self, rows: QuerySet[Match], _name: str, value: str) -> QuerySet[Match]:
        return rows.filter(guide__user=self.request.user) if value == "me" else rows.filter(guide=None)

    def by_overdue(self, rows: QuerySet[Match], _name: str, value: Any) -> QuerySet[Match]:
        late = {"state__in": sorted(LIVE), "due_at__lt": timezone.now()}
        return rows.filter(**late) if value else rows.exclude(**late)

    def by_live(self, rows: QuerySet[Match], _name: str, value: Any) -> QuerySet[Match]:
        return rows.filter(state__in=sorted(LIVE)) if value else rows.exclude(state__in=sorted(LIVE))


class ReviewFilter(MatchFilter):
    """``snoozed``: show what is held back as well; hidden otherwise."""

    snoozed = django_filters.BooleanFilter(method="by_snoozed")

    def by_snoozed(self, rows: QuerySet[Match], _name: str, _value: Any) -> QuerySet[Match]:
        return rows

    def filter_queryset(self, queryset: QuerySet[Match]) -> QuerySet[Match]:
        rows: QuerySet[Match] = super().filter_queryset(queryset)
        if self.form.cleaned_data.get("snoozed"):
            return rows
        return rows.filter(not_snoozed(timezone.now()))


class RunFilter(filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=RunState.choices)
    scope = django_filters.CharFilter(max_length=40)


class MatchOrdering(StrictOrderingFilter):
    """``due_at`` with endings last, ``score_micro`` as far as the reader may see scores.

    A cursor needs a value in every row: rows without one get it by annotation, under a name of its own.
    """

    columns = {"due_at": "due_order", "score_micro": "score_order"}

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> Any:
        """The order asked for, in the columns that carry it."""
        asked = super().get_ordering(request, queryset, view) or ()
        return [self._column(term) for term in asked]

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        return super().filter_queryset(request, with_orders(queryset, view.actor), view)

    def _column(self, term: str) -> str:
        name = term.removeprefix("-")
        return f"{'-' if term.startswith('-') else ''}{self.columns.get(name, name)}"


def with_orders(rows: QuerySet[Match], actor: User) -> QuerySet[Match]:
    """Matches with the columns they are ordered by."""
    score = Case(
        When(guided_by(actor), then=Coalesce(F("score_micro"), Value(UNSCORED))),
        default=Value(UNSCORED),
        output_field=IntegerField(),
    )
    due = Coalesce(F("due_at"), Value(NEVER), output_field=DateTimeField())
    return rows.annotate(due_order=due, score_order=score)


MATCH_BACKENDS: list[Any] = [StrictFilterBackend, MatchOrdering]
