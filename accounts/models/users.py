"""User: someone who acts. The worker acts as the system user."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import AgeBand, Language
from accounts.models.base import PublicModel

SYSTEM_EMAIL = "system@enishi.invalid"


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A stored user; without a password only codes and passkeys open the door."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def system(self) -> User:
        """The user in whose name the worker acts; made on first use."""
        return self.get_or_create(email=SYSTEM_EMAIL, defaults={"name": "Enishi", "is_system": True})[0]


class User(PublicModel, AbstractBaseUser, PermissionsMixin):
    """A person with an account (or the system). Contact data lives in ContactCard, not here."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=80, blank=True)
    affiliation = models.CharField(_("affiliation"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.JAPANESE)
    age_band = models.CharField(_("age"), max_length=8, choices=AgeBand, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    is_system = models.BooleanField(default=False)
    is_sample = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name, verbose_name_plural = _("account"), _("accounts")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_ci"),
            models.UniqueConstraint(
                fields=["is_system"], condition=models.Q(is_system=True), name="one_system_user"
            ),
            models.CheckConstraint(condition=models.Q(language__in=Language.values), name="user_language"),
            models.CheckConstraint(
                condition=models.Q(age_band__in=["", AgeBand.ADULT, AgeBand.MINOR]),
                name="no_account_under_16",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.public_id
