"""Who of a match is 16 or 17, and how it stands with a parent or guardian of each."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.enums import AgeBand
from accounts.models import User
from matching.models import GuardianAsk, Match
from matching.selectors.people import people_of_party


class GuardianStatus(TextChoices):
    """How it stands."""

    NOT_ASKED = "not_asked", _("not asked yet")
    ASKED = "asked", _("waiting for an answer")
    AGREED = "agreed", _("agreed")
    REFUSED = "refused", _("did not agree")
    TAKEN_BACK = "taken_back", _("took the consent back")


@dataclass(frozen=True, slots=True)
class Guarded:
    """A minor of a match with the request to a guardian, if there is one."""

    minor: User
    ask: GuardianAsk | None

    @property
    def status(self) -> GuardianStatus:
        """How it stands."""
        return GuardianStatus.NOT_ASKED if self.ask is None else status_of(self.ask)


def status_of(ask: GuardianAsk) -> GuardianStatus:
    """How a request stands. No query where it came with its consent."""
    if ask.refused_at is not None:
        return GuardianStatus.REFUSED
    if ask.consent is None:
        return GuardianStatus.ASKED
    return GuardianStatus.AGREED if ask.consent.withdrawn_at is None else GuardianStatus.TAKEN_BACK


def minors_of(match: Match) -> list[User]:
    """Those who come, or may come, and are 16 or 17. Two queries.

    While fewer are named than come, any member may be among them.
    """
    return _minors(match, list(User.objects.filter(match_people__match=match).order_by("pk")))


def _minors(match: Match, named: list[User]) -> list[User]:
    people = named if len(named) >= match.people else people_of_party(match.volunteer)
    return [user for user in people if user.age_band == AgeBand.MINOR]


def guarded_of(match: Match) -> list[Guarded]:
    """The minors of a match with how it stands. Three queries, two where nobody is a minor."""
    return _guarded(match, minors_of(match))


def guarded_as_read(match: Match) -> list[Guarded]:
    """As ``guarded_of``, of a match ``with_page``. One query, two where there are minors."""
    named = sorted((row.user for row in match.named_people.all()), key=lambda user: user.pk)
    return _guarded(match, _minors(match, named))


def _guarded(match: Match, minors: list[User]) -> list[Guarded]:
    if not minors:
        return []
    asks = {ask.minor_id: ask for ask in GuardianAsk.objects.filter(match=match).select_related("consent")}
    return [Guarded(minor, asks.get(minor.pk)) for minor in minors]
