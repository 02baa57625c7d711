"""What this app keeps of a person: the account, the parties, what was agreed to, told and shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db.models import Model, Q
from django.forms.models import model_to_dict
from django.utils.translation import gettext as _
from knox.models import AuthToken

from accounts.errors import Conflict
from accounts.locks import lock_party, lock_user
from accounts.models import (
    AuditEntry,
    Consent,
    ContactAccess,
    IdempotencyRecord,
    Membership,
    Outbox,
    StatisticalAnswer,
    User,
    Volunteer,
)
from accounts.policies import is_admin, is_guide
from accounts.selectors.parties import own_parties, with_details
from accounts.services.contact_cards import erase_contact_card, own_contact_card
from accounts.services.feeds import remove_feed
from accounts.services.personal_data import DataProvider, Kept
from accounts.services.rescoring import party_changed

GONE = "退会した方"
"""Stands where a name stood; in the language of the house, because it is stored."""
CLOSED_DOMAIN = "closed.enishi.invalid"
PARTY_ROWS = ("abilities", "wishes", "held_qualifications", "availabilities", "absences", "memberships")


# What is kept.
def describe(user: User) -> list[Kept]:
    """The lines of this app. Seven queries."""
    seen = ContactAccess.objects.filter(subject=user).count()
    return [
        Kept(_("Account: e-mail address, name, affiliation, language"), 1, _("to sign you in and to write to you")),
        Kept(_("Contact card"), int(own_contact_card(actor=user) is not None), _("shown to the other side once a promise is made")),
        Kept(_("Participants you represent"), own_parties(user).count(), _("to find what fits")),
        Kept(_("What you agreed to"), user.consents.count(), _("as proof")),
        Kept(_("Messages to you"), user.notifications.count(), _("so that you can read them again")),
        Kept(_("Age and sex, for counts only"), StatisticalAnswer.objects.filter(user=user).count(), _("to see whether people are treated alike; you need not say it")),
        Kept(_("Looks at your contact data"), seen, _("kept for three years, so that you can ask who saw them")),
    ]  # fmt: skip


def export(user: User) -> Mapping[str, Any]:
    """Everything of this app that is about ``user``, without numbers of rows."""
    card = own_contact_card(actor=user)
    return {
        "account": _plain(user, "email", "name", "affiliation", "language", "date_joined"),
        "contacts": _plain(card, "full_name", "phone", "address", "emergency_contact") if card else None,
        "parties": [_party(party) for party in with_details(own_parties(user))],
        "member_of": [
            {"party": row.volunteer.name, "joined_at": row.joined_at}
            for row in user.memberships.select_related("volunteer").exclude(volunteer__representative=user)
        ],
        "consents": _rows(user.consents, "kind", "text_version", "purpose", "given_at", "withdrawn_at"),
        "messages": _rows(user.notifications, "kind", "context", "created_at", "emailed_at", "read_at"),
        "email_choices": _rows(user.notice_settings, "group", "choice"),
        "statistics": _rows(
            StatisticalAnswer.objects.filter(user=user), "age", "sex", "text_version", "said_at"
        ),
        "tokens": _rows(AuthToken.objects.filter(user=user), "token_key", "created", "expiry"),
        "acts": _rows(AuditEntry.objects.filter(actor=user), "at", "action", "target_type", "target_id"),
        "contact_data_shown_to": [
            _look(row) | {"viewer": row.viewer.name, "affiliation": row.viewer.affiliation}
            for row in user.contact_accesses.select_related("viewer").order_by("at")
        ],
        "contact_data_you_saw": [
            _look(row) for row in ContactAccess.objects.filter(viewer=user).order_by("at")
        ],
    }


def _plain(row: Model, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _rows(rows: Any, *names: str) -> list[dict[str, Any]]:
    return list(rows.order_by("pk").values(*names))


def _look(row: ContactAccess) -> dict[str, Any]:
    return {"at": row.at, "match": row.match_public_id, "fields": row.fields}


def _party(party: Volunteer) -> dict[str, Any]:
    own = model_to_dict(party, exclude=["id", "representative", "home", "is_sample"])
    return own | {
        "id": party.public_id,
        "home": party.home.label,
        "abilities": [{"kind": row.work_kind.code, "level": row.level, "people": row.people} for row in party.abilities.all()],
        "wishes": [{"kind": row.asset_kind.code, "weight": row.weight} for row in party.wishes.all()],
        "qualifications": [
            {"kind": row.qualification.code, "people": row.people, "expires_on": row.expires_on}
            for row in party.held_qualifications.all()
        ],
        "availabilities": [model_to_dict(row, exclude=["id", "volunteer"]) for row in party.availabilities.all()],
        "absences": [{"from_on": row.from_on, "until_on": row.until_on} for row in party.absences.all()],
        "members": party.memberships.count(),
    }  # fmt: skip


# The end.
def refuse(user: User, now: datetime) -> None:  # noqa: ARG001  # the signature of a provider
    """Raises Conflict("office_held"): a guide or an administrator is taken off by the organization first."""
    if is_admin(user) or is_guide(user):
        raise Conflict(
            "office_held",
            _(
                "You hold an office here. Please have your organization or another administrator take it over first."
            ),
        )


def leave(user: User, now: datetime) -> None:
    """Nothing of this app goes on by itself."""


def erase(user: User, now: datetime) -> None:
    """Empty parties, person and records; shut every way in. Locks the parties, then the person."""
    parties = list(own_parties(user).order_by("pk"))
    for party in parties:
        _empty_party(lock_party(party.pk))
    for row in Membership.objects.filter(user=user).select_related("volunteer"):
        party = lock_party(row.volunteer_id)
        row.delete()
        party_changed(party)
    erase_contact_card(lock_user(user.pk))
    _empty_records(user, parties, now)
    _shut(user)
    _empty_person(user)


def _empty_party(party: Volunteer) -> None:
    for name in PARTY_ROWS:
        getattr(party, name).all().delete()
    party.name, party.note, party.insurance, party.youngest_age, party.is_active = GONE, "", "", None, False
    party.save(update_fields=["name", "note", "insurance", "youngest_age", "is_active"])
    party_changed(party)


def _empty_records(user: User, parties: Iterable[Volunteer], now: datetime) -> None:
    """What was told and answered goes; proofs and the audit keep ids only."""
    ids = [party.public_id for party in parties]
    for rows in (user.notifications, user.digests, user.notice_settings):
        rows.all().delete()
    StatisticalAnswer.objects.filter(user=user).delete()
    Outbox.objects.open().filter(payload__user_id=user.pk).update(cancelled_at=now)
    IdempotencyRecord.objects.filter(user=user).delete()
    for public_id in [user.public_id, *ids]:
        # Others' stored answers still say that their act was done, but not with whom.
        IdempotencyRecord.objects.filter(answer__icontains=public_id).update(answer={})
    Consent.objects.filter(user=user, withdrawn_at=None).update(withdrawn_at=now)
    Consent.objects.filter(user=user).update(purpose="")
    AuditEntry.objects.filter(target_type="accounts.volunteer", target_id__in=ids).update(target_label="")
    about = Q(content_type__model="user", object_id=str(user.pk))
    about |= Q(content_type__model="volunteer", object_id__in=[str(party.pk) for party in parties])
    LogEntry.objects.filter(about, content_type__app_label="accounts").update(
        object_repr="", change_message=""
    )


def _shut(user: User) -> None:
    """End every session, token, passkey and address, that of the calendar too."""
    remove_feed(actor=user)
    AuthToken.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    EmailAddress.objects.filter(user=user).delete()
    ended = [
        row.pk for row in Session.objects.iterator() if row.get_decoded().get("_auth_user_id") == str(user.pk)
    ]
    Session.objects.filter(pk__in=ended).delete()


def _empty_person(user: User) -> None:
    user.email, user.name, user.affiliation, user.is_active = (
        f"{user.public_id}@{CLOSED_DOMAIN}",
        GONE,
        "",
        False,
    )
    user.set_unusable_password()  # ends also what a session middleware still holds in hand
    user.save(update_fields=["email", "name", "affiliation", "is_active", "password"])


PROVIDER = DataProvider("account", describe, export, refuse, leave, erase)
