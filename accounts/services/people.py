"""Keeping one's own account: name, affiliation, language. The contact card is in ``contact_cards``."""

from __future__ import annotations

from typing import TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed
from accounts.locks import lock_user
from accounts.models import User
from accounts.services.audit import record
from accounts.services.checks import Problems, check_values


class PersonValues(TypedDict, total=False):
    """What a person says of themselves."""

    name: str
    affiliation: str
    language: str


@transaction.atomic
def update_me(*, actor: User, **changes: Unpack[PersonValues]) -> User:
    """Change the actor's own name, affiliation or language; what is not named stays.

    Locks the actor's row; audits which of them changed, not what they say. Nothing happens where nothing differs.
    Names in records of the past stay as they were.

    Raises:
        NotAllowed("not_active"): nobody, or an account that is closed.
        Invalid: ``text_missing`` (a name is needed), ``text_too_long``, ``choice_unknown``.
    """
    if not actor.is_active:
        raise NotAllowed("not_active", _("Please sign in first."))
    problems = Problems()
    check_values(problems, User, changes)
    if not changes.get("name", "named").strip():
        problems.add("text_missing", "name", _("This is needed."))
    problems.refuse()
    person = lock_user(actor.pk)
    different = [name for name, value in changes.items() if getattr(person, name) != value]
    if not different:
        return person
    for name in different:
        setattr(person, name, changes[name])  # type: ignore[literal-required]  # names of the TypedDict
    person.save(update_fields=different)
    details = {"fields": sorted(different)}
    record(actor=actor, action="user.update", target=person, label=person.public_id, details=details)
    return person
