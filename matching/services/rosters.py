"""What stands on the roster of the day, from what ``reveal`` shows of the people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from accounts.enums import GROUP_KINDS
from accounts.services.dates import era_day, era_span
from matching.models import Match
from matching.services.disclosure import Contact

Values = dict[str, Any]


def roster(match: Match, contacts: Iterable[Contact], *, printed_by: str) -> Values:
    """The named people who come, a line to write on for each who is not named yet, and whom else to call.

    ``match`` comes with everything. Somebody named whose contact is not among ``contacts`` gets a line to write on.
    """
    by_person = {contact.person: contact for contact in contacts}
    lead = match.volunteer.representative.public_id
    named = [row.user.public_id for row in match.named_people.all()]
    coming = [_person(by_person[person], lead) for person in named if person in by_person]
    others = [contact for person, contact in by_person.items() if person not in named]
    return {
        "heading": f"当日名簿　{match.need.title}",
        "number": match.public_id,
        "title": match.need.title,
        "community": _place(match),
        "dates": [era_span(slot.start_at, slot.end_at) for slot in match.slots.all()],
        "party": match.volunteer.name if match.volunteer.kind in GROUP_KINDS else "個人の方",
        "people": match.people,
        "people_rows": coming,
        "unnamed": max(match.people - len(coming), 0),
        "contact_rows": [_person(contact, lead) for contact in others if contact.person == lead],
        "region_rows": [_person(contact, lead) for contact in others if contact.person != lead],
        "printed": era_day(timezone.localdate()),
        "printed_by": printed_by,
    }


def _place(match: Match) -> str:
    region = match.need.region
    return f"{region.municipality.label} {region.name}"


def _person(contact: Contact, lead: str) -> Values:
    return {
        "name": contact.full_name or contact.name,
        "lead": contact.person == lead,
        "phone": contact.phone,
        "emergency": contact.emergency_contact,
    }
