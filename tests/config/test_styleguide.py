"""The living page: every component is on it, and it exists for who draws the pages alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import NoReverseMatch, reverse

from tests.config.test_settings import WHOLE, start

CSS = Path(settings.BASE_DIR) / "static" / "css" / "components.css"
ROUTES = "from django.urls import get_resolver; print('styleguide' in get_resolver().reverse_dict)"
DEMO = {"DJANGO_SETTINGS_MODULE": "config.settings.demo"}
FRAME_ONLY = {"sample", "sprite", "wrap--narrow"}
"""The notice of sample data, hidden drawings, and the narrow frame of other pages."""


def test_page_is_missing_here() -> None:
    with pytest.raises(NoReverseMatch):
        reverse("styleguide")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("environ", "there"),
    [
        (WHOLE, "False"),
        (WHOLE | {"ENISHI_DEBUG": "True"}, "True"),
        (DEMO, "True"),
        (DEMO | {"ENISHI_DEMO": "False"}, "False"),
    ],
)
def test_page_exists_for_the_demo_and_for_developers_only(environ: dict[str, str], there: str) -> None:
    answer = start(environ, "shell", "--no-imports", "-v", "0", "-c", ROUTES)
    assert (answer.returncode, answer.stdout.strip()) == (0, there)


def classes_of_the_style_sheet() -> set[str]:
    text = re.sub(r"/\*.*?\*/", "", CSS.read_text(encoding="utf-8"), flags=re.DOTALL)
    selectors = re.findall(r"([^{}]+)\{", text)
    return {name for selector in selectors for name in re.findall(r"\.([a-zA-Z][\w-]*)", selector)}


@pytest.mark.django_db
@pytest.mark.urls("tests.config.demo_urls")
def test_every_component_is_on_the_page(client) -> None:
    text = client.get("/styleguide/").content.decode()
    shown = {name for value in re.findall(r'class="([^"]*)"', text) for name in value.split()}
    wanted = classes_of_the_style_sheet() - FRAME_ONLY
    assert len(wanted) > 90
    assert sorted(wanted - shown) == []
