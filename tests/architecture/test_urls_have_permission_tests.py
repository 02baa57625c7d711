"""Every address × every role is tested, and an address without such a row fails here."""

from __future__ import annotations

import importlib

import pytest
from django.urls import reverse

from tests.support.matrix import ROLES, Case, Scene, Values, addresses, api_views, given

TABLES = (
    "tests.accounts.api.matrix",
    "tests.regions.api.matrix",
    "tests.matching.api.matrix",
    "tests.architecture.matrix_pages",
)
CASES: list[Case] = [case for table in TABLES for case in importlib.import_module(table).CASES]
# POSTs whose answer is a secret that must not be stored, or that nobody has to be signed in for.
WITHOUT_KEY = {"sign-up", "sign-in-code", "sign-in-code-confirm", "tokens", "party-invitations"}
HANDLERS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("case", CASES, ids=str)
def test_each_role_is_answered_as_the_table_says(case: Case, request: pytest.FixtureRequest) -> None:
    scene = Scene(request)
    assert scene.saga is not None  # the cast's offices
    answers = given(case, scene)
    assert dict(zip(ROLES, answers, strict=True)) == dict(zip(ROLES, case.expected, strict=True))


def test_no_address_is_without_a_row_and_no_row_without_an_address() -> None:
    there = {(name, method) for name, view in api_views().items() for method in view.operations}
    there |= {
        (name, "GET") for path, name, _entry in addresses() if not path.startswith(("api/v1/", "admin/"))
    }
    rows = [case.key for case in CASES]
    assert len(rows) == len(set(rows))
    assert sorted(there - set(rows)) == []
    assert sorted(set(rows) - there) == []


def test_no_address_stands_twice() -> None:
    paths = [path for path, _name, _entry in addresses()]
    assert sorted(path for path in set(paths) if paths.count(path) > 1) == []


def test_views_answer_to_the_methods_they_describe_and_to_no_other() -> None:
    wrong = {
        name: handlers ^ set(view.operations)
        for name, view in api_views().items()
        if (handlers := {method.upper() for method in HANDLERS if hasattr(view, method)} - {"OPTIONS"})
        != set(view.operations)
    }
    assert wrong == {}


def test_every_post_that_acts_honours_the_idempotency_key() -> None:
    for name, view in api_views().items():
        if "POST" in view.operations:
            is_once = getattr(view.post, "is_once", False)
            assert is_once == view.operations["POST"].once, name
            assert is_once == (name not in WITHOUT_KEY), name


def test_operations_have_names_of_their_own() -> None:
    ids = [operation.id for view in api_views().values() for operation in view.operations.values()]
    assert len(ids) == len(set(ids))


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_admin_pages_open_for_administrators_only(role: str, request: pytest.FixtureRequest, client) -> None:
    """All pages of the admin: the way to sign in for anybody but an administrator, and for nobody a failure."""
    scene = Scene(request)
    assert scene.saga is not None
    if role != "anonymous":
        client.force_login(getattr(scene, role))
    pages = [(path, name) for path, name, _entry in addresses() if path.startswith("admin/")]
    assert len(pages) > 50
    opened = {name for path, name in pages if client.get(_admin_address(path, name)).status_code == 200}
    if role == "admin":
        assert {"admin:index", "admin:accounts_user_changelist"} <= opened
    else:
        assert opened <= {"admin:login", "admin:jsi18n"}


def _admin_address(path: str, name: str) -> str:
    parts: Values = {
        part: "1" for part in ("object_id", "content_type_id", "app_label", "url") if f"{part}>" in path
    }
    if "(?P<app_label>" in path:
        parts["app_label"] = "accounts"
    if "(?P<url>" in path:
        parts["url"] = "nowhere"
    return reverse(name, kwargs=parts) if name.partition(":")[2] else "/admin/1/"
