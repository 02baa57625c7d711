"""A match as one viewer may see it. What a template or a serializer shows, it reads from here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import GROUP_KINDS
from accounts.models import User
from matching.enums import DISCLOSED, LIVE, AnswerValue, ConsentStatus, Origin, Role, Side
from matching.models import Answer, Attendance, Match, Meeting, Precondition, RegionConsent
from matching.selectors.labels import neutral_state, party_label, state_label
from matching.selectors.matches import CUT_SHORT, match_shown
from matching.selectors.readiness import SETTLING, missing_as_read, missing_for_agreement
from matching.selectors.reasons import shown_caveat, shown_reasons
from matching.selectors.viewers import Viewer, has_met, viewer_of
from regions.models import Slot
from regions.policies import public_label

LOOKING = frozenset({Role.PARTY, Role.REGION, Role.GUIDE})
MISSING: Mapping[str, Any] = {
    "answers": gettext_lazy("a yes of both sides"),
    "meeting": gettext_lazy("the first meeting"),
    "consents": gettext_lazy("a consent of the community"),
    "permission": gettext_lazy("the permission for what is offered in return"),
    "promise_party": gettext_lazy("the participant's word that the promise is right"),
    "promise_region": gettext_lazy("the community's word that the promise is right"),
}


@dataclass(frozen=True, slots=True)
class MatchSight:
    """One match, one viewer. Never contact data.

    Who oversees the match sees everything of it. A side sees the other by its label until they meet, at most three
    reasons and one caveat, and of an ending the neutral sentence. ``missing``: what the promise still waits for.
    """

    match: Match
    viewer: Viewer
    missing: tuple[str, ...] = ()

    @property
    def oversees(self) -> bool:
        """Whether the viewer sees the whole match."""
        return self.viewer.oversees(self.match)

    @property
    def sides(self) -> frozenset[Side]:
        """The sides the viewer speaks for."""
        return self.viewer.sides_on(self.match)

    @property
    def cares_for_people(self) -> bool:
        """Whether who comes, and whose guardian agreed, is this viewer's business: the participant's and the guides'."""
        return self.oversees or Side.PARTY in self.sides

    @property
    def roles(self) -> list[str]:
        """The viewer's roles on the match."""
        return sorted(self.viewer.roles_on(self.match))

    @property
    def moves(self) -> list[str]:
        """Names of the moves the viewer may try now."""
        return self.viewer.moves_on(self.match)

    @property
    def state(self) -> str:
        """The state; to a side, all endings before the promise are one."""
        return self.match.state if self.oversees else neutral_state(self.match.state)

    @property
    def state_label(self) -> str:
        """The word on screen for the state."""
        return state_label(self.state)

    @property
    def origin_label(self) -> str:
        """The word on screen for who asked first."""
        return str(Origin(self.match.origin).label)

    @property
    def is_live(self) -> bool:
        """Whether the match goes on."""
        return self.match.state in LIVE

    @property
    def region(self) -> Mapping[str, Any]:
        """The community: its name to who may know it, else what may be said in public."""
        region = self.match.need.region
        is_named = self.viewer.knows_region(self.match)
        label = f"{region.municipality.label} {region.name}" if is_named else public_label(region)
        return {"id": region.public_id, "label": label, "is_named": is_named}

    @property
    def party(self) -> Mapping[str, Any]:
        """The participant: its name to who may know it, else kind, home and people.

        A person's own name is contact data to the other side: it comes with the contacts, on record.
        """
        volunteer = self.match.volunteer
        is_own = self.oversees or Side.PARTY in self.sides
        is_named = is_own or (self.viewer.knows_party(self.match) and volunteer.kind in GROUP_KINDS)
        label = volunteer.name if is_named else party_label(self.match)
        return {
            "id": volunteer.public_id,
            "label": label,
            "is_named": is_named,
            "kind": volunteer.kind,
            "home": volunteer.home.label,
            "size": volunteer.size,
        }

    @property
    def guide(self) -> Mapping[str, Any] | None:
        """Who looks after the match; None while nobody does."""
        guide = self.match.guide
        if guide is None:
            return None
        user = guide.user
        return {"id": user.public_id, "name": user.name, "organization": guide.organization.name}

    @property
    def slots(self) -> Iterable[Slot]:
        """The dates, in order."""
        return self.match.slots.all()

    @property
    def reasons(self) -> list[dict[str, str]]:
        """At most three reasons, in words for everybody."""
        return shown_reasons(self.match.explanation)

    @property
    def caveat(self) -> dict[str, str] | None:
        """The one thing that must be said with it."""
        return shown_caveat(self.match.explanation)

    @property
    def review(self) -> Match | None:
        """Scores, ranks and the guide's own marks: for who oversees the match alone."""
        return self.match if self.oversees else None

    @property
    def ending(self) -> str:
        """The neutral sentence of an ending; empty while it lives and after completion."""
        if self.match.state not in CUT_SHORT:
            return ""
        return self.match.neutral_note or _("The conditions did not fit this time.")

    @property
    def redated_from(self) -> str | None:
        """The match this one took over from, with other dates."""
        before = self.match.redated_from
        return before.public_id if before is not None else None

    @property
    def redated_to(self) -> str | None:
        """The match that took over from this one, as far as the viewer may know of it yet."""
        after: Match | None = getattr(self.match, "redated_to", None)
        if after is None or not (self.oversees or after.approved_at is not None or self._began(after)):
            return None
        return after.public_id

    def _began(self, after: Match) -> bool:
        return after.origin in {side.value for side in self.sides}

    @property
    def may_look(self) -> bool:
        """Whether there is somebody whose name or card the viewer may look at now."""
        return has_met(self.match) and bool(set(self.roles) & LOOKING)

    @property
    def on_site_lead(self) -> str:
        """Who is in charge on site: named once the promise is made."""
        return self.match.need.on_site_lead if self.match.state in DISCLOSED else ""

    @property
    def owes_answer(self) -> bool:
        """Whether a side the viewer speaks for owes an answer."""
        return any(row["is_open"] and row["side"] in self._own for row in self.answers)

    @property
    def owes_promise(self) -> bool:
        """Whether a side the viewer speaks for has been asked and has not confirmed what is promised in return."""
        if self.match.state not in SETTLING:
            return False
        return any(side in self._own and at is None for side, at in self.promise_confirmed.items())

    @property
    def _own(self) -> set[str]:
        return {side.value for side in self.sides}

    # What stands around one match: read with ``with_everything``.
    @property
    def promise_confirmed(self) -> Mapping[str, Any]:
        """When each side confirmed what is promised in return; after an ending a side reads its own only."""
        times = {Side.PARTY: self.match.promise_party_at, Side.REGION: self.match.promise_region_at}
        return {side.value: at if self._may_read(side) else None for side, at in times.items()}

    @property
    def answers(self) -> list[Mapping[str, Any]]:
        """What each side owes and said; of the other side only whether it has answered and by when it will.

        After an ending not even that: an open answer would tell who refused or kept silent.
        """
        rows = sorted(self.match.answers.all(), key=lambda answer: answer.side)
        return [self._answer(row) for row in rows if self._may_read(Side(row.side))]

    @property
    def consents(self) -> list[RegionConsent]:
        """The community's own consents: for the community and who oversees the match."""
        if not (self.oversees or Side.REGION in self.sides):
            return []
        return sorted(self.match.region_consents.all(), key=lambda row: row.pk)

    @property
    def open_consents(self) -> list[RegionConsent]:
        """Those of them that are not on record yet."""
        return [row for row in self.consents if row.status == ConsentStatus.ASKED]

    @property
    def meeting(self) -> Mapping[str, Any] | None:
        """The first meeting; the guide's note only to who oversees the match."""
        meeting: Meeting | None = getattr(self.match, "meeting", None)
        if meeting is None:
            return None
        return {
            "how": meeting.how,
            "how_label": str(meeting.get_how_display()),
            "planned_at": meeting.planned_at,
            "place": meeting.place,
            "outcome": meeting.outcome,
            "outcome_at": meeting.outcome_at,
            "note": meeting.note if self.oversees else "",
        }

    @property
    def preconditions(self) -> list[Mapping[str, Any]]:
        """What is checked before the day."""
        rows: list[Precondition] = sorted(self.match.preconditions.all(), key=lambda row: row.pk)
        return [
            {
                "kind": row.kind,
                "label": row.get_kind_display(),
                "due_at": row.due_at,
                "ticked_at": row.ticked_at,
                "note": row.note if self.oversees else "",
            }
            for row in rows
        ]

    @property
    def attendances(self) -> list[Mapping[str, Any]]:
        """Who came on each date; the note only to the community and who oversees the match."""
        rows: list[Attendance] = sorted(self.match.attendances.all(), key=lambda row: row.slot.start_at)
        shows_note = self.oversees or Side.REGION in self.sides
        return [
            {
                "slot": row.slot.public_id,
                "people_came": row.people_came,
                "minutes": row.minutes,
                "return_given": row.return_given,
                "attested_at": row.attested_at,
                "note": row.note if shows_note else "",
            }
            for row in rows
        ]

    @property
    def named_people(self) -> list[Mapping[str, str]]:
        """Who comes, by name: to the participant and who oversees; the community reads them with the contacts."""
        if not (self.oversees or Side.PARTY in self.sides):
            return []
        return [{"id": row.user.public_id, "name": row.user.name} for row in self.match.named_people.all()]

    def _may_read(self, side: Side) -> bool:
        return self.oversees or side in self.sides or self.match.state not in CUT_SHORT

    def _answer(self, row: Answer) -> Mapping[str, Any]:
        shown = {
            "side": row.side,
            "is_open": row.is_open,
            "has_answered": row.value != "",
            "due_at": row.due_at,
            "word": "",
        }
        if not (self.oversees or row.side in self.sides):
            return shown | dict.fromkeys(OWN_ANSWER)
        word = AnswerValue(row.value).label if row.value else ""
        return shown | {name: getattr(row, name) for name in OWN_ANSWER} | {"word": str(word)}


OWN_ANSWER = (
    "value",
    "scope",
    "lapse_at",
    "meets_on",
    "extended_at",
    "overdue_at",
    "answered_at",
    "on_behalf_of",
)


def sight_on_page(match: Match, actor: User) -> MatchSight:
    """A match that was just read ``with_page``, for this viewer. Five queries at most, three more once the promise is made."""
    if match.state in DISCLOSED:
        prefetch_related_objects([match], "preconditions", "attendances__slot")
    missing = missing_as_read(match) if match.state in SETTLING else ()
    return MatchSight(match, viewer_of(actor, [match]), missing)


def sight_of(match: Match, actor: User) -> MatchSight:
    """A match with everything around it, as it is now, for this viewer. Some twenty queries."""
    shown = match_shown(match)
    missing = missing_for_agreement(shown) if shown.state in SETTLING else ()
    return MatchSight(shown, viewer_of(actor, [shown]), missing)
