"""Addresses of matches and of what surrounds them: one an act."""

from __future__ import annotations

from django.urls import URLPattern, path

from matching.api import conversation, desk, guide_acts, matches, needs, runs, side_acts, weights
from matching.api.base import MatchAct

ACTS: dict[str, type[MatchAct]] = {
    "approve": guide_acts.ApproveView,
    "undo": guide_acts.UndoView,
    "reject": guide_acts.RejectView,
    "snooze": guide_acts.SnoozeView,
    "stand-by": guide_acts.StandByView,
    "change-terms": guide_acts.ChangeTermsView,
    "suggest-also": guide_acts.SuggestAlsoView,
    "suggest-instead": guide_acts.SuggestInsteadView,
    "assign": guide_acts.AssignView,
    "record-call": guide_acts.RecordCallView,
    "waive-meeting": guide_acts.WaiveMeetingView,
    "record-meeting": guide_acts.RecordMeetingView,
    "change-promise": guide_acts.ChangePromiseView,
    "agree": guide_acts.AgreeView,
    "tick": guide_acts.TickView,
    "untick": guide_acts.UntickView,
    "confirm": guide_acts.ConfirmView,
    "complete": guide_acts.CompleteView,
    "answer": side_acts.AnswerView,
    "board-date": side_acts.BoardDateView,
    "extend": side_acts.ExtendView,
    "confirm-promise": side_acts.ConfirmPromiseView,
    "decline": side_acts.DeclineView,
    "withdraw": side_acts.WithdrawView,
    "redate": side_acts.RedateView,
    "cancel": side_acts.CancelView,
    "name-people": side_acts.NamePeopleView,
    "plan-meeting": side_acts.PlanMeetingView,
    "consents": side_acts.ConsentsView,
    "attest": side_acts.AttestView,
}

urlpatterns: list[URLPattern] = [
    path("matches/", matches.MatchesView.as_view(), name="matches"),
    path("matches/<slug:public_id>/", matches.OneMatchView.as_view(), name="match"),
    path("matches/<slug:public_id>/contacts/", matches.ContactsView.as_view(), name="match-contacts"),
    path("matches/<slug:public_id>/messages/", conversation.MessagesView.as_view(), name="match-messages"),
    path("matches/<slug:public_id>/events/", matches.EventsView.as_view(), name="match-events"),
    *(
        path(f"matches/<slug:public_id>/{act}/", view.as_view(), name=f"match-{act}")
        for act, view in ACTS.items()
    ),
    path("review-queue/", desk.ReviewQueueView.as_view(), name="review-queue"),
    path("call-list/", desk.CallListView.as_view(), name="call-list"),
    path("needs/<slug:public_id>/diagnosis/", needs.DiagnosisView.as_view(), name="need-diagnosis"),
    path("needs/<slug:public_id>/close/", needs.CloseNeedView.as_view(), name="need-close"),
    path("slots/<slug:public_id>/places/", needs.SlotPlacesView.as_view(), name="slot-places"),
    path("slots/<slug:public_id>/cancel/", needs.CancelSlotView.as_view(), name="slot-cancel"),
    path("runs/", runs.RunsView.as_view(), name="runs"),
    path("runs/<slug:public_id>/", runs.OneRunView.as_view(), name="run"),
    path("runs/<slug:public_id>/cancel/", runs.CancelRunView.as_view(), name="run-cancel"),
    path("relations/", desk.RelationsView.as_view(), name="relations"),
    path("blocks/", desk.BlocksView.as_view(), name="blocks"),
    path("weights/", weights.AllWeightsView.as_view(), name="weights"),
    path("weights/<int:version>/activate/", weights.ActivateWeightsView.as_view(), name="weights-activate"),
    path("invariants/", desk.InvariantsView.as_view(), name="invariants"),
]
