"""Changing the shared vocabularies by hand: what an administrator may do to a word both sides speak."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Invalid, NotAllowed
from accounts.models.users import User
from accounts.models.vocabulary import LAST_BIT, Kind, VocabularyEntry


def free_bits(model: type[Kind]) -> Iterator[int]:
    """Bits no kind of this tree ever had, lowest first. Kinds are never deleted, so none is reused.

    Raises:
        Invalid("vocabulary_full"): all 64 are given.
    """
    rows = model._default_manager  # noqa: SLF001 - documented, and an abstract model has no other name for it
    taken = set(rows.values_list("bit", flat=True))
    yield from (bit for bit in range(LAST_BIT + 1) if bit not in taken)
    raise Invalid("vocabulary_full", _("This list holds 64 kinds at most, retired ones included."))


@transaction.atomic
def store_entry(entry: VocabularyEntry, *, actor: User) -> VocabularyEntry:
    """Save a word an administrator added or changed; later editions of the shipped data leave it alone.

    A new kind gets its bit here. Code and bit of a stored one do not change, whatever the entry says.

    Raises:
        NotAllowed: actor is not an active administrator.
        Invalid("vocabulary_full"): a 65th kind.
        Invalid("kind_below_itself"): the parent lies below the kind.
    """
    if not (actor.is_active and actor.is_staff):
        raise NotAllowed("not_administrator", _("Only administrators change the lists."))
    check_entry(entry)
    entry.edited_at = timezone.now()
    if entry.pk is None:
        if isinstance(entry, Kind):
            entry.bit = next(free_bits(type(entry)))
        entry.save(force_insert=True)
        return entry
    columns = entry._meta.concrete_fields  # noqa: SLF001 - Django documents it as public
    fixed = {"id", "code", "bit"}
    names = [field.name for field in columns if field.name not in fixed]
    entry.save(update_fields=names)
    return entry


def check_entry(entry: VocabularyEntry) -> None:
    """Would ``store_entry`` take this entry, whoever stores it? Raises what it would raise."""
    if not isinstance(entry, Kind):
        return
    _refuse_cycle(entry)
    if entry.pk is None:
        next(free_bits(type(entry)))


def _refuse_cycle(kind: Kind) -> None:
    above = kind.parent
    while above is not None:
        if above.pk == kind.pk and kind.pk is not None:
            raise Invalid(
                "kind_below_itself",
                _("A kind cannot lie below itself."),
                fields={"parent": [_("Choose a kind that is not below this one.")]},
            )
        above = above.parent
