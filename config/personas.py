"""The demo's one-click sign-in. Its address exists only under the demo settings (config/urls.py)."""

from __future__ import annotations

import os
from dataclasses import dataclass

from django.contrib.auth import login
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.enums import PartyKind
from accounts.models import User

BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass(frozen=True)
class Persona:
    """A person of the sample data whose eyes one may borrow."""

    key: str
    role: str
    user: User

    @property
    def path(self) -> str:
        return reverse("demo-sign-in", args=[self.user.public_id])


def samples() -> QuerySet[User]:
    """People of the sample data: nobody else can be signed in with a click, whatever the settings."""
    return User.objects.filter(is_sample=True, is_active=True, is_system=False).order_by("pk")


def personas() -> list[Persona]:
    """One person for each role, the first that was loaded; a role that nobody has is left out."""
    people = samples()
    groups = people.filter(represented_parties__kind=PartyKind.GROUP)
    alone = people.filter(represented_parties__kind=PartyKind.INDIVIDUAL)
    first_of = {
        "group": (_("group that comes to help"), groups),
        "person": (_("person who comes to help"), alone),
        "community": (_("representative of a community"), people.filter(representing__isnull=False)),
        "staff": (_("staff of a municipality"), people.filter(staffing__isnull=False)),
        "guide": (pgettext_lazy("role", "guide"), people.filter(guide__isnull=False)),
        "admin": (_("administrator"), people.filter(is_superuser=True)),
    }
    found = ((key, str(role), candidates.first()) for key, (role, candidates) in first_of.items())
    return [Persona(key=key, role=role, user=user) for key, role, user in found if user]


@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The list of sample people, each with a link that signs in; ``?format=json`` for programs."""
    if request.GET.get("format") == "json":
        found = [{"key": each.key, "name": each.user.name, "sign_in": each.path} for each in personas()]
        return JsonResponse({"personas": found, "web_pid": os.getpid()})
    return render(request, "demo/personas.html", {"personas": personas()})


@never_cache
@require_safe
def sign_in(request: HttpRequest, public_id: str) -> HttpResponse:
    """Sign in as a person of the sample data and go to the first page."""
    login(request, get_object_or_404(samples(), public_id=public_id), backend=BACKEND)
    return redirect("/")
