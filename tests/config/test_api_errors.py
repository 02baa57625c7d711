"""One shape for every refusal of the API."""

from __future__ import annotations

import pytest
from django.db import DataError, IntegrityError
from django.utils.translation import gettext_lazy
from rest_framework import exceptions, serializers

from accounts.errors import Conflict, Invalid, NotAllowed, NotFound
from config.api_errors import handle


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotAllowed("not_your_region", "no"), 403),
        (NotFound("no_such_need", "no"), 404),
        (Conflict("places_taken", "no"), 409),
        (Invalid("ends_before_start", "no"), 422),
    ],
)
def test_domain_error_keeps_its_code_and_status(error, status) -> None:
    answer = handle(error, {})
    assert (answer.status_code, answer.data) == (status, {"code": error.code, "message": "no", "fields": {}})


def test_domain_error_with_lazy_texts_is_plain() -> None:
    error = Invalid("bad", gettext_lazy("Postal code"), fields={"postal": [gettext_lazy("unknown")]})
    answer = handle(error, {})
    assert answer.data["fields"] == {"postal": ["unknown"]}
    assert type(answer.data["message"]) is type(answer.data["fields"]["postal"][0]) is str


def test_serializer_errors_name_their_fields() -> None:
    class Form(serializers.Serializer):
        places = serializers.IntegerField(min_value=1)

    form = Form(data={"places": 0})
    with pytest.raises(exceptions.ValidationError) as refusal:
        form.is_valid(raise_exception=True)
    answer = handle(refusal.value, {})
    assert (answer.status_code, answer.data["code"], list(answer.data["fields"])) == (
        422,
        "invalid",
        ["places"],
    )


def test_integrity_error_is_a_conflict_without_the_databases_words() -> None:
    answer = handle(IntegrityError("duplicate key value violates secret_constraint"), {})
    assert (answer.status_code, answer.data["code"], answer.data["fields"]) == (409, "integrity", {})
    assert "secret_constraint" not in answer.data["message"]


@pytest.mark.parametrize(
    "error", [OverflowError("date value out of range"), DataError("smallint out of secret_range")]
)
def test_number_or_date_that_nothing_can_hold_is_wrong_input(error) -> None:
    answer = handle(error, {})
    assert (answer.status_code, answer.data["code"], answer.data["fields"]) == (422, "invalid", {})
    assert "secret_range" not in answer.data["message"]


def test_not_signed_in_keeps_status_and_challenge() -> None:
    error = exceptions.NotAuthenticated()
    error.auth_header = "Token"
    answer = handle(error, {})
    assert (answer.status_code, answer.data["code"], answer["WWW-Authenticate"]) == (
        401,
        "not_authenticated",
        "Token",
    )


def test_unknown_error_is_let_through() -> None:
    assert handle(ZeroDivisionError(), {}) is None
