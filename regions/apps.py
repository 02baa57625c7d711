"""The app of what is lacking and what can be given."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegionsConfig(AppConfig):
    name = "regions"
    verbose_name = _("Communities and needs")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts.enums import NoticeGroup
        from accounts.services.notice_kinds import register_notices
        from accounts.services.personal_data import register_provider
        from regions.services import own_data

        register_provider(own_data.PROVIDER)
        register_notices(NoticeGroup.ANSWERS, ["need_uncovered_admin"])
        register_notices(NoticeGroup.HAPPENED, ["need_received", "need_uncovered"])
