"""The app of who acts, what they agreed to, what they are told and what is on record."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts.services import notifications, outbox

        outbox.register_topic(notifications.NOTIFY_TOPIC, notifications.store_notification)
        outbox.register_topic(notifications.EMAIL_TOPIC, notifications.email_notification, outside=True)
