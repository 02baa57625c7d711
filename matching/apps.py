"""The app of how needs and participants meet."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MatchingConfig(AppConfig):
    name = "matching"
    verbose_name = _("Matching")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts.services.personal_data import register_provider
        from accounts.services.promises import register_size_check
        from matching.services import own_data, party_size, topics

        topics.register()
        register_size_check(party_size.require_people_promised_fit)
        register_provider(own_data.PROVIDER)
