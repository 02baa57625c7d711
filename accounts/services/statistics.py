"""What a person says of age and sex for counts: said, changed and taken back by that person alone."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import StatAge, StatSex
from accounts.errors import Invalid, NotAllowed
from accounts.locks import lock_user
from accounts.models import StatisticalAnswer, User
from accounts.services.checks import Problems, check_values

STATISTICS_VERSION = "2026-11"
"""Of the words under which the question is asked; other words are a new version."""


def own_statistics(actor: User) -> StatisticalAnswer | None:
    """What the actor said, None where nothing is kept. One query."""
    return StatisticalAnswer.objects.filter(user=actor).first()


@transaction.atomic
def say_statistics(*, actor: User, age: str, sex: str, agrees: bool) -> StatisticalAnswer | None:
    """Keep the actor's own answer, which replaces an earlier one; None where neither is said: then nothing is kept.

    Locks the actor. Leaves no audit record: who answered is nobody's business, and the row says when and under which words.

    Raises:
        NotAllowed("not_active"): nobody, or an account that is closed.
        Invalid: ``consent_needed`` (``agrees`` is not true, and something is said), ``choice_unknown``.
    """
    _require_active(actor)
    problems = Problems()
    check_values(problems, StatisticalAnswer, {"age": age, "sex": sex})
    problems.refuse()
    if (age, sex) == (StatAge.UNSAID, StatSex.UNSAID):
        take_back_statistics(actor=actor)
        return None
    if not agrees:
        message = _("Nothing is kept unless you agree.")
        raise Invalid("consent_needed", message, fields={"agrees": [message]})
    lock_user(actor.pk)
    values = {"age": age, "sex": sex, "text_version": STATISTICS_VERSION, "said_at": timezone.now()}
    answer, _created = StatisticalAnswer.objects.update_or_create(user=actor, defaults=values)
    return answer


@transaction.atomic
def take_back_statistics(*, actor: User) -> None:
    """Delete the actor's answer; from the next count on it is in none. Locks the actor; no audit record. Twice changes nothing.

    Raises:
        NotAllowed("not_active"): nobody, or an account that is closed.
    """
    _require_active(actor)
    lock_user(actor.pk)
    StatisticalAnswer.objects.filter(user=actor).delete()


def _require_active(actor: User) -> None:
    if not actor.is_active:
        raise NotAllowed("not_active", _("Please sign in first."))
