"""The texts people agree to: there in both languages, for everybody, under the version that is consented to."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from accounts.services.consents import TERMS_VERSION

pytestmark = pytest.mark.django_db
FOLDER = Path(settings.BASE_DIR) / "templates" / "legal"


def test_version_in_force_is_the_newest_folder_and_whole() -> None:
    assert max(path.name for path in FOLDER.iterdir()) == TERMS_VERSION
    names = {path.name for path in (FOLDER / TERMS_VERSION).iterdir()}
    assert names == {f"{text}.{language}.html" for text in ("terms", "privacy") for language in ("ja", "en")}


@pytest.mark.parametrize(
    ("path", "language", "words"),
    [
        ("/terms/", "ja", "お返事がないことを承諾とみなすことはありません"),
        ("/terms/", "en", "Silence is never taken as consent"),
        ("/privacy/", "ja", "連絡先カード"),
        ("/privacy/", "en", "contact card"),
    ],
)
def test_text_is_shown_in_the_readers_language_with_its_version(path: str, language: str, words: str) -> None:
    page = Client().get(path, headers={"Accept-Language": language}).content.decode()
    assert words in page
    assert TERMS_VERSION in page
    assert f'<html lang="{language}">' in page


def test_every_page_links_to_both() -> None:
    page = Client().get("/").content.decode()
    footer = page[page.index("<footer") :]
    assert 'href="/terms/"' in footer
    assert 'href="/privacy/"' in footer


def test_who_still_has_to_set_up_a_second_factor_may_read_them(mori: User) -> None:
    mori.authenticator_set.all().delete()
    client = Client()
    client.force_login(mori)
    assert client.get("/privacy/").status_code == 200


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "ja",
            (
                "関係案内人には、双方の連絡先カードと名簿が見えます",
                "そのほかの同意の取り消しは、まだ画面からはできません",
            ),
        ),
        (
            "en",
            (
                "guides of the organization in charge see the contact cards of both sides",
                "Any other consent cannot yet be withdrawn on a page",
            ),
        ),
    ],
)
def test_notice_says_that_guides_see_both_cards_and_how_one_corrects(
    language: str, said: tuple[str, str]
) -> None:
    page = Client().get("/privacy/", headers={"Accept-Language": language}).content.decode()
    links = ('href="/me/"', 'href="/my-data/"')
    assert [text for text in (*said, *links) if text not in page] == []


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ja", ("答えなくてもかまいません", "マッチングの計算には使いません", "5人未満の数は示しません", "退会したときに消します", "「年代・性別（統計のためだけ）」のページ")),
        ("en", ("need not be answered", "The matching does not use them", "none below five", "and when you leave", "“Age and sex, for counts only”")),
    ],
)  # fmt: skip
def test_notice_says_what_age_and_sex_are_asked_for_and_until_when(
    language: str, said: tuple[str, ...]
) -> None:
    page = Client().get("/privacy/", headers={"Accept-Language": language}).content.decode()
    assert [text for text in (*said, 'href="/my-data/statistics/"') if text not in page] == []


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ja", ("マッチングの改善", "お名前や文章は含みません", "提案の結果の記録は、退会のあとも、お名前のない形で残ります")),
        ("en", ("improving the matching", "without names and words", "what came of proposals stays after you left")),
    ],
)  # fmt: skip
def test_notice_says_what_is_kept_of_proposals_and_who_reads_it(language: str, said: tuple[str, ...]) -> None:
    page = Client().get("/privacy/", headers={"Accept-Language": language}).content.decode()
    assert [text for text in said if text not in page] == []
