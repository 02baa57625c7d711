"""Addresses of communities, needs and offers."""

from __future__ import annotations

from django.urls import URLPattern, path

from regions.api import emergency, needs, offers, officers, regions

urlpatterns: list[URLPattern] = [
    path("regions/", regions.RegionsView.as_view(), name="regions"),
    path("regions/<slug:public_id>/", regions.OneRegionView.as_view(), name="region"),
    path(
        "regions/<slug:public_id>/quiet-periods/",
        regions.QuietPeriodsView.as_view(),
        name="region-quiet-periods",
    ),
    path(
        "regions/<slug:public_id>/required-consents/",
        regions.RequiredConsentsView.as_view(),
        name="region-required-consents",
    ),
    path(
        "regions/<slug:public_id>/representatives/",
        regions.RepresentativesView.as_view(),
        name="region-representatives",
    ),
    path("regions/<slug:public_id>/guide/", regions.GuideView.as_view(), name="region-guide"),
    path(
        "regions/<slug:public_id>/emergency-card/",
        emergency.RegionCardView.as_view(),
        name="region-emergency-card",
    ),
    path("municipalities/<slug:code>/officers/", officers.OfficersView.as_view(), name="officers"),
    path(
        "municipalities/<slug:code>/officers/<slug:user_id>/", officers.OfficerView.as_view(), name="officer"
    ),
    path("needs/", needs.NeedsView.as_view(), name="needs"),
    path("needs/<slug:public_id>/", needs.OneNeedView.as_view(), name="need"),
    path("needs/<slug:public_id>/advance/", needs.AdvanceView.as_view(), name="need-advance"),
    path(
        "needs/<slug:public_id>/emergency-card/",
        emergency.NeedCardView.as_view(),
        name="need-emergency-card",
    ),
    path("needs/<slug:public_id>/open/", needs.OpenView.as_view(), name="need-open"),
    path("needs/<slug:public_id>/rules/", needs.RulesView.as_view(), name="need-rules"),
    path("needs/<slug:public_id>/slots/", needs.SlotsView.as_view(), name="need-slots"),
    path("offers/", offers.OffersView.as_view(), name="offers"),
    path("offers/<slug:public_id>/", offers.OneOfferView.as_view(), name="offer"),
    path("offers/<slug:public_id>/permissions/", offers.PermissionsView.as_view(), name="offer-permissions"),
]
