"""Matches, their events and relations as screens and the API want them, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.errors import Invalid
from accounts.models import Guide, User, Volunteer
from accounts.policies import is_admin, is_guide, represents_party
from matching.enums import ENDED, LIVE, NEUTRAL_ENDING, NOT_THIS_TIME, MatchState, Origin, Side
from matching.models import Match, MatchEvent, MatchPerson, RegionConsent, Relation
from matching.policies import matches_visible_to
from matching.selectors.viewers import Viewer
from matching.transitions import TABLE
from regions.enums import ConsentMatter
from regions.models import Need, Slot
from regions.policies import acts_for_region, guide_regions, represented_regions

GUIDES_OWN = frozenset({"assign", "snooze", "stand_by", "escalate", "record_call"})
"""Moves of the guide's desk that neither side reads of."""
ASKED_ANEW = "change_terms"
"""What a guide changed before anybody was asked: read by the side that had asked first, once it is asked itself."""
SAID_BY_A_SIDE = frozenset(
    {"answer", "set_board_date", "extend", "confirm_promise", "change_promise", "name_people", "plan_meeting"}
)
"""Moves by which a side shows that it was willing."""
CUT_SHORT = ENDED - {MatchState.COMPLETED}


def with_details(matches: QuerySet[Match]) -> QuerySet[Match]:
    """Matches with need, community, participant, guide, dates and links. Two queries."""
    return matches.select_related(
        "need__region__municipality",
        "volunteer__home",
        "volunteer__representative",
        "guide__user",
        "guide__organization",
        "run",
        "redated_from",
        "redated_to",
    ).prefetch_related(Prefetch("slots", Slot.objects.order_by("start_at", "pk")))


def with_everything(matches: QuerySet[Match]) -> QuerySet[Match]:
    """One match with all that stands around it. Eight queries."""
    return with_details(matches).prefetch_related(
        "answers",
        "region_consents",
        "preconditions",
        "attendances__slot",
        "meeting",
        Prefetch("named_people", _named()),
    )


def with_page(matches: QuerySet[Match]) -> QuerySet[Match]:
    """One match with what its page shows: answers, consents, the meeting, who comes. Five queries."""
    return (
        with_details(matches)
        .select_related("meeting")
        .prefetch_related("answers", "region_consents", Prefetch("named_people", _named()))
    )


def _named() -> QuerySet[MatchPerson]:
    return MatchPerson.objects.select_related("user").order_by("pk")


def matches_for(actor: User) -> QuerySet[Match]:
    """The matches ``actor`` may know of, with details, newest first. Two queries."""
    return with_details(matches_visible_to(actor)).order_by("-created_at", "-pk")


def matches_of_list(ids: Iterable[int]) -> dict[int, Match]:
    """The matches that a page of a list shows, by primary key, with details and answers. Three queries.

    A list asks for the keys of its page first: asked for together with all their details, PostgreSQL joins the details of
    everybody's matches before it cuts the page, for it does not plan as many joins as a whole.
    """
    rows = with_details(Match.objects.filter(pk__in=list(ids))).prefetch_related("answers")
    return {match.pk: match for match in rows}


def opened_to(party: Volunteer) -> QuerySet[Match]:
    """The live matches that a party has been told of, by deadline. Two queries.

    What no guide has approved yet, it does not read of, except where it applied itself: then nothing waits for it.
    """
    told = sorted(LIVE - {MatchState.PROPOSED})
    return with_details(Match.objects.filter(volunteer=party, state__in=told)).order_by("due_at", "pk")


def match_shown(match: Match) -> Match:
    """One match as it is now, with everything: what an act answers with."""
    return with_everything(Match.objects.all()).get(pk=match.pk)


def guided_by(actor: User) -> Q:
    """Matches whose score ``actor`` may see and sort by."""
    if is_admin(actor) or actor.is_system:
        return Q(pk__isnull=False)
    return Q(need__region__in=guide_regions(actor)) | Q(guide__user=actor, guide__ended_on=None)


def in_states(states: Iterable[str], actor: User) -> Q:
    """Matches in these states as ``actor`` reads them: which ending it was, only those who oversee it can ask."""
    asked = set(states)
    found = Q(state__in=sorted(asked - NOT_THIS_TIME))
    if NEUTRAL_ENDING in asked:
        found |= Q(state__in=sorted(NOT_THIS_TIME))
    return found | (Q(state__in=sorted(asked & NOT_THIS_TIME)) & guided_by(actor))


