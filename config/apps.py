"""The app that holds the commands and the system checks of the whole."""

from __future__ import annotations

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import checks  # noqa: F401  # registers the checks
        from config.field_words import name_fields

        name_fields()
