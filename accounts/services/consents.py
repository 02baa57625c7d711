"""What people agree to: given and withdrawn by themselves, per version of the text, never overwritten."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import ConsentKind
from accounts.errors import Invalid, NotAllowed
from accounts.locks import lock_user
from accounts.models import Consent, User
from accounts.services.audit import record
from accounts.services.checks import Problems, check_values

# Of the terms of use and the privacy notice in force: the folder under templates/legal that holds their words. A change of
# the words is a new folder and a new version; folders that somebody agreed to stay.
TERMS_VERSION = "2026-11"


def require_current_terms(version: str, *, field: str = "accepts_terms_version") -> None:
    """Refuse any version but the one in force; ``field`` is what the door calls it.

    Raises:
        Invalid("terms_outdated")
    """
    if version != TERMS_VERSION:
        message = _("The terms have changed. Please read version %(version)s.") % {"version": TERMS_VERSION}
        raise Invalid("terms_outdated", message, fields={field: [message]})


def accept_terms(*, actor: User, version: str) -> Consent:
    """The actor's consent to the terms in force. Locks the actor's row; audits. Twice changes nothing.

    Raises:
        NotAllowed("not_active"): nobody, or an account that is closed.
        Invalid("terms_outdated"): another version than ``TERMS_VERSION``.
    """
    require_current_terms(version)
    return give_consent(actor=actor, kind=ConsentKind.TERMS, text_version=version)


@transaction.atomic
def give_consent(*, actor: User, kind: ConsentKind, text_version: str, purpose: str = "") -> Consent:
    """The actor's own consent of a kind to a version of its text; the standing one if already given.

    Locks the actor's row; audits.

    Raises:
        NotAllowed("not_active"): nobody, or an account that is closed.
        Invalid: ``text_too_long``, ``text_missing``, ``choice_unknown``, ``terms_outdated`` (terms nobody can read).
    """
    if not actor.is_active:
        raise NotAllowed("not_active", _("Please sign in first."))
    problems = Problems()
    check_values(problems, Consent, {"kind": kind, "text_version": text_version, "purpose": purpose})
    problems.refuse()
    if kind == ConsentKind.TERMS:
        require_current_terms(text_version, field="text_version")
    lock_user(actor.pk)
    standing = actor.consents.filter(kind=kind, text_version=text_version, withdrawn_at=None).first()
    if standing is not None:
        return standing
    consent = Consent.objects.create(
        user=actor, kind=kind, text_version=text_version, purpose=purpose, given_by=actor
    )
    details = {"kind": str(kind), "version": text_version}
    record(actor=actor, action="consent.give", target=actor, label=actor.public_id, details=details)
    return consent


@transaction.atomic
def record_guardian_consent(*, minor: User, guardian: str, text_version: str, about: str) -> Consent:
    """Put on record what a guardian said by a link, for one activity; the standing one if it was said before.

    Locks the minor's row; audits in the system's name. Who may say it, the caller has checked: whoever held the link.
    """
    lock_user(minor.pk)
    values = {"user": minor, "kind": ConsentKind.GUARDIAN, "text_version": text_version, "about": about}
    standing = Consent.objects.filter(**values, withdrawn_at=None).first()
    if standing is not None:
        return standing
    system = User.objects.system()
    consent = Consent.objects.create(**values, given_by=system, given_by_name=guardian)
    details = {"kind": str(ConsentKind.GUARDIAN), "version": text_version, "about": about}
    record(actor=system, action="consent.give", target=minor, label=minor.public_id, details=details)
    return consent


@transaction.atomic
def withdraw_guardian_consent(*, consent: Consent) -> Consent:
    """Take back what a guardian said, from now on; the row stays as proof. Locks the minor's row; audits. Twice: no change."""
    lock_user(consent.user_id)
    consent.refresh_from_db()
    if consent.withdrawn_at is None:
        consent.withdrawn_at = timezone.now()
        consent.save(update_fields=["withdrawn_at"])
        system, minor = User.objects.system(), consent.user
        details = {"kind": consent.kind, "version": consent.text_version, "about": consent.about}
        record(actor=system, action="consent.withdraw", target=minor, label=minor.public_id, details=details)
    return consent


@transaction.atomic
def withdraw_consent(*, actor: User, consent: Consent) -> Consent:
    """Withdraw one's own consent from now on; the row stays as proof. Locks the actor's row; audits. Twice: no change.

    Raises:
        NotAllowed("not_your_consent"): someone else's.
    """
    if not actor.is_active or consent.user_id != actor.pk:
        raise NotAllowed("not_your_consent", _("Only the person who gave a consent can withdraw it."))
    lock_user(actor.pk)
    consent.refresh_from_db()
    if consent.withdrawn_at is None:
        consent.withdrawn_at = timezone.now()
        consent.save(update_fields=["withdrawn_at"])
        details = {"kind": consent.kind, "version": consent.text_version}
        record(actor=actor, action="consent.withdraw", target=actor, label=actor.public_id, details=details)
    return consent
