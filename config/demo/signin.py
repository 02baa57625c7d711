"""One-click sign-in as a sample person. Its addresses exist only under the demo settings (see config/urls.py)."""

from __future__ import annotations

from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from config.demo.personas import BY_KEY, loaded_personas

BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_safe
def personas(request: HttpRequest) -> HttpResponse:
    """The list of sample people."""
    return render(request, "demo/personas.html", {"personas": loaded_personas(), "demo_url": reverse("demo")})


@require_POST
def sign_in(request: HttpRequest, key: str) -> HttpResponse:
    """Sign in as one of them; never as anybody who is not a sample."""
    if key not in BY_KEY:
        raise Http404
    user = get_object_or_404(User, email=BY_KEY[key].email, is_sample=True, is_active=True)
    login(request, user, backend=BACKEND)
    return redirect("home")


urlpatterns = [
    path("", personas, name="demo"),
    path("sign-in/<slug:key>/", sign_in, name="demo-sign-in"),
]
