"""Every address × every role: one row says how each of the cast is answered.

``tests/<app>/api/matrix.py`` lists a ``Case`` for each address and method of that app; addresses that are no API stand in
``tests/architecture/matrix_pages.py``. ``tests/architecture/test_urls_have_permission_tests.py`` fails for an address
without a row, so that nothing is opened by forgetting it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.api.base import HouseView
from accounts.models import User
from tests.support.api import as_user

ROLES = ("anonymous", "yuki", "hana", "ume", "kenji", "mori", "admin")
"""Nobody, an outsider, the participant, the community's representative, the municipality's officer, the guide, admin."""
Values = dict[str, Any]


class Scene:
    """The cast and the places of a test by name (fixtures), as they are when the row is set up."""

    def __init__(self, request: pytest.FixtureRequest) -> None:
        self._request = request

    def __getattr__(self, name: str) -> Any:
        return self._request.getfixturevalue(name)


@dataclass(frozen=True)
class Case:
    """One address and method. ``expected``: a status for each of ``ROLES``; ``where``: the parts of the address."""

    url: str
    method: str
    expected: tuple[int, ...]
    where: Callable[[Scene], Values] = lambda _scene: {}
    body: Callable[[Scene], Values] = lambda _scene: {}

    @property
    def key(self) -> tuple[str, str]:
        return self.url, self.method

    def __str__(self) -> str:
        return f"{self.method} {self.url}"


def everybody(status: int) -> tuple[int, ...]:
    return (status,) * len(ROLES)


def signed_in(status: int) -> tuple[int, ...]:
    """401 for nobody, the same for everybody else."""
    return (401, *(status,) * (len(ROLES) - 1))


def given(case: Case, scene: Scene) -> tuple[int, ...]:
    """How each role is answered; each is undone before the next one asks."""
    people = {role: None if role == "anonymous" else getattr(scene, role) for role in ROLES}
    where, body = case.where(scene), case.body(scene)
    address = reverse(case.url, kwargs=where)
    ask = _ask_api if address.startswith("/api/v1/") else _ask_page
    return tuple(_undone(lambda user=user: ask(case, address, body, user)) for user in people.values())


def _undone(ask: Callable[[], int]) -> int:
    with transaction.atomic():
        status = ask()
        transaction.set_rollback(True)
    return status


def _ask_api(case: Case, address: str, body: Values, user: User | None) -> int:
    fresh = User.objects.get(pk=user.pk) if user else None
    client = as_user(fresh)
    return client.generic(case.method, address, *_json(client, case, body)).status_code


def _json(client: Any, case: Case, body: Values) -> tuple[Any, ...]:
    if case.method in {"GET", "DELETE"}:
        return ()
    return client._encode_data(body, "json", None)


def _ask_page(case: Case, address: str, body: Values, user: User | None) -> int:
    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user)
    return client.generic(case.method, address).status_code


# What there is.
def addresses() -> Iterator[tuple[str, str, URLPattern]]:
    """Path, name and pattern of every address of the installation."""
    yield from _walk(get_resolver(), "", "")


def _walk(resolver: URLResolver, prefix: str, space: str) -> Iterator[tuple[str, str, URLPattern]]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry, path, space + (f"{entry.namespace}:" if entry.namespace else ""))
        else:
            yield path, f"{space}{entry.name or ''}", entry


def api_views() -> dict[str, type[HouseView]]:
    """The views of the API by the name of their address."""
    return {name: entry.callback.cls for path, name, entry in addresses() if path.startswith("api/v1/")}
