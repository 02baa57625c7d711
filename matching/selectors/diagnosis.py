"""What keeps people from a need, and what would bring more: for its guide, its community and administrators, never public."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.errors import NotFound
from accounts.policies import Actor, is_admin, is_system
from matching.models import NeedDiagnosis
from matching.selectors.openings import with_room
from regions.enums import NeedStage
from regions.models import Need
from regions.policies import guide_regions, represented_regions
from regions.selectors.needs import coming_slots


def diagnoses_for(actor: Actor) -> QuerySet[NeedDiagnosis]:
    """Diagnoses of open needs ``actor`` may see, those with the fewest parties that fit first. One query.

    Those that find enough (``finds_enough``) are there where somebody asked about them. Without those whose every date
    to come is full by now, whatever the last run says.
    """
    rows = NeedDiagnosis.objects.filter(_still_wants(), need__stage=NeedStage.OPEN)
    if not (is_admin(actor) or is_system(actor)):
        guided, spoken_for = guide_regions(actor).values("pk"), represented_regions(actor).values("pk")
        rows = rows.filter(Q(need__region__in=guided) | Q(need__region__in=spoken_for))
    return rows.select_related("need__region__municipality", "run").order_by("feasible", "need__public_id")


def _still_wants() -> Q:
    """A free place on a date to come, or no date to come at all: then dates are what it lacks."""
    coming = coming_slots().order_by().filter(need=OuterRef("need"))
    return Q(~Exists(coming)) | Q(Exists(with_room(coming)))


def diagnosis_for(actor: Actor, need: Need) -> NeedDiagnosis:
    """The diagnosis of one need. One query.

    Raises:
        NotFound("no_diagnosis"): nobody has asked about one that finds enough, it was not looked at yet, or ``actor`` may not know.
    """
    row = diagnoses_for(actor).filter(need=need).first()
    if row is None:
        raise NotFound("no_diagnosis", _("There is no diagnosis for this need."))
    return row
