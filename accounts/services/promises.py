"""What other apps have promised in a party's name. They register their checks in ``AppConfig.ready()``: no arrow upward."""

from __future__ import annotations

from typing import Protocol

from accounts.models import Volunteer


class SizeCheck(Protocol):
    """Refuses, by raising Conflict, that a party has fewer people than were promised for it.

    Called in the transaction that changes the size, under the party's lock; takes the locks it needs after that.
    """

    def __call__(self, party: Volunteer, /, *, size: int) -> None: ...


_size_checks: list[SizeCheck] = []


def register_size_check(check: SizeCheck) -> None:
    """Have ``check`` asked before a party becomes smaller. The same registration again changes nothing."""
    if check not in _size_checks:
        _size_checks.append(check)


def require_promises_fit(party: Volunteer, *, size: int) -> None:
    """Ask every registered check. Raises whatever they raise."""
    for check in _size_checks:
        check(party, size=size)
