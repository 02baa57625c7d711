"""Facts about people that screens and services ask for."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts.enums import ConsentKind
from accounts.models import Consent, ContactAccess, User
from accounts.policies import Actor


def administrators() -> QuerySet[User]:
    """Those who administer the installation and can be reached."""
    return User.objects.filter(is_active=True, is_superuser=True, is_system=False).order_by("pk")


def people_in_reach(_actor: Actor) -> QuerySet[User]:
    """Whoever has an account: to be named by the public id, which is unguessable and handed over by the person."""
    return User.objects.filter(is_active=True, is_system=False)


def user_by_email(email: str) -> User | None:
    """The user of an address, whatever the case of its letters."""
    return User.objects.filter(email__iexact=email.strip(), is_system=False).first()


def consents_of(user: User) -> QuerySet[Consent]:
    """What a person agreed to, newest first, withdrawn ones included."""
    return user.consents.select_related("given_by").order_by("-given_at", "-pk")


def looks_at(user: User) -> QuerySet[ContactAccess]:
    """Who was shown contact data of ``user`` when, newest first, with the viewer. One query."""
    return user.contact_accesses.select_related("viewer").order_by("-at", "-pk")


def has_consented(user: User, kind: ConsentKind, *, text_version: str | None = None) -> bool:
    """Whether a consent of this kind (to this version of the text, where one is named) stands."""
    standing = user.consents.filter(kind=kind, withdrawn_at=None)
    if text_version is not None:
        standing = standing.filter(text_version=text_version)
    return standing.exists()
