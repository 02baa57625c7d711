"""The app of what is lacking and what can be given."""

from django.apps import AppConfig


class RegionsConfig(AppConfig):
    name = "regions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts.services.personal_data import register_provider
        from regions.services import own_data

        register_provider(own_data.PROVIDER)
