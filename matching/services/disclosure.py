"""The only way contact data leaves its table for another person, each time on record: ``reveal``, and for a call ``reveal_to_call``."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import Conflict, NotFound
from accounts.models import User
from accounts.models.accesses import ContactAccess
from accounts.models.contacts import ContactCard
from matching import policies
from matching.enums import DISCLOSED, MatchState, Role, Side
from matching.models import Match
from matching.selectors.readiness import SETTLING
from regions.selectors.regions import speakers_for

CARD_FIELDS = ("full_name", "phone", "address", "emergency_contact")
NOT_FOR_A_CALL = ("email", "address", "emergency_contact")


@dataclass(frozen=True, slots=True)
class Contact:
    """What one viewer may read of one person on the other side; empty text where not (yet) disclosed."""

    person: str
    name: str
    affiliation: str
    full_name: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    emergency_contact: str = ""


@transaction.atomic
def reveal(*, match: Match, viewer: User) -> list[Contact]:
    """The other side's people as far as this state discloses them to ``viewer``, and a record of it.

    From ``meeting``: the representative's name and affiliation. From ``agreed``: the cards, and the roster of named
    people to the community and the guide. Before, and for anyone else: nothing. The state is read again: a match in hand
    may have ended since. Writes one ContactAccess per person shown, in the same transaction, kept three years.

    Raises:
        NotFound("match_unknown"): the viewer may not know of this match.
    """
    match = Match.objects.select_related("need__region", "volunteer__representative", "guide").get(
        pk=match.pk
    )
    roles = policies.roles_on(viewer, match)
    if not roles & {Role.PARTY, Role.REGION, Role.GUIDE}:
        raise NotFound("match_unknown", _("This match does not exist."))
    if match.state != MatchState.MEETING and match.state not in DISCLOSED:
        return []
    is_full = match.state in DISCLOSED
    everybody = _people_for(match, roles, with_roster=is_full)
    people = [person for person in everybody if person.pk != viewer.pk]
    contacts = _with_cards(people) if is_full else [_introduced(person) for person in people]
    _record(match, viewer, people, contacts)
    return contacts


@transaction.atomic
def reveal_to_call(*, match: Match, side: Side, viewer: User) -> list[Contact]:
    """Whom a guide calls because the answer of ``side`` is overdue: name and telephone, nothing else, and a record of it.

    The one look before the promise, for the guide alone: silence may never be taken for a yes, and a call is what comes
    before it ends. As soon as the answer is there, or its time is longer, it is closed again.

    Raises:
        NotFound("match_unknown"): the viewer does not guide here.
        Conflict("not_overdue"): nothing has to be asked by telephone.
    """
    match = Match.objects.select_related("need__region", "volunteer__representative", "guide").get(
        pk=match.pk
    )
    if Role.GUIDE not in policies.roles_on(viewer, match):
        raise NotFound("match_unknown", _("This match does not exist."))
    owed = match.answers.filter(side=side, is_open=True, overdue_at__isnull=False)
    if match.state not in SETTLING or not owed.exists():
        raise Conflict("not_overdue", _("This answer is not overdue; nothing has to be recorded as a call."))
    speakers = {
        Side.PARTY: [match.volunteer.representative],
        Side.REGION: speakers_for(match.need.region),
    }
    people = [person for person in speakers[side] if person.pk != viewer.pk]
    contacts = [replace(contact, **dict.fromkeys(NOT_FOR_A_CALL, "")) for contact in _with_cards(people)]
    _record(match, viewer, people, contacts)
    return contacts


def _people_for(match: Match, roles: frozenset[Role], *, with_roster: bool) -> list[User]:
    """Whom a viewer in these roles may see: the other side; a guide sees both."""
    people: dict[int, User] = {}
    if roles & {Role.REGION, Role.GUIDE}:
        people[match.volunteer.representative_id] = match.volunteer.representative
        if with_roster:
            people |= {
                row.user_id: row.user for row in match.named_people.select_related("user").order_by("pk")
            }
    if roles & {Role.PARTY, Role.GUIDE}:
        people |= {user.pk: user for user in speakers_for(match.need.region)}
    return list(people.values())


def _introduced(person: User) -> Contact:
    """Name and affiliation alone."""
    return Contact(person=person.public_id, name=person.name, affiliation=person.affiliation)


def _with_cards(people: list[User]) -> list[Contact]:
    """Everybody with the card, empty where nobody filled one in. One query, however many."""
    cards = {card.user_id: card for card in ContactCard.objects.filter(user__in=people)}
    return [_full(person, cards.get(person.pk) or ContactCard(user=person)) for person in people]


def _full(person: User, card: ContactCard) -> Contact:
    fields = {field: getattr(card, field) for field in CARD_FIELDS}
    return replace(_introduced(person), email=person.email, **fields)


def _record(match: Match, viewer: User, people: list[User], contacts: list[Contact]) -> None:
    ContactAccess.objects.bulk_create(
        ContactAccess(
            viewer=viewer, subject=person, match_public_id=match.public_id, match_state=match.state,
            fields=sorted(name for name, value in asdict(contact).items() if value and name != "person"),
        )
        for person, contact in zip(people, contacts, strict=True)
    )  # fmt: skip
