"""The description of the API is whole: it is drawn without a warning, and every refusal has its shape in it."""

from __future__ import annotations

from io import StringIO

import pytest
import yaml
from django.core.management import call_command


@pytest.fixture(scope="module")
def schema() -> dict:
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    return yaml.safe_load(out.getvalue())


def operations(schema: dict) -> list[tuple[str, dict]]:
    return [
        (f"{method} {path}", operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_operation_has_a_name_a_room_words_and_the_shape_of_refusals(schema: dict) -> None:
    assert len(operations(schema)) > 80
    for name, operation in operations(schema):
        assert operation["operationId"], name
        assert len(operation["tags"]) == 1, name
        assert operation["tags"] != [""], name
        assert operation["description"], name
        refusals = operation["responses"]["default"]["content"]["application/json"]["schema"]
        assert refusals == {"$ref": "#/components/schemas/Error"}, name


def test_lists_are_pages_by_cursor(schema: dict) -> None:
    lists = [
        (name, operation)
        for name, operation in operations(schema)
        if operation["operationId"].startswith("list_")
    ]
    assert len(lists) > 15
    for name, operation in lists:
        assert {"cursor", "page_size", "ordering"} <= {row["name"] for row in operation["parameters"]}, name


def test_idempotency_key_is_described_where_it_is_honoured(schema: dict) -> None:
    described = {
        operation["operationId"]
        for _name, operation in operations(schema)
        if any(row["name"] == "Idempotency-Key" for row in operation.get("parameters", []))
    }
    assert {"create_party", "post_need", "approve_match", "request_run"} <= described
    assert not {"issue_token", "sign_up", "invite_members"} & described


def test_no_answer_but_ones_own_and_the_disclosure_has_a_line_for_contacts(schema: dict) -> None:
    lines = {"email", "phone", "address", "emergency_contact", "full_name"}
    holders = {
        name
        for name, component in schema["components"]["schemas"].items()
        if not name.endswith(("Request", "Form")) and lines & set(component.get("properties", {}))
    }
    assert holders == {"Me", "Card", "Contact"}
