"""Which pages there are and who sees them: drawn from the table of roles, so that none is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.urls import reverse

from tests.architecture.matrix_pages import CASES
from tests.support.matrix import ROLES, Case, Scene

NO_HTML = {
    "healthz", "api-schema", "set_language", "mfa_login_webauthn", "api-docs", "calendar-feed", "my-data-export",
    "need-circular", "match-circular", "region-circulars", "emergency-sheet", "need-receipt",
    "sheet-template", "sheet-errors", "place-needs-file", "place-offers-file", "place-dates-file", "list-file", "need-list-file", "fairness-file",
}  # fmt: skip
"""Answers for programs, sheets of paper, files, and the reading page of the API, which is another project's."""
SHOWN = 200


class Seen(NamedTuple):
    """A page and the first of the cast who may see it."""

    case: Case
    role: str

    def __str__(self) -> str:
        return f"{self.case.url} as {self.role}"

    def address(self, scene: Scene) -> str:
        return reverse(self.case.url, kwargs=self.case.where(scene))

    def viewer(self, scene: Scene) -> Any:
        return None if self.role == "anonymous" else getattr(scene, self.role)


def seen_pages() -> Iterator[Seen]:
    """Every page that shows somebody something."""
    for case in CASES:
        if case.url not in NO_HTML and SHOWN in case.expected:
            yield Seen(case, ROLES[case.expected.index(SHOWN)])
