"""What the views of communities, needs and offers share: open to read, and more of it for those who know the community."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.response import Response

from accounts.api.base import HouseView
from regions.models import Region
from regions.selectors.regions import known_ids

KNOWN = "known_region_ids"


class RegionalView(HouseView):
    """Everybody reads what is public; the record of a community is for those who act or guide for it."""

    permission_classes = [IsAuthenticatedOrReadOnly]

    def regions_of(self, shown: list[Any]) -> Iterable[Region]:
        """The communities of the rows that are shown."""
        return [row.region for row in shown]

    def page_context(self, shown: list[Any]) -> dict[str, Any]:
        """Which of the communities shown the reader knows, for all rows at once."""
        return {KNOWN: known_ids(self.request.user, self.regions_of(shown))}

    def show(self, row: Any) -> Response:
        """The answer that shows one row."""
        return self.reply(row, **self.page_context([row]))


def is_known(serializer: serializers.BaseSerializer[Any], region_id: int) -> bool:
    """Whether the reader of this answer knows the community; nothing is known unless the view has asked."""
    return region_id in serializer.context.get(KNOWN, frozenset())
