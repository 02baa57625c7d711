"""The pages of a community's desk that need nothing of the matching. The desk itself and its dates stand in ``matching.web``."""

from __future__ import annotations

from django.urls import URLPattern, path

from regions.web import consents, needs

COMMUNITY = "<slug:public_id>/"
NEED = f"{COMMUNITY}needs/<slug:need_id>/"

urlpatterns: list[URLPattern] = [
    path(f"{COMMUNITY}needs/", needs.place_needs, name="place-needs"),
    path(f"{COMMUNITY}needs/new/", needs.need_new, name="need-new"),
    path(NEED, needs.place_need, name="place-need"),
    path(f"{NEED}revise/", needs.need_revise, name="need-revise"),
    path(f"{NEED}dates/", needs.need_dates, name="need-dates"),
    path(f"{NEED}read/", consents.need_read, name="need-read"),
    path(f"{NEED}again/", consents.need_again, name="need-again"),
]
