"""The app of who acts, what they agreed to, what they are told and what is on record."""

from __future__ import annotations

from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People and vocabularies")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the outbox delivers and what is kept of people, and put the installation's routing service in its place."""
        from accounts import geo
        from accounts.services import digests, notifications, outbox, own_data, personal_data

        outbox.register_topic(notifications.NOTIFY_TOPIC, notifications.store_notification)
        outbox.register_topic(notifications.EMAIL_TOPIC, notifications.email_notification, outside=True)
        outbox.register_topic(digests.DIGEST_TOPIC, digests.gather_digest)
        outbox.register_topic(digests.DIGEST_EMAIL_TOPIC, digests.email_digest, outside=True)
        personal_data.register_provider(own_data.PROVIDER)
        try:
            geo.install_named(settings.ENISHI_TRAVEL_PROVIDER)
        except geo.ProviderError as error:
            raise ImproperlyConfigured(f"ENISHI_TRAVEL_PROVIDER cannot be used: {error}.") from error
