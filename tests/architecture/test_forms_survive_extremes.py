"""No number and no date, however far out, is a failure of the server: each form is sent its extremes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from rest_framework import serializers

from accounts.models import User
from tests.architecture.test_urls_have_permission_tests import CASES
from tests.support.api import as_user
from tests.support.matrix import ROLES, Case, Scene, api_views

VIEWS = api_views()
EXTREMES: dict[type[serializers.Field], list[Any]] = {
    serializers.IntegerField: [0, -1, 1001, 32_768, 2**31 - 1, -(2**31) + 1, 2**31, 2**63, 10**400],
    serializers.FloatField: [1e308, -1e308, 10**400, "inf", "nan"],
    serializers.DateField: ["0001-01-01", "9999-12-31"],
    serializers.DateTimeField: ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00", "2100-01-01T00:00:00Z"],
}


def bodies(form: serializers.Serializer, base: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The body with one of its numbers or dates at an extreme, those of the lines of its lists included."""
    for name, field in form.fields.items():
        for value in extremes_of(field):
            yield base | {name: value}
        if isinstance(field, serializers.ListSerializer):
            lines = base.get(name) or [{}]
            for line in bodies(field.child, lines[0]):
                yield base | {name: [line]}


def extremes_of(field: serializers.Field) -> list[Any]:
    if isinstance(field, serializers.ListField):
        return [[value] for value in extremes_of(field.child)]
    return next((values for kind, values in EXTREMES.items() if isinstance(field, kind)), [])


def has_extremes(case: Case) -> bool:
    operation = VIEWS[case.url].operations[case.method] if case.url in VIEWS else None
    return bool(operation and operation.form and any(True for _body in bodies(operation.form(), {})))


FORMS = [case for case in CASES if case.method in {"POST", "PUT", "PATCH"} and has_extremes(case)]


def test_forms_are_found() -> None:
    assert {"need-slots", "parties", "match-attest", "region", "guide-absence"} <= {
        case.url for case in FORMS
    }


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("case", FORMS, ids=str)
def test_form_survives_extremes(case: Case, request: pytest.FixtureRequest) -> None:
    scene = Scene(request)
    assert scene.saga is not None
    role = max(at for at, status in enumerate(case.expected) if status < 300 or at == 0)
    where, base = case.where(scene), case.body(scene)
    address = reverse(case.url, kwargs=where)
    user = User.objects.get(pk=getattr(scene, ROLES[role]).pk) if role else None
    form = VIEWS[case.url].operations[case.method].form()
    for body in bodies(form, base):
        with transaction.atomic():
            answer = as_user(user).generic(
                case.method, address, *as_user(user)._encode_data(body, "json", None)
            )
            transaction.set_rollback(True)
        assert answer.status_code < 500, (body, answer.status_code)
