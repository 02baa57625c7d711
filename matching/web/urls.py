"""The pages of the matching, by what people look for."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.views.generic import RedirectView

from matching.web import (
    apply,
    board,
    calendar,
    calls,
    communities,
    conversation,
    desk,
    for_you,
    guardians,
    home,
    join,
    match_acts,
    matches,
    needs,
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
    path("board/", board.board, name="board"),
    path("board/needs/", board.board_needs, name="board-needs"),
    path("board/due/<slug:when>/", board.board_list, name="board-list"),
    path("calls/", calls.calls, name="calls"),
    path("calls/<slug:public_id>/<slug:side>/", calls.call_number, name="call-number"),
    path("matches/", matches.match_list, name="match-list"),
    path("matches/<slug:public_id>/", matches.match_page, name="match-page"),
    path("matches/<slug:public_id>/contacts/", matches.match_contacts, name="contacts-page"),
    path("matches/<slug:public_id>/messages/", conversation.message_list, name="message-list"),
    path("matches/<slug:public_id>/guardians/", guardians.match_guardians, name="match-guardians"),
    path("guardian/<str:code>/", guardians.guardian, name="guardian"),
    path("matches/<slug:public_id>/<slug:act>/", match_acts.match_act, name="match-act"),
    path("desk/", desk.desk, name="desk"),
    path("desk/together/", desk.together, name="desk-together"),
    path("desk/<slug:public_id>/", desk.desk, name="desk-match"),
    path("desk/<slug:public_id>/undo/", desk.undo, name="desk-undo"),
    path("desk/<slug:public_id>/another/<slug:party>/", desk.another, name="desk-another"),
    path("desk/<slug:public_id>/interview/", desk.interview, name="desk-interview"),
    path("desk/<slug:public_id>/<slug:act>/", desk.decide, name="desk-decide"),
    path("needs/<slug:public_id>/apply/", apply.need_apply, name="need-apply"),
    path("communities/<slug:public_id>/", communities.community_page, name="community-page"),
]
