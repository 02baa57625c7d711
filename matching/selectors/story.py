"""The life of a match as a story of two threads: who did what when, as far as the viewer may read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from matching.enums import AnswerValue, EndReason, Role
from matching.models import MatchEvent
from matching.selectors.events import shown_event
from matching.selectors.viewers import Viewer

LEFT, RIGHT, MIDDLE, KNOT = "is-left", "is-right", "is-guide", "is-knot"
SIDE_OF: Mapping[str | None, str] = {Role.REGION: LEFT, Role.PARTY: RIGHT}
WHO: Mapping[str | None, Any] = {
    Role.REGION: _("Community"),
    Role.PARTY: _("Participant"),
    Role.GUIDE: _("Guide"),
    Role.ADMIN: _("Administrator"),
    Role.SYSTEM: _("Enishi"),
}
WORDS: Mapping[str, Any] = {
    "propose": _("Proposed, because both sides fit"),
    "suggest": _("Proposed by the guide"),
    "apply": _("Said: we would like to try"),
    "invite": _("Invited"),
    "assign": _("A guide took charge"),
    "snooze": _("Held back for some days"),
    "stand_by": _("Put next in line"),
    "escalate": _("Handed to the next guide"),
    "change_terms": _("Changed what is proposed before asking"),
    "name_people": _("Named who comes"),
    "approve": _("Asked both sides; the places are held"),
    "undo_approval": _("Took the question back"),
    "answer": _("Answered"),
    "set_board_date": _("Said when the board meets next"),
    "extend": _("Asked for more time"),
    "record_call": _("Called by telephone"),
    "record_consent": _("A consent of the community was recorded"),
    "confirm_promise": _("Confirmed what is promised in return"),
    "change_promise": _("Worded the promise anew"),
    "open_meeting": _("Both want to meet"),
    "plan_meeting": _("Planned the first meeting"),
    "waive_meeting": _("No first meeting is needed"),
    "record_meeting": _("The first meeting took place"),
    "agree": _("The promise is made"),
    "drop_date": _("One of the dates was called off"),
    "move_date": _("A date was put off"),
    "redate": _("Other dates were proposed"),
    "tick": _("Checked a preparation"),
    "untick": _("Opened a preparation again"),
    "confirm": _("Everything is prepared"),
    "attest": _("Recorded who came"),
    "complete": _("Done. Thank you."),
    "reject": _("Not this time"),
    "decline": _("Not this time"),
    "withdraw": _("Taken back"),
    "lapse": _("The time to answer is over"),
    "cancel": _("Called off"),
    "end": _("It ended here"),
}


@dataclass(frozen=True, slots=True)
class Scene:
    """One line of the story. ``thread`` is the class it is drawn with."""

    at: datetime
    thread: str
    who: str
    text: str
    said: str
    on_behalf_of: str
    note: str

    @property
    def is_knot(self) -> bool:
        """Whether the two threads are tied here."""
        return self.thread == KNOT


def story(events: Iterable[MatchEvent], viewer: Viewer) -> list[Scene]:
    """The events of one match, in order, as ``viewer`` may read them. No query on events that came with their match."""
    return [_scene(shown_event(event, viewer)) for event in events]


def _scene(event: Mapping[str, Any]) -> Scene:
    thread = KNOT if event["move"] == "agree" else SIDE_OF.get(event["role"], MIDDLE)
    return Scene(
        at=event["at"],
        thread=thread,
        who=str(WHO.get(event["role"], "")),
        text=str(WORDS.get(event["move"], event["move"])),
        said=_said(event),
        on_behalf_of=event["on_behalf_of"],
        note=event["note"],
    )


def _said(event: Mapping[str, Any]) -> str:
    """The answer, the reason or what a move changed, where the viewer may read it."""
    if event["move"] == "change_terms":
        return _changed(event["data"])
    value = event["data"].get("value")
    if event["move"] == "open_meeting":
        return ""  # its words say it already
    if value in AnswerValue.values:
        return str(AnswerValue(value).label)
    return str(EndReason(event["reason"]).label) if event["reason"] in EndReason.values else ""


def _changed(data: Mapping[str, Any]) -> str:
    """Before and after of changed terms; empty to who reads only that there was a change."""
    people, promise = data.get("people"), data.get("promise")
    said = [gettext("%(before)d → %(after)d people") % people] if people else []
    return gettext(", ").join(
        [*said, *([gettext("«%(before)s» → «%(after)s»") % promise] if promise else [])]
    )
