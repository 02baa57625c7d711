"""As much of a person's age as is needed: whether a guardian has to agree."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import AgeBand
from accounts.errors import Invalid
from accounts.locks import lock_user
from accounts.models import User
from accounts.services.audit import record


def check_age(age: str) -> None:
    """Whether somebody of this age may hold an account. Nothing said is fine.

    Raises:
        Invalid("too_young"): under 16 the guardian holds the account.
        Invalid("choice_unknown")
    """
    if age == AgeBand.CHILD:
        message = _(
            "Under 16, please let a parent or guardian sign up and bring you along. You need no account of your own."
        )
        raise Invalid("too_young", message, fields={"age": [message]})
    if age and age not in AgeBand.values:
        message = _("This is not one of the choices.")
        raise Invalid("choice_unknown", message, fields={"age": [message]})


@transaction.atomic
def say_age(*, actor: User, age: str) -> User:
    """Keep the actor's own age band. Locks the actor's row; audits that it changed, not what it says.

    Raises:
        Invalid: as ``check_age``.
    """
    check_age(age)
    person = lock_user(actor.pk)
    if person.age_band != age:
        person.age_band = age
        person.save(update_fields=["age_band"])
        details = {"fields": ["age_band"]}
        record(actor=actor, action="user.update", target=person, label=person.public_id, details=details)
    return person
