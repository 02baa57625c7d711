"""The addresses as the demo settings make them."""

from __future__ import annotations

from django.urls import path

from config import mailbox, personas
from config.styleguide import styleguide
from config.urls import urlpatterns as always

urlpatterns = [
    *always,
    path("styleguide/", styleguide, name="styleguide"),
    path("demo/", personas.page, name="demo"),
    path("demo/mail/", mailbox.mailbox, name="demo-mail"),
    path("demo/sign-in/<slug:public_id>/", personas.sign_in, name="demo-sign-in"),
]
