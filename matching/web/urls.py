"""The pages of the matching, by what people look for."""

from __future__ import annotations

from django.urls import URLPattern, path

from matching.web import communities, home, needs

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("needs/", needs.need_list, name="need-list"),
    path("needs/<slug:public_id>/", needs.need_page, name="need-page"),
    path("communities/<slug:public_id>/", communities.community_page, name="community-page"),
]
