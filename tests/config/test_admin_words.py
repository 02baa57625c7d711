"""Administrators read Japanese: the names of what they look at, and Django's own words as Django says them."""

from __future__ import annotations

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.utils.translation import gettext, override

from matching.models import MatchOutcome


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
