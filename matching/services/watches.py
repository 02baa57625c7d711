"""Watching a community or the answers of a search, and telling who watches when a new need opens there."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.errors import Conflict, Invalid, NotAllowed, NotFound
from accounts.locks import lock_user
from accounts.models import Outbox, User
from accounts.services.audit import record
from accounts.services.dates import format_date
from accounts.services.notifications import notify
from accounts.services.outbox import owe
from matching.models import Watch
from matching.selectors.search import Answers, needs_found
from regions.enums import NeedStage
from regions.models import Need, Region
from regions.policies import acts_for_region, public_label
from regions.selectors.needs import coming_slots

KIND = "need_fits"
WATCHES_MAX = 20
AT_A_TIME = 500


def watch_region(*, actor: User, region_id: str) -> Watch:
    """Let the actor hear of every new need of a community that has an open one now. Twice changes nothing. As ``_watch``.

    Raises:
        NotFound("region_unknown"): nothing of it is public now, or there is none of this public id.
    """
    region = Region.objects.filter(public_id=region_id, needs__stage=NeedStage.OPEN).first()
    if region is None:
        raise NotFound("region_unknown", _("This does not exist, or is not for you to see."))
    return _watch(actor, key=f"region:{region.public_id}", region=region)


def watch_search(*, actor: User, answers: Answers) -> Watch:
    """Let the actor hear of every new need that fits these answers. Twice changes nothing. As ``_watch``.

    Raises:
        Invalid("search_empty"): no question is answered; that would be every need of the country.
    """
    kept = {
        name: sorted(value) if isinstance(value, list) else value for name, value in answers.items() if value
    }
    if not kept:
        raise Invalid("search_empty", _("Please answer at least one question of the search first."))
    digest = hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()
    return _watch(actor, key=f"search:{digest}", answers=kept)


@transaction.atomic
def _watch(actor: User, *, key: str, **values: Any) -> Watch:
    """The actor's watch of this key, made if there is none. Locks the actor (watches are counted); audits.

    Raises:
        NotAllowed("not_active"), Conflict("watches_full"): twenty are kept already.
    """
    if not actor.is_active or actor.is_system:
        raise NotAllowed("not_active", _("Please sign in first."))
    lock_user(actor.pk)
    standing = Watch.objects.filter(user=actor, key=key).first()
    if standing is not None:
        return standing
    if Watch.objects.filter(user=actor).count() >= WATCHES_MAX:
        raise Conflict("watches_full", _("You watch twenty things already. Please remove one first."))
    watch = Watch.objects.create(user=actor, key=key, **values)
    record(actor=actor, action="watch.make", target=watch, label="")
    return watch


@transaction.atomic
def unwatch(*, actor: User, watch_id: str) -> None:
    """Remove one of the actor's own watches. Audits.

    Raises:
        NotFound("watch_unknown"): the actor has none of this public id (any more).
    """
    watch = Watch.objects.filter(user=actor, public_id=watch_id).first()
    if watch is None:
        raise NotFound("watch_unknown", _("You do not watch this any more."))
    record(actor=actor, action="watch.remove", target=watch, label="")
    watch.delete()


def tell_watchers(payload: dict[str, Any], /, *, outbox: Outbox) -> None:
    """Handler of ``matching.need_opened``: owe a notice to whoever watches what fits this need, once a person and need.

    Looks at five hundred watches, and owes the look at the next ones; a need that is closed again is told to nobody.
    """
    need = (
        Need.objects.select_related("region__municipality")
        .filter(pk=payload["need"], stage=NeedStage.OPEN)
        .first()
    )
    if need is None:
        return
    rows = Watch.objects.filter(pk__gt=payload.get("after", 0), user__is_active=True).select_related("user")
    watches = list(rows.order_by("pk")[:AT_A_TIME])
    fitting: dict[str, bool] = {}
    for watch in watches:
        if watch.key not in fitting:
            fitting[watch.key] = _fits(watch, need)
        if fitting[watch.key] and not acts_for_region(watch.user, need.region):
            _tell(watch.user, need)
    if len(watches) == AT_A_TIME:
        last = watches[-1].pk
        owe(
            topic=outbox.topic,
            key=f"need:{need.public_id}:opened:{last}",
            payload={"need": need.pk, "after": last},
        )


def _fits(watch: Watch, need: Need) -> bool:
    if watch.region_id is not None:
        return watch.region_id == need.region_id
    try:
        return needs_found(Need.objects.filter(pk=need.pk), watch.answers).exists()
    except (Invalid, KeyError):  # a word of the search has left the vocabulary since
        return False


def _tell(user: User, need: Need) -> None:
    first = coming_slots().filter(need=need).values_list("start_at", flat=True).first()
    context = {
        "need": need.title,
        "region": public_label(need.region),
        "date": format_date(first, user.language) if first else "",
        "path": reverse("need-page", args=[need.public_id]),
    }
    key = f"{KIND}:{need.public_id}:{user.public_id}"
    notify(user=user, kind=KIND, key=key, context=context, due_at=first)
