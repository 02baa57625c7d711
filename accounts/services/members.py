"""Named members of a group. Nobody is made a member by someone else: the representative hands out a code."""

from __future__ import annotations

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import GROUP_KINDS, AgeBand
from accounts.errors import Conflict, Invalid, NotAllowed
from accounts.locks import lock_party
from accounts.models import Membership, User, Volunteer
from accounts.policies import can_edit_party
from accounts.services.ages import check_age, say_age
from accounts.services.audit import record
from accounts.services.rescoring import party_changed

SALT = "accounts.party-invitation"
CODE_MAX = 200
YOUNGEST_OF_BAND = 16  # of «16 or 17»: what a community asks of the youngest must hold for either
CODE_SECONDS = 14 * 24 * 3600


def invite_members(*, actor: User, party: Volunteer) -> str:
    """A code that lets whoever is handed it join the party within fourteen days. Audited, nothing else is stored.

    Raises:
        NotAllowed("not_your_party"): actor neither represents the party nor administers.
        Conflict("party_is_one_person"): an individual has no members.
    """
    if not can_edit_party(actor, party):
        raise NotAllowed("not_your_party", _("Only the representative can change this."))
    if party.kind not in GROUP_KINDS:
        raise Conflict("party_is_one_person", _("A person alone has no members."))
    record(actor=actor, action="party.invite", target=party, label=party.name)
    return signing.dumps({"party": party.public_id}, salt=SALT)


@transaction.atomic
def join_party(*, actor: User, code: str, age: str = "") -> Membership:
    """Make ``actor`` a member of the party that the code invites to. Twice changes nothing.

    ``age`` is an ``AgeBand`` where the door asked for it. With a minor in it, the party comes with minors.
    Locks the party (its members are counted); audits; owes its rescoring.

    Raises:
        NotAllowed("not_active"): nobody, or an account that is closed.
        Invalid("too_young"): under 16 the guardian holds the account. Invalid("choice_unknown").
        Invalid("code_invalid"): not a code of this house, or older than fourteen days.
        Conflict("party_full"): the party has as many named members as people.
    """
    if not actor.is_active:
        raise NotAllowed("not_active", _("Please sign in first."))
    check_age(age)
    party = lock_party(invited_party(code).pk)
    membership = party.memberships.filter(user=actor).first()
    if membership is not None:
        return membership
    if party.memberships.count() >= party.size:
        raise Conflict(
            "party_full", _("Every place of this group is named. The representative can raise its size.")
        )
    membership = Membership.objects.create(volunteer=party, user=actor)
    if age:
        say_age(actor=actor, age=age)
    if age == AgeBand.MINOR:
        _comes_with_minor(party)
    record(actor=actor, action="party.join", target=party, label=party.name)
    party_changed(party)
    return membership


def invited_party(code: str) -> Volunteer:
    """The group a code invites to: who was handed the code may know what it is.

    Raises:
        Invalid("code_invalid"): not a code of this house, or older than fourteen days.
    """
    message = _("This invitation is not valid any more. Please ask for a new one.")
    refusal = Invalid("code_invalid", message, fields={"code": [message]})
    if len(code) > CODE_MAX:
        raise refusal
    try:
        public_id = signing.loads(code, salt=SALT, max_age=CODE_SECONDS)["party"]
    except signing.BadSignature:
        raise refusal from None
    groups = Volunteer.objects.filter(kind__in=GROUP_KINDS).select_related("representative")
    party = groups.filter(public_id=public_id).first()
    if party is None:
        raise refusal
    return party


def _comes_with_minor(party: Volunteer) -> None:
    """A member is 16 or 17. A younger person who was told of stays the youngest."""
    party.has_minors = True
    if party.youngest_age is None or party.youngest_age > YOUNGEST_OF_BAND:
        party.youngest_age = YOUNGEST_OF_BAND
    party.save(update_fields=["has_minors", "youngest_age"])


@transaction.atomic
def remove_member(*, actor: User, party: Volunteer, user: User) -> Volunteer:
    """Take a named member out of the party: the representative anyone, a member themselves. Twice changes nothing.

    Locks the party; audits; owes its rescoring. Names in matches stay: who comes there is changed there.

    Raises:
        NotAllowed("not_your_party"): actor is neither representative, administrator, nor the member.
        Conflict("representative_stays"): the representative cannot leave the party.
    """
    if actor.pk != user.pk and not can_edit_party(actor, party):
        raise NotAllowed("not_your_party", _("Only the representative can change this."))
    party = lock_party(party.pk)
    if user.pk == party.representative_id:
        raise Conflict("representative_stays", _("The representative cannot leave. Close the group instead."))
    removed, _by_model = party.memberships.filter(user=user).delete()
    if removed:
        details = {"user": user.public_id}
        record(actor=actor, action="party.remove_member", target=party, label=party.name, details=details)
        party_changed(party)
    return party
