"""Row locks in one order for everyone: the party's people, then the need, then the match (each in pk order)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.errors import Conflict, NotFound
from accounts.models import User
from matching.enums import LIVE, RUN_OPEN
from matching.models import CountOfPeople, Match, MatchPerson, MatchRun, PartySnapshot, WeightSet
from regions.models import Need

TRIES = 5
"""How often the people of a need are read anew before an act is refused."""


def lock_people(user_ids: Iterable[int]) -> list[int]:
    """Lock these users' rows in pk order and return their ids, sorted."""
    ids = sorted(set(user_ids))
    return list(
        User.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=ids)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def lock_need(need_id: int) -> Need:
    """Lock one need and return it with its community, which is not locked."""
    rows = Need.objects.select_for_update(of=("self",), no_key=True).select_related("region__municipality")
    return rows.get(pk=need_id)


def lock_match(match_id: int) -> Match:
    """Lock one match and return it with what every move reads.

    Raises:
        NotFound("match_unknown")
    """
    match = (
        Match.objects.select_for_update(of=("self",), no_key=True)
        .select_related("need__region__municipality", "volunteer__representative", "guide__user")
        .filter(pk=match_id)
        .first()
    )
    if match is None:
        raise NotFound("match_unknown", _("This match does not exist."))
    return match


def named_people(match_id: int) -> list[int]:
    """Ids of the named people of a match, sorted."""
    return sorted(MatchPerson.objects.filter(match_id=match_id).values_list("user_id", flat=True))


def lock_for_move(match_id: int, *, more_people: Iterable[int] = ()) -> Match:
    """Lock everything a move may touch and return the match as it is now.

    The people are read before they can be locked; if somebody changed them in between, nothing was done
    and the caller is told to try again.

    Raises:
        NotFound("match_unknown"), Conflict("people_changed")
    """
    need_id = Match.objects.filter(pk=match_id).values_list("need_id", flat=True).first()
    if need_id is None:
        raise NotFound("match_unknown", _("This match does not exist."))
    people = named_people(match_id)
    lock_people([*people, *more_people])
    lock_need(need_id)
    match = lock_match(match_id)
    if named_people(match_id) != people:
        raise Conflict("people_changed", _("Somebody changed who comes. Please look again and repeat."))
    return match


def lock_need_with_people(need_id: int) -> Need:
    """Lock the people of every live match of a need, then the need: for acts that move several of its matches.

    Somebody who applies in between is locked at the next try: an application is no reason to refuse that a date is called
    off. A failed try gives its locks back (they were taken under a savepoint), so that the order of locks holds. Call it
    before any other lock.

    Raises:
        Conflict("people_changed"): still somebody new at the last try.
    """
    for _number in range(TRIES - 1):
        try:
            with transaction.atomic():
                return _lock_need_with_people(need_id)
        except Conflict:
            continue
    return _lock_need_with_people(need_id)


def _lock_need_with_people(need_id: int) -> Need:
    before = set(_people_of_need(need_id))
    lock_people(before)
    need = lock_need(need_id)
    if set(_people_of_need(need_id)) - before:
        raise Conflict("people_changed", _("Somebody changed who comes. Please look again and repeat."))
    return need


def _people_of_need(need_id: int) -> list[int]:
    live = MatchPerson.objects.filter(match__need_id=need_id, match__state__in=sorted(LIVE))
    return list(live.values_list("user_id", flat=True))


def lock_run(run_id: int) -> MatchRun | None:
    """Lock and return one run with its weights; None when it is gone. Taken after every other lock."""
    rows = MatchRun.objects.select_for_update(of=("self",), no_key=True).select_related("weights")
    return rows.filter(pk=run_id).first()


def lock_open_run(run_id: int) -> bool:
    """Lock one run and say whether it is still open; it stays so until this transaction ends. After every other lock.

    Unlike ``lock_run`` it does not read the run, whose plan may be megabytes.
    """
    rows = MatchRun.objects.select_for_update(no_key=True)
    return bool(rows.filter(pk=run_id, state__in=sorted(RUN_OPEN)).values_list("pk", flat=True))


def lock_weights() -> list[WeightSet]:
    """Lock all versions of the weights in pk order: which one is active changes one step after another."""
    return list(WeightSet.objects.select_for_update(no_key=True).order_by("pk"))


def lock_packing() -> None:
    """Let one run after another decide whether it packs all participants. Before ``lock_run``.

    Held on the rows of the weights, which every run has and hardly anybody changes; who refers to them does not wait.
    """
    lock_weights()


def lock_snapshot_to_keep(snapshot_id: int) -> bool:
    """Lock a snapshot and say whether it is still there; who forgets unused ones leaves it alone meanwhile. Before ``lock_run``."""
    rows = PartySnapshot.objects.select_for_update(no_key=True)
    return bool(rows.filter(pk=snapshot_id).values_list("pk", flat=True))


def lock_snapshots_to_forget(rows: QuerySet[PartySnapshot]) -> list[int]:
    """Lock those of some snapshots that nobody else holds; their ids. Waits for nobody."""
    return list(rows.select_for_update(skip_locked=True).order_by("pk").values_list("pk", flat=True))


def lock_snapshot(run: MatchRun) -> PartySnapshot:
    """The snapshot of a run, locked.

    Raises:
        RuntimeError: the run has lost its snapshot.
    """
    row = PartySnapshot.objects.select_for_update(no_key=True).filter(pk=run.snapshot_id or 0).first()
    if row is None:
        raise RuntimeError(f"Run {run.public_id} has lost its snapshot.")
    return row


def lock_count(year: int, *, now: datetime) -> tuple[CountOfPeople, bool]:
    """The count of a fiscal year, locked, and whether it was made just now, with ``now`` as when it was looked at."""
    _row, is_new = CountOfPeople.objects.get_or_create(year=year, defaults={"looked_at": now})
    return CountOfPeople.objects.select_for_update(no_key=True).get(year=year), is_new
