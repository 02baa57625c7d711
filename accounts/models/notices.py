"""NoticeSetting: what a person chose about e-mails. Who chose nothing has no row: the house's defaults hold."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.enums import NoticeChoice, NoticeGroup


class NoticeSetting(models.Model):
    """One person's choice for one group of messages. An answer that is wanted cannot be turned off."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_settings"
    )
    group = models.CharField(max_length=10, choices=NoticeGroup)
    choice = models.CharField(max_length=8, choices=NoticeChoice)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "group"], name="notice_setting_once"),
            models.CheckConstraint(
                condition=Q(group__in=NoticeGroup.values, choice__in=NoticeChoice.values),
                name="notice_setting_known",
            ),
            models.CheckConstraint(
                condition=~Q(group=NoticeGroup.ANSWERS, choice=NoticeChoice.NONE),
                name="answers_are_never_off",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}:{self.group}:{self.choice}"
