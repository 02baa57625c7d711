"""What an outbox row may ask for: topics and their handlers. Each app registers its own in ``AppConfig.ready()``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from accounts.models import Outbox


class Handler(Protocol):
    """Does what a row owes. May be called again for the same row, and by two workers at once."""

    def __call__(self, payload: dict[str, Any], /, *, outbox: Outbox) -> None: ...


@dataclass(frozen=True, slots=True)
class Topic:
    """A name and who handles it.

    ``outside``: the effect is beyond the database (a mail server), so the handler runs without an open transaction.
    """

    name: str
    handler: Handler
    outside: bool = False


_topics: dict[str, Topic] = {}


def register_topic(name: str, handler: Handler, *, outside: bool = False) -> Topic:
    """Make ``name`` known to the consumer. The same registration again changes nothing.

    Raises:
        ValueError: the name is taken by another handler.
    """
    topic = Topic(name, handler, outside)
    if _topics.setdefault(name, topic) != topic:
        raise ValueError(f"The topic {name} is registered already, by {_topics[name].handler!r}.")
    return topic


def topic_named(name: str) -> Topic:
    """The topic of that name.

    Raises:
        LookupError: nobody registered it (or a newer release did, whose rows an old worker sees during an update).
    """
    try:
        return _topics[name]
    except KeyError:
        raise LookupError(f"No handler is registered for the topic {name}.") from None
