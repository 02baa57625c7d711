"""What one sees when something goes wrong: a page of the house, in one's own language, that gives nothing away."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client, RequestFactory
from django.utils import translation
from django.views.defaults import bad_request, server_error

PAGES = [
    ("/nothing/", 404, "ページが見つかりません", "This page is not there"),
    ("/forbid/", 403, "このページは開けません", "You cannot open this page"),
    ("/doubt/", 400, "送られた内容を読み取れませんでした", "We could not read what was sent"),
    ("/crash/", 500, "ページを表示できませんでした", "Something is wrong on our side"),
]


@pytest.mark.django_db
@pytest.mark.urls("tests.config.failing_urls")
@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize(("path", "status", "japanese", "english"), PAGES)
def test_what_goes_wrong_is_said_on_a_page_of_the_house(
    path: str, status: int, japanese: str, english: str, language: str
) -> None:
    assert settings.DEBUG is False
    client = Client(raise_request_exception=False, headers={"Accept-Language": language})
    answer = client.get(path)
    text = answer.content.decode()
    assert (answer.status_code, answer["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert f'<html lang="{language}">' in text
    assert f"<h1>{japanese if language == 'ja' else english}</h1>" in text
    assert 'class="brand"' in text
    assert "secret of the house" not in text
    assert "Traceback" not in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "title"), [("ja", "もう一度お送りください"), ("en", "Please send it once more")]
)
def test_form_without_its_token_is_asked_for_again(language: str, title: str) -> None:
    client = Client(enforce_csrf_checks=True, headers={"Accept-Language": language})
    answer = client.post("/accounts/login/", {"login": "hana@example.org"})
    assert answer.status_code == 403
    assert f"<h1>{title}</h1>" in answer.content.decode()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_pages_of_failures_ask_no_database(language: str) -> None:
    """No mark for the database: the first query would fail this test."""
    request = RequestFactory().get("/")
    with translation.override(language):
        assert b'class="brand"' in server_error(request).content
        assert b'class="brand"' in bad_request(request, ValueError()).content
