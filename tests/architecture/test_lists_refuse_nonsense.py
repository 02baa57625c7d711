"""Every list of the API refuses what it does not understand, by the name of the parameter, instead of giving everything."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django_filters import BooleanFilter

from accounts.models import User
from tests.architecture.test_urls_have_permission_tests import CASES
from tests.support.api import as_user, refusal
from tests.support.matrix import ROLES, Case, Scene, api_views

VIEWS = api_views()
LISTS = [
    case
    for case in CASES
    if case.method == "GET" and case.url in VIEWS and VIEWS[case.url].operations["GET"].many
]


def test_lists_are_found() -> None:
    assert {"needs", "matches", "review-queue", "organization-guides", "my-notifications"} <= {
        case.url for case in LISTS
    }


def yes_or_no_filters(case: Case) -> list[str]:
    filterset = getattr(VIEWS[case.url], "filterset_class", None)
    offered = filterset.base_filters if filterset else {}
    return [name for name, one in offered.items() if isinstance(one, BooleanFilter)]


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("case", LISTS, ids=str)
def test_list_refuses_what_it_does_not_understand(case: Case, request: pytest.FixtureRequest) -> None:
    scene = Scene(request)
    assert scene.saga is not None
    role = max(at for at, status in enumerate(case.expected) if status == 200)
    address = reverse(case.url, kwargs=case.where(scene))
    client = as_user(User.objects.get(pk=getattr(scene, ROLES[role]).pk))
    for value in ("banana", "0", "-1", "101", "1e3", "１", "", "9" * 400):
        assert refusal(client.get(address, {"page_size": value})) == (422, "invalid", ["page_size"]), value
    assert client.get(address, {"page_size": "100"}).status_code == 200
    assert refusal(client.get(address, {"banana": "1"})) == (422, "unknown_filter", ["banana"])
    assert refusal(client.get(address, {"ordering": "banana"})) == (422, "unknown_ordering", ["ordering"])
    for name in yes_or_no_filters(case):
        assert refusal(client.get(address, {name: "banana"})) == (422, "invalid", [name])
        assert [client.get(address, {name: value}).status_code for value in ("true", "false")] == [200, 200]
