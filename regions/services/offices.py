"""Who speaks for a community: its representatives with their handover, and the municipality's officers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict, NotAllowed
from accounts.locks import lock_user
from accounts.models import Municipality, User
from accounts.policies import is_admin
from accounts.services.audit import record
from accounts.services.checks import Problems, check_values
from accounts.services.tokens import end_tokens
from regions.locks import lock_region
from regions.models import MunicipalStaff, Region, Representative
from regions.policies import can_edit_region
from regions.services.behalf import behalf_of


@transaction.atomic
def name_representative(
    *,
    actor: User,
    region: Region,
    role: str,
    user: User | None = None,
    term: str = "",
    contact_way: str = "",
    from_on: date | None = None,
    on_behalf_of: str = "",
) -> Representative:
    """Put someone (often without an account) into an office of the community from a day (today) on.

    Whoever held the same role leaves it the day before: the handover of April. Locks the region; audits.

    Raises:
        NotAllowed("not_your_community")
        Conflict("representative_in_office"): the person holds another office of this community.
        Invalid("term_before_present"): not after the day the present holder came. Invalid: ``text_missing``,
            ``text_too_long``.
    """
    if not can_edit_region(actor, region):
        raise NotAllowed("not_your_community", _("You may not change this community."))
    region = lock_region(region.pk)
    behalf = behalf_of(actor, region, on_behalf_of)  # before the act: who hands over still speaks for it
    begins_on = from_on or timezone.localdate()
    words = {"role": role, "term": term, "contact_way": contact_way}
    _end_terms(_holders_before(region, words, begins_on), begins_on)
    if user is not None and region.representatives.filter(user=user, until_on=None).exists():
        raise Conflict("representative_in_office", _("This person holds another office of this community."))
    made = Representative.objects.create(region=region, user=user, from_on=begins_on, **words)
    _record_handover(actor, made, behalf)
    return made


def _holders_before(region: Region, words: Mapping[str, str], begins_on: date) -> list[Representative]:
    """Who leaves the role for the newcomer, once the words and the day are in order. Raises Invalid."""
    problems = Problems()
    check_values(problems, Representative, words)
    running = Q(until_on=None) | Q(until_on__gte=begins_on)
    holders = list(region.representatives.filter(running, role=words["role"]))
    if any(_began_later(row, region, begins_on) for row in holders):
        problems.add("term_before_present", "from_on", _("The present holder came on that day or later."))
    problems.refuse()
    return holders


def _end_terms(holders: Iterable[Representative], begins_on: date) -> None:
    for row in holders:
        row.until_on = begins_on - timedelta(days=1)
        row.save(update_fields=["until_on"])


def _record_handover(actor: User, made: Representative, on_behalf_of: str) -> None:
    details = {
        "role": made.role,
        "user": made.user.public_id if made.user is not None else "",
        "from": made.from_on.isoformat() if made.from_on is not None else "",
    }
    record(
        actor=actor,
        action="region.name_representative",
        target=made.region,
        label=made.region.name,
        on_behalf_of=on_behalf_of,
        details=details,
    )


def _began_later(holder: Representative, region: Region, day: date) -> bool:
    """Whether the present term began on that day or later. Where nobody noted its first day, it ran when the community was recorded."""
    if holder.from_on is not None:
        return holder.from_on >= day
    return timezone.localdate(region.created_at) > day


@transaction.atomic
def appoint_staff(*, actor: User, municipality: Municipality, user: User, office: str = "") -> MunicipalStaff:
    """Make ``user`` an officer who posts and answers for the communities of a municipality. Twice: no change.

    Locks the user's row; a new officer's tokens end (a mailbox was enough for them); audits.

    Raises:
        NotAllowed("not_administrator"), Invalid("text_too_long")
    """
    _require_admin(actor)
    problems = Problems()
    check_values(problems, MunicipalStaff, {"office": office})
    problems.refuse()
    lock_user(user.pk)
    staff, is_new = MunicipalStaff.objects.get_or_create(
        municipality=municipality, user=user, defaults={"office": office}
    )
    if is_new:
        end_tokens(user)
        _record_staff(actor, "appoint_staff", staff)
    return staff


@transaction.atomic
def dismiss_staff(*, actor: User, municipality: Municipality, user: User) -> None:
    """End that ``user`` is an officer of a municipality: its communities are no longer open to that person.

    Nothing of the past names the row; entries name the person and the office in words. The person's tokens end.
    Locks the user's row; audits. Who is none: no change.

    Raises:
        NotAllowed("not_administrator")
    """
    _require_admin(actor)
    lock_user(user.pk)
    staff = MunicipalStaff.objects.filter(municipality=municipality, user=user).first()
    if staff is None:
        return
    staff.delete()
    end_tokens(user)
    _record_staff(actor, "dismiss_staff", staff)


def _record_staff(actor: User, act: str, staff: MunicipalStaff) -> None:
    record(
        actor=actor,
        action=f"municipality.{act}",
        target=staff.user,
        label=staff.user.public_id,
        details={"municipality": staff.municipality_id, "office": staff.office},
    )


def _require_admin(actor: User) -> None:
    if not is_admin(actor):
        raise NotAllowed("not_administrator", _("Only administrators can change this."))
