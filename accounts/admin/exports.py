"""The rows of any administration page as a file, safe against formulas; who kept how many of what is put on record."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.utils import display_for_field, label_for_field, lookup_field
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services.audit import record
from accounts.sheets.answers import table_file
from accounts.sheets.writing import Column, Table

CHECKBOX = "action_checkbox"
ROWS_MAX = 5000


@admin.action(description=_("Keep the chosen rows as an Excel file"))
def keep_as_excel(page: admin.ModelAdmin, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse:
    """The columns of the page, as they read there, of 5,000 rows at most. Audits the number of rows."""
    names = [name for name in page.get_list_display(request) if name != CHECKBOX]
    columns = [Column(str(label_for_field(name, page.model, page)), 20) for name in names]
    cells = [[_cell(page, row, name) for name in names] for row in rows[:ROWS_MAX]]
    title = str(page.model._meta.verbose_name_plural)  # noqa: SLF001  # Django's documented Model._meta API
    actor = cast("User", request.user)
    record(actor=actor, action="admin.export", target=actor, label=title, details={"rows": len(cells)})
    return table_file(Table(title, columns, cells), "xlsx")


def _cell(page: admin.ModelAdmin, row: Model, name: Any) -> str:
    """One cell in words: choices by their label, moments in Japanese time."""
    field, _attribute, value = lookup_field(name, row, page)
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y/%m/%d %H:%M}"
    if field is not None and field.choices:
        return str(display_for_field(value, field, ""))
    return "" if value is None else str(value)


admin.site.add_action(keep_as_excel)
