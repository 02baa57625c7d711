"""What the house keeps of one person, over all apps. Each registers a provider in ``AppConfig.ready()``: no arrow upward."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed
from accounts.models import User


@dataclass(frozen=True, slots=True)
class Kept:
    """One line of the page: what is kept, how much of it, and what for."""

    label: str
    count: int
    purpose: str


@dataclass(frozen=True, slots=True)
class DataProvider:
    """What one app keeps of people.

    ``describe``: in plain words. ``export``: everything, as JSON can hold it. ``refuse``: raises Conflict while the
    account may not be closed. ``leave``: ends what goes on, each end in a transaction of its own. ``erase``: removes
    what is personal, in the transaction that closes the account. The last three are called in this order.
    """

    name: str
    describe: Callable[[User], list[Kept]]
    export: Callable[[User], Mapping[str, Any]]
    refuse: Callable[[User, datetime], None]
    leave: Callable[[User, datetime], None]
    erase: Callable[[User, datetime], None]


_providers: dict[str, DataProvider] = {}


def register_provider(provider: DataProvider) -> None:
    """Have ``provider`` asked. The same name again replaces it: an app has one."""
    _providers[provider.name] = provider


def providers() -> Iterator[DataProvider]:
    """All of them, those of the upper apps first: what rests on a person goes before the person."""
    yield from reversed(list(_providers.values()))


def what_is_kept(actor: User) -> list[Kept]:
    """What is kept of the actor, line by line, the account first. A fixed number of queries."""
    return [line for provider in reversed(list(providers())) for line in provider.describe(actor)]


def export_my_data(*, actor: User) -> dict[str, Any]:
    """Everything the house keeps of the actor, by app: a person's own disclosure. Nothing is changed.

    Raises:
        NotAllowed("not_active"): nobody, or an account that is closed.
    """
    if not actor.is_active:
        raise NotAllowed("not_active", _("Please sign in first."))
    parts = {provider.name: dict(provider.export(actor)) for provider in reversed(list(providers()))}
    return {"made_at": timezone.now(), "person": actor.public_id} | parts
