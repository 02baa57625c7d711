"""The pages of a community's desk that need nothing of the matching. The desk itself and its dates stand in ``matching.web``."""

from __future__ import annotations

from django.urls import URLPattern, path

from regions.web import check, consents, needs, offers, rules, sheets

COMMUNITY = "<slug:public_id>/"
NEED = f"{COMMUNITY}needs/<slug:need_id>/"
OFFER = f"{COMMUNITY}offers/<slug:offer_id>/"

urlpatterns: list[URLPattern] = [
    path("sheets/new/", sheets.sheet_new, name="sheet-new"),
    path("sheets/template/<slug:state>.xlsx", sheets.sheet_template, name="sheet-template"),
    path("sheets/<slug:public_id>/", sheets.sheet_page, name="sheet-page"),
    path("sheets/<slug:public_id>/errors/", sheets.sheet_errors, name="sheet-errors"),
    path(f"{COMMUNITY}needs/", needs.place_needs, name="place-needs"),
    path(f"{COMMUNITY}needs/file/<slug:kind>/", sheets.needs_file, name="place-needs-file"),
    path(f"{COMMUNITY}needs/new/", needs.need_new, name="need-new"),
    path(NEED, needs.place_need, name="place-need"),
    path(f"{NEED}revise/", needs.need_revise, name="need-revise"),
    path(f"{NEED}dates/", needs.need_dates, name="need-dates"),
    path(f"{NEED}read/", consents.need_read, name="need-read"),
    path(f"{NEED}again/", consents.need_again, name="need-again"),
    path(f"{COMMUNITY}offers/", offers.place_offers, name="place-offers"),
    path(f"{COMMUNITY}offers/file/<slug:kind>/", sheets.offers_file, name="place-offers-file"),
    path(f"{COMMUNITY}offers/new/", offers.offer_new, name="offer-new"),
    path(OFFER, offers.place_offer, name="place-offer"),
    path(f"{OFFER}revise/", offers.offer_revise, name="offer-revise"),
    path(f"{OFFER}holders/new/", offers.permission_new, name="permission-new"),
    path(f"{OFFER}holders/<int:row_id>/", offers.permission_revise, name="permission-revise"),
    path(f"{COMMUNITY}check/", check.place_check, name="place-check"),
    path(f"{COMMUNITY}rules/", rules.place_rules, name="place-rules"),
    path(f"{COMMUNITY}rules/<slug:rule>/", rules.place_rule, name="place-rule"),
]
