"""What a person chooses about e-mails."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import NoticeChoice, NoticeGroup
from accounts.errors import NotAllowed
from accounts.locks import lock_user
from accounts.models import NoticeSetting, User
from accounts.services.audit import record
from accounts.services.checks import Problems
from accounts.services.notice_kinds import DEFAULTS


def choices_for(group: NoticeGroup) -> list[NoticeChoice]:
    """What may be chosen for a group: an answer that is wanted may be gathered, never kept from its reader."""
    return [choice for choice in NoticeChoice if (group, choice) != (NoticeGroup.ANSWERS, NoticeChoice.NONE)]


def notice_choices(user: User) -> dict[NoticeGroup, NoticeChoice]:
    """What holds for a person, group by group. One query."""
    chosen = dict(NoticeSetting.objects.filter(user=user).values_list("group", "choice"))
    return {group: NoticeChoice(chosen.get(group, default)) for group, default in DEFAULTS.items()}


@transaction.atomic
def choose_notices(
    *, actor: User, choices: Mapping[NoticeGroup, NoticeChoice]
) -> dict[NoticeGroup, NoticeChoice]:
    """Write the actor's own choices; groups not named stay. What is already gathered still comes. Locks the actor; audits.

    Raises:
        NotAllowed("not_active"): nobody, or an account that is closed.
        Invalid("choice_unknown"): an answer that is wanted cannot be turned off.
    """
    if not actor.is_active:
        raise NotAllowed("not_active", _("Please sign in first."))
    problems = Problems()
    for group, choice in choices.items():
        if choice not in choices_for(group):
            problems.add(
                "choice_unknown", group, _("This cannot be turned off: others wait for your answer.")
            )
    problems.refuse()
    lock_user(actor.pk)
    for group, choice in choices.items():
        NoticeSetting.objects.update_or_create(user=actor, group=group, defaults={"choice": choice})
    details = {group.value: choice.value for group, choice in choices.items()}
    record(actor=actor, action="notices.choose", target=actor, label=actor.public_id, details=details)
    return notice_choices(actor)
