"""StatisticalAnswer: what a person chose to say of age and sex, for counts only. Kept apart from everything that matches."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import StatAge, StatSex


class StatisticalAnswer(models.Model):
    """One person's voluntary answer, with the version of the words it was asked in. The row is the consent: taken back, it is gone.

    Read by the person, by the report of counts and by the export of one's own data. Never by the engine, a guide or a community.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="statistical_answer"
    )
    age = models.CharField(_("age"), max_length=8, choices=StatAge, default=StatAge.UNSAID)
    sex = models.CharField(_("sex"), max_length=8, choices=StatSex, default=StatSex.UNSAID)
    text_version = models.CharField(max_length=20)
    said_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("answer for counts"), _("answers for counts")
        constraints = [
            models.CheckConstraint(
                condition=Q(age__in=StatAge.values, sex__in=StatSex.values), name="statistical_answer_known"
            )
        ]

    def __str__(self) -> str:
        return f"answer of {self.user_id}"
