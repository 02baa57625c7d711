"""No page of the administration writes past a service: every model it knows is read there, but for a few with reasons."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.admin import ModelAdmin, site
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.auth.models import Group
from django.test import Client, RequestFactory
from knox.models import AuthToken

import config.urls  # noqa: F401  # fills the site
from accounts.models import User

pytestmark = pytest.mark.django_db
# What may be done there, and by which service.
ALLOWED = {
    "accounts.Hazard": {"add", "change"},  # accounts.services.vocabulary.store_entry
    "accounts.Qualification": {"add", "change"},  # the same
    "accounts.WorkKind": {"add", "change"},  # the same
    "accounts.AssetKind": {"add", "change"},  # the same
    "accounts.KindQualification": {"add", "change", "delete"},  # lines of a kind of work, stored with it
    "accounts.SurveyActivity": {"change"},  # accounts.services.vocabulary.map_activity: the kinds alone
    "regions.Region": {
        "change"
    },  # regions.services.regions.assign_guide: the guide alone, all else is read-only
}


def powers(page: ModelAdmin | InlineModelAdmin, request) -> set[str]:
    answers = {
        "add": page.has_add_permission(request)
        if isinstance(page, ModelAdmin)
        else page.has_add_permission(request, None),
        "change": page.has_change_permission(request),
        "delete": page.has_delete_permission(request),
    }
    return {name for name, answer in answers.items() if answer}


def test_nothing_is_written_there_but_what_goes_through_a_service(admin: User) -> None:
    request = RequestFactory().get("/admin/")
    request.user = admin
    found: dict[str, set[str]] = {}
    for page in site_pages(request):
        found.setdefault(page.opts.label, set()).update(powers(page, request))
    assert len(found) > 15
    assert {label: can for label, can in found.items() if can} == ALLOWED


def site_pages(request) -> list[ModelAdmin | InlineModelAdmin]:
    pages = list(site._registry.values())
    inlines = [inline for page in pages for inline in page.get_inline_instances(request)]
    unseen = [made(page.model, site) for page in pages for made in page.inlines]
    return [*pages, *inlines, *unseen]


@pytest.mark.parametrize("model", [EmailAddress, Authenticator, AuthToken, Group])
def test_pages_of_libraries_are_not_there(model, admin: User, hana: User) -> None:
    client = Client()
    client.force_login(admin)
    place = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    body = {"user": hana.pk, "email": "thief@example.org", "verified": "on", "primary": "on", "name": "x"}
    assert client.get(place).status_code == 404
    assert client.post(f"{place}add/", body).status_code == 404
    assert not EmailAddress.objects.filter(email="thief@example.org").exists()
