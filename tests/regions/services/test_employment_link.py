"""Paid employment is listed and linked: the link is needed there, nowhere else, and nobody here opens it."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from accounts.errors import Invalid
from accounts.models import AuditEntry, User
from regions.enums import Compensation
from regions.models import Need, Region
from regions.services.needs import post_need, update_need
from tests.builders import make_need

pytestmark = pytest.mark.django_db
LINK = "https://work.example.jp/jobs/7?from=enishi"
EMPLOYMENT, NONE = Compensation.EMPLOYMENT, Compensation.NONE


def test_employment_is_posted_with_its_link_and_the_link_can_be_changed(saga: Region, ume: User) -> None:
    need = post_need(actor=ume, region=saga, title="働く人", compensation=EMPLOYMENT, employment_url=LINK)
    need.refresh_from_db()
    assert (need.compensation, need.employment_url) == (EMPLOYMENT, LINK)
    update_need(actor=ume, need=need, employment_url="https://other.example.jp/")
    need.refresh_from_db()
    assert need.employment_url == "https://other.example.jp/"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"compensation": EMPLOYMENT}, "employment_url_missing"),
        ({"compensation": EMPLOYMENT, "employment_url": ""}, "employment_url_missing"),
        ({"compensation": EMPLOYMENT, "employment_url": "http://work.example.jp/"}, "employment_url_wrong"),
        ({"compensation": EMPLOYMENT, "employment_url": "HTTPS://work.example.jp/"}, "employment_url_wrong"),
        ({"compensation": EMPLOYMENT, "employment_url": "javascript:alert(1)"}, "employment_url_wrong"),
        ({"compensation": EMPLOYMENT, "employment_url": "https://"}, "employment_url_wrong"),
        ({"compensation": EMPLOYMENT, "employment_url": "https://a b.example/"}, "employment_url_wrong"),
        ({"compensation": EMPLOYMENT, "employment_url": "https://me:pw@x.example/"}, "employment_url_wrong"),
        ({"compensation": EMPLOYMENT, "employment_url": "https://[x.example/"}, "employment_url_wrong"),
        ({"compensation": EMPLOYMENT, "employment_url": LINK + "x" * 300}, "text_too_long"),
        ({"compensation": NONE, "employment_url": LINK}, "employment_url_unwanted"),
    ],
)
def test_a_link_that_is_missing_wrong_or_unwanted_is_refused(
    saga: Region, ume: User, values: dict[str, str], code: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        post_need(actor=ume, region=saga, title="働く人", **values)
    assert refusal.value.code == code
    assert list(refusal.value.fields) == ["employment_url"]
    assert not Need.objects.exists()
    assert not AuditEntry.objects.exists()


def test_employment_and_its_link_come_and_go_together(saga: Region, ume: User) -> None:
    need = make_need(saga)
    with pytest.raises(Invalid):
        update_need(actor=ume, need=need, compensation=EMPLOYMENT)
    need = update_need(actor=ume, need=need, compensation=EMPLOYMENT, employment_url=LINK)
    with pytest.raises(Invalid):
        update_need(actor=ume, need=need, compensation=NONE)
    with pytest.raises(Invalid):
        update_need(actor=ume, need=need, employment_url="")
    assert update_need(actor=ume, need=need, compensation=NONE, employment_url="").employment_url == ""


@pytest.mark.parametrize(
    "wrong",
    [
        {"compensation": EMPLOYMENT, "employment_url": ""},
        {"compensation": EMPLOYMENT, "employment_url": "http://x"},
        {"compensation": NONE, "employment_url": LINK},
    ],
)
def test_the_database_holds_it_too(saga: Region, wrong: dict[str, str]) -> None:
    need = make_need(saga)
    with pytest.raises(IntegrityError, match="employment_is_linked"), transaction.atomic():
        Need.objects.filter(pk=need.pk).update(**wrong)
