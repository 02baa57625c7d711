"""The pages of the matching, by what people look for."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.views.generic import RedirectView

from matching.web import (
    apply,
    calendar,
    communities,
    conversation,
    for_you,
    guardians,
    home,
    join,
    match_acts,
    matches,
    needs,
    place,
    place_acts,
    place_dates,
    watches,
)

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("needs/", needs.need_list, name="need-list"),
    path("needs/<slug:public_id>/", needs.need_page, name="need-page"),
    path("join/", RedirectView.as_view(url="/join/interests/"), name="join-begin"),
    path("join/<slug:step>/", join.join, name="join"),
    path("join-check/", join.check, name="join-check"),
    path("start/", join.start, name="start"),
    path("for-you/", for_you.for_you, name="for-you"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/address/", calendar.feed_new, name="calendar-feed-new"),
    path("calendar/address/remove/", calendar.feed_remove, name="calendar-feed-remove"),
    path("calendar/<str:secret>.ics", calendar.calendar_feed, name="calendar-feed"),
    path("watches/", watches.watch_list, name="watch-list"),
    path("watches/new/", watches.watch_new, name="watch-new"),
    path("watches/<slug:public_id>/remove/", watches.watch_remove, name="watch-remove"),
    path("matches/", matches.match_list, name="match-list"),
    path("matches/<slug:public_id>/", matches.match_page, name="match-page"),
    path("matches/<slug:public_id>/contacts/", matches.match_contacts, name="contacts-page"),
    path("matches/<slug:public_id>/messages/", conversation.message_list, name="message-list"),
    path("matches/<slug:public_id>/guardians/", guardians.match_guardians, name="match-guardians"),
    path("guardian/<str:code>/", guardians.guardian, name="guardian"),
    path("matches/<slug:public_id>/<slug:act>/", match_acts.match_act, name="match-act"),
    path("needs/<slug:public_id>/apply/", apply.need_apply, name="need-apply"),
    path("place/", place.place_list, name="place-list"),
    path("place/<slug:public_id>/", place.place_desk, name="place-desk"),
    path("place/<slug:public_id>/dates/", place.place_dates, name="place-dates"),
    path("place/<slug:public_id>/dates/<slug:slot_id>/", place_dates.place_date, name="place-date"),
    path("place/<slug:public_id>/needs/<slug:need_id>/<slug:act>/", place_acts.need_act, name="need-act"),
    path("communities/<slug:public_id>/", communities.community_page, name="community-page"),
]
