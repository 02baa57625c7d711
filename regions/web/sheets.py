"""Needs by Excel: the template, handing a sheet in, looking at what it would do, taking it over."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import DomainError, Invalid
from accounts.models import User
from accounts.sheets.answers import attachment, table_file
from accounts.sheets.reading import BYTES_MAX
from accounts.sheets.writing import XLSX_TYPE, as_xlsx
from accounts.web.base import actor_of, private, tell
from regions.models import SheetUpload
from regions.policies import has_communities
from regions.selectors.lists import offer_table
from regions.selectors.need_sheet import BLANK_ROWS, ERRORS, NOTES, need_table
from regions.services.need_sheet_plan import Plan
from regions.services.need_sheets import keep_sheet, look_through, own_sheet, sheet_with_errors, take_over
from regions.web.base import own_region

STATES = ("empty", "filled")


class SheetForm(forms.Form):
    """The file, and who says so."""

    file = forms.FileField(
        label=_("The filled-in file"), help_text=_("Excel (.xlsx) or CSV, up to 500 rows."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
    )  # fmt: skip
    caller = forms.CharField(
        label=_("Whose wish it is"), max_length=120, required=False,
        help_text=_("As it is put on record, such as: the heads of the wards, at the meeting in April. May stay empty."),
    )  # fmt: skip

    def clean_file(self) -> Any:
        """Larger files are not even read."""
        file = self.cleaned_data["file"]
        if file.size > BYTES_MAX:
            raise forms.ValidationError(_("The file is too large. A file may have two megabytes."))
        return file


@private
@require_http_methods(["GET", "POST"])
def sheet_new(request: HttpRequest) -> HttpResponse:
    """Download the template, or hand a filled-in file in."""
    actor = _worker_for_communities(request)
    form = SheetForm(request.POST, request.FILES) if request.method == "POST" else SheetForm()
    if request.method == "POST" and form.is_valid():
        sheet = _kept(actor, form)
        if sheet is not None:
            return redirect("sheet-page", public_id=sheet.public_id)
    return render(
        request, "place/sheets.html", {"form": form, "notes": NOTES}, status=422 if form.errors else 200
    )


def _worker_for_communities(request: HttpRequest) -> User:
    """Who is signed in, where that is somebody who works for a community. Raises PermissionDenied."""
    actor = actor_of(request)
    if not has_communities(actor):
        raise PermissionDenied
    return actor


def _kept(actor: User, form: SheetForm) -> SheetUpload | None:
    said = form.cleaned_data
    try:
        content = said["file"].read()
        return keep_sheet(actor=actor, name=said["file"].name, content=content, on_behalf_of=said["caller"])
    except Invalid as refusal:
        tell(form, refusal)
        return None


@private
@require_safe
def sheet_template(request: HttpRequest, state: str) -> HttpResponse:
    """The workbook to fill in: empty, or with what is there. Raises Http404 for anything else."""
    if state not in STATES:
        raise Http404
    actor = _worker_for_communities(request)
    table = need_table(actor, empty=state == "empty")
    return attachment(as_xlsx(table, blank_rows=BLANK_ROWS), f"{table.title}.xlsx", XLSX_TYPE)


@private
@require_http_methods(["GET", "POST"])
def sheet_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """What a sheet would do and what is wrong with it; taking it over."""
    actor = actor_of(request)
    sheet = own_sheet(actor, public_id)
    refused = ""
    if request.method == "POST":
        try:
            plan = take_over(actor=actor, sheet=sheet, digest=request.POST.get("digest", ""))
        except DomainError as refusal:
            refused = str(refusal.message)
        else:
            messages.success(request, _told(plan))
            return redirect("place-list")
    context: dict[str, Any] = {"sheet": sheet, "refused": refused}
    if sheet.applied_at is None:
        context["plan"] = look_through(actor=actor, sheet=sheet)
    return render(request, "place/sheet.html", context, status=422 if refused else 200)


@private
@require_safe
def sheet_errors(request: HttpRequest, public_id: str) -> HttpResponse:
    """The same file with a column that says what is wrong with each row."""
    actor = actor_of(request)
    sheet = own_sheet(actor, public_id)
    content, suffix = sheet_with_errors(actor=actor, sheet=sheet)
    stem = sheet.name.rpartition(".")[0] or sheet.name
    media_type = XLSX_TYPE if suffix == "xlsx" else "text/csv"
    return attachment(content, f"{stem}_{ERRORS}.{suffix}", media_type)


@private
@require_safe
def needs_file(request: HttpRequest, public_id: str, kind: str) -> HttpResponse:
    """The needs of one community that are not closed, as a file."""
    actor = actor_of(request)
    return table_file(need_table(actor, region=own_region(actor, public_id)), kind)


@private
@require_safe
def offers_file(request: HttpRequest, public_id: str, kind: str) -> HttpResponse:
    """What one community can give, as a file."""
    return table_file(offer_table(own_region(actor_of(request), public_id)), kind)


def _told(plan: Plan) -> str:
    new = ngettext("%(count)d new need", "%(count)d new needs", plan.new) % {"count": plan.new}
    changed = ngettext("%(count)d changed", "%(count)d changed", plan.changed) % {"count": plan.changed}
    return str(_("Taken over: %(new)s, %(changed)s. New needs are consultations; nothing of them is public yet.")) % {
        "new": new, "changed": changed,
    }  # fmt: skip
