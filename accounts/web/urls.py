"""The pages about oneself and one's parties."""

from __future__ import annotations

from django.urls import URLPattern, path

from accounts.web import desks, groups, party_tasks, profile

urlpatterns: list[URLPattern] = [
    path("me/", profile.me, name="profile"),
    path("me/name/", profile.my_name, name="me-name"),
    path("me/contact/", profile.my_contact, name="me-contact"),
    path("me/parties/new/", groups.party_new, name="party-new"),
    path("me/parties/<slug:public_id>/", party_tasks.party_page, name="party-page"),
    path("me/parties/<slug:public_id>/members/", groups.party_members, name="party-members"),
    path(
        "me/parties/<slug:public_id>/members/<slug:user_id>/remove/",
        groups.member_remove,
        name="member-remove",
    ),
    path("me/parties/<slug:public_id>/<slug:task>/", party_tasks.party_task, name="party-task"),
    path("board/me/", desks.own_desk, name="own-desk"),
    path("board/desks/<slug:user_id>/", desks.colleague_desk, name="colleague-desk"),
    path("groups/join/<str:code>/", groups.group_join, name="group-join"),
]
