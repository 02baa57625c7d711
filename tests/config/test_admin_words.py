"""Administrators read Japanese: the names of what they look at, and Django's own words as Django says them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, label_for_field
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils.translation import gettext, override

from accounts.models import User
from config.field_words import WORDS
from matching.models import MatchOutcome, MatchRun


def test_every_page_of_the_administration_is_named_in_japanese():
    with override("ja"):
        names = {model._meta.label: str(model._meta.verbose_name_plural) for model in admin.site._registry}
        rooms = {str(apps.get_app_config(label.split(".")[0]).verbose_name) for label in names}
    assert len(names) == 21
    assert [label for label, name in names.items() if name.isascii()] == []
    assert not any(room.isascii() for room in rooms)


def test_words_of_the_administration_are_not_ours():
    with override("ja"):
        assert gettext("Home") == "ホーム"
        assert gettext("All dates") == "いつでも"


def test_columns_of_the_log_of_outcomes_are_named_in_japanese():
    page = admin.site._registry[MatchOutcome]
    with override("ja"):
        heads = [label_for_field(name, MatchOutcome, page) for name in page.list_display]
    assert len(set(heads)) == len(heads) == 36
    assert [head for head in heads if str(head).isascii()] == []


def shown(page: Any, request: HttpRequest) -> Iterator[tuple[str, Any, Any]]:
    """Every field a page of the administration shows: in its list, on the page of a row, and in the tables below it."""
    row = page.model()
    for name in [*page.list_display, *flatten_fieldsets(page.get_fieldsets(request, row))]:
        yield name, page.model, page
    for table in page.get_inline_instances(request, row):
        for name in flatten_fieldsets(table.get_fieldsets(request)):
            yield name, table.model, table


def test_what_administrators_read_is_named_in_japanese(rf: RequestFactory):
    request = rf.get("/admin/")
    request.user = User(is_superuser=True, is_staff=True)
    heads = {}
    with override("ja"):
        for page in admin.site._registry.values():
            for name, model, where in shown(page, request):
                if name != "__str__":
                    heads[f"{model.__name__}.{name}"] = str(label_for_field(name, model, where))
    assert {"MatchRun.state", "AuditEntry.target_label", "Slot.cancelled_at"} <= set(heads)
    assert {
        place: head for place, head in heads.items() if head.isascii() and head not in {"URL", "ID"}
    } == {}


def test_tables_below_a_row_are_named_in_japanese(rf: RequestFactory):
    request = rf.get("/admin/")
    request.user = User(is_superuser=True, is_staff=True)
    with override("ja"):
        names = {
            type(table).__name__: str(table.verbose_name_plural)
            for page in admin.site._registry.values()
            for table in page.get_inline_instances(request, page.model())
        }
    assert "QuietPeriodInline" in names
    assert {table: name for table, name in names.items() if name.isascii()} == {}


def test_words_of_fields_need_no_migration_and_leave_given_names(rf: RequestFactory):
    field = MatchRun._meta.get_field("created_at")
    assert str(field.verbose_name) != "created at"
    assert "verbose_name" not in field.deconstruct()[3]
    with override("en"):
        assert str(MatchOutcome._meta.get_field("state").verbose_name) == "state of the match"


def test_every_word_is_of_a_field_that_is_there():
    names = {field.name for model in apps.get_models() for field in model._meta.get_fields()}
    assert set(WORDS) - names == set()