def guides_assignable_by(actor: User) -> QuerySet[Guide]:
    """Guides ``actor`` may hand a match to: all for administrators, for a guide those who guide somewhere in common."""
    if is_admin(actor):
        return Guide.objects.select_related("user")
    own = Guide.objects.filter(user=actor)
    named = guide_regions(actor).filter(guide__isnull=False).values("guide_id")
    municipalities = guide_regions(actor).values("municipality_id")
    prefectures = guide_regions(actor).values("municipality__prefecture_code")
    covering = Q(organization__coverages__municipality__in=municipalities) | Q(
        organization__coverages__municipality=None,
        organization__coverages__prefecture_code__in=prefectures,
    )
    wide = Guide.objects.filter(
        covering | Q(pk__in=named) | Q(organization__in=own.values("organization_id"))
    )
    return Guide.objects.select_related("user").filter(pk__in=wide.values("pk"))


def nameable_people(actor: User) -> QuerySet[User]:
    """People ``actor`` may name as coming: members of the parties of matches this person may know of."""
    parties = matches_visible_to(actor).values("volunteer_id")
    named = Q(memberships__volunteer__in=parties) | Q(represented_parties__in=parties)
    return User.objects.filter(pk__in=User.objects.filter(named).values("pk"))


def slots_of_matches(actor: User) -> QuerySet[Slot]:
    """Dates of the matches ``actor`` may know of."""
    return Slot.objects.filter(pk__in=matches_visible_to(actor).values("match_slots__slot_id"))


def events_of(match: Match, viewer: Viewer) -> QuerySet[MatchEvent]:
    """The moves of a match as far as the viewer may read of them, with actors, in order. One query.

    A side reads neither of the guide's desk nor of the other side's inner consents (of changed terms it reads where it had
    asked first for others, once both are asked); once it has ended before its time,
    nothing the other side said either: who is missing among those who answered would tell who refused.
    """
    events = MatchEvent.objects.filter(match=match).order_by("seq")
    events = events.select_related("actor", "match__need", "match__volunteer")
    if viewer.oversees(match):
        return events
    sides = viewer.sides_on(match)
    inner = set() if Side.REGION in sides else {"record_consent"}
    if match.approved_at is None or match.origin not in {side.value for side in sides}:
        inner.add(ASKED_ANEW)
    events = events.exclude(move__in=sorted(GUIDES_OWN | inner))
    return _without_words_of_others(events, sides) if match.state in CUT_SHORT else events


def _without_words_of_others(events: QuerySet[MatchEvent], sides: frozenset[Side]) -> QuerySet[MatchEvent]:
    """Without what a side said or confirmed that the viewer does not speak for; endings stay, told neutrally."""
    others = sorted(side.value for side in set(Side) - sides)
    told = Q(role__in=others) | Q(data__side__in=others)
    return events.exclude(told, move__in=sorted(SAID_BY_A_SIDE))


def is_ending(event: MatchEvent) -> bool:
    """Whether a move ended the match before completion: who made it stays between the guide and that side."""
    return TABLE[event.move].target in ENDED - {MatchState.COMPLETED}


def is_of_side(event: MatchEvent, sides: frozenset[Side]) -> bool:
    """Whether a move was made by or for one of these sides."""
    stated = event.data.get("side") if isinstance(event.data, dict) else None
    return event.role in {side.value for side in sides} or stated in {side.value for side in sides}


def consent_of(match: Match, *, by: str, matter: ConsentMatter) -> RegionConsent:
    """A consent of a match by its two names. One query.

    Raises:
        Invalid("consent_unknown")
    """
    consent = match.region_consents.filter(by=by, matter=matter).first()
    if consent is None:
        message = _("This match waits for no such consent.")
        raise Invalid("consent_unknown", message, fields={"by": [message]})
    return consent


def relations_for(actor: User) -> QuerySet[Relation]:
    """Relations of the parties ``actor`` represents and of the communities known to this person. One query.

    A community reads of those who came; broken promises are between the participant and the guides.
    """
    rows = Relation.objects.select_related("volunteer__home", "region__municipality")
    if is_admin(actor) or actor.is_system:
        return rows
    came = Q(region__in=represented_regions(actor), days__gt=0)
    return rows.filter(Q(volunteer__representative=actor) | Q(region__in=guide_regions(actor)) | came)


def parties_nameable_by(actor: User) -> QuerySet[Volunteer]:
    """Participants ``actor`` may propose: one's own; anyone whose id they were told for guides and communities."""
    if is_admin(actor) or is_guide(actor) or represented_regions(actor).exists():
        return Volunteer.objects.all()
    return Volunteer.objects.filter(representative=actor)


def origin_for(actor: User, need: Need, party: Volunteer) -> Origin:
    """As what ``actor`` begins a match where nothing is stated: participant before community before guide."""
    if represents_party(actor, party):
        return Origin.PARTY
    return Origin.REGION if acts_for_region(actor, need.region) else Origin.GUIDE
