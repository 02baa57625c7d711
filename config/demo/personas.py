"""The sample people one click signs in as. Demo settings only."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from config.demo.scenarios import MAIL_DOMAIN


@dataclass(frozen=True, slots=True)
class Persona:
    """A key for the address, the account behind it, and what they are."""

    key: str
    local_part: str
    role: str | Promise

    @property
    def email(self) -> str:
        return f"{self.local_part}@{MAIL_DOMAIN}"


PERSONAS = (
    Persona("group", "riders", _("represents a riders' club of thirty in the city")),
    Persona("person", "nurse", _("a nurse in the city who is free at weekends")),
    Persona("guide", "org-saga-1", _("a community guide of an intermediary organization")),
    Persona("guide2", "org-saga-2", _("a second guide of the same organization")),
    Persona("staff", "saga-shi", _("a municipal officer who posts and answers for communities")),
    Persona("community", "saga-chiku", _("speaks for a community")),
    Persona("admin", "kanri", _("administrator")),
)
BY_KEY = {persona.key: persona for persona in PERSONAS}


def loaded_personas() -> list[dict[str, object]]:
    """Key, name and role of the personas that stand in the database. One query."""
    users = {user.email: user for user in User.objects.filter(email__in=[each.email for each in PERSONAS])}
    return [
        {"key": each.key, "name": users[each.email].name, "role": each.role}
        for each in PERSONAS
        if each.email in users
    ]
