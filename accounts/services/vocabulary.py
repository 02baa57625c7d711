"""Changing the shared vocabularies by hand: what an administrator may do to a word both sides speak."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import WorkSetting
from accounts.errors import Invalid, NotAllowed
from accounts.locks import lock_activity, lock_words
from accounts.models import (
    AssetKind,
    Hazard,
    KindQualification,
    Qualification,
    SurveyActivity,
    User,
    WorkKind,
)
from accounts.models.vocabulary import LAST_BIT, Kind, VocabularyEntry
from accounts.policies import is_admin
from accounts.services.audit import record
from accounts.services.checks import Problems, check_values
from accounts.services.rescoring import vocabulary_changed

SCORED = frozenset({"parent", "load", "credit_from_parent"})  # what the engine reads of a kind
OWN = frozenset({"id", "code", "bit", "edited_at"})  # not the entry's to say
LISTS = ("aliases", "permission_holders")


@dataclass(frozen=True, slots=True)
class Asked:
    """A qualification that a kind of work typically asks for, how firmly, and when only."""

    qualification: Qualification
    level: str
    when_ja: str = ""


def free_bits(model: type[Kind]) -> Iterator[int]:
    """Bits no kind of this tree ever had, lowest first. Kinds are never deleted, so none is reused.

    Raises:
        Invalid("vocabulary_full"): all 128 are given.
    """
    rows = model._default_manager  # noqa: SLF001 - documented, and an abstract model has no other name for it
    taken = set(rows.values_list("bit", flat=True))
    yield from (bit for bit in range(LAST_BIT + 1) if bit not in taken)
    message = _("This list holds %(count)d kinds at most, retired ones included.")
    raise Invalid("vocabulary_full", message % {"count": LAST_BIT + 1})


@transaction.atomic
def store_entry(entry: VocabularyEntry, *, actor: User) -> VocabularyEntry:
    """Save a word an administrator added or changed; later editions of the shipped data leave it alone.

    A new kind gets its bit here. Code and bit of a stored one do not change, whatever the entry says. Locks the
    vocabulary (a tree must stay one); audits what changed from what to what; where that is what the engine reads,
    owes a look at every need and party. Nothing happens where nothing differs.

    Raises:
        NotAllowed("not_administrator")
        Invalid: ``vocabulary_full`` (a 129th kind), ``kind_below_itself`` (the parent lies below the kind),
            ``word_wrong`` and those of ``check_values``, by field.
    """
    _require_admin(actor)
    stored = next((word for word in lock_words(type(entry)) if word.pk == entry.pk), None)
    if stored is not None:
        entry.code = stored.code
        if isinstance(entry, Kind) and isinstance(stored, Kind):
            entry.bit = stored.bit
    check_entry(entry)
    if stored is None:
        return _add(entry, actor=actor)
    changes = _changes(stored, entry)
    if not changes:
        return entry
    entry.edited_at = timezone.now()
    entry.save(update_fields=[*changes, "edited_at"])
    _record(entry, actor=actor, action="vocabulary.change", details=changes)
    if isinstance(entry, Kind) and SCORED & set(changes):
        vocabulary_changed(entry)
    return entry


def _add(entry: VocabularyEntry, *, actor: User) -> VocabularyEntry:
    if isinstance(entry, Kind):
        entry.bit = next(free_bits(type(entry)))
    entry.edited_at = timezone.now()
    entry.save(force_insert=True)
    _record(entry, actor=actor, action="vocabulary.add", details={})
    return entry


def _changes(before: VocabularyEntry, after: VocabularyEntry) -> dict[str, list[str]]:
    """Old and new value, as text, of every column that differs."""
    columns = [field for field in after._meta.concrete_fields if field.name not in OWN]  # noqa: SLF001 - Django documents it as public
    found = {}
    for column in columns:
        old, new = getattr(before, column.attname), getattr(after, column.attname)
        if old != new:
            found[column.name] = [str(old), str(new)]
    return found


@transaction.atomic
def set_typical(
    *, actor: User, kind: WorkKind, hazards: Iterable[Hazard], qualifications: Iterable[Asked]
) -> WorkKind:
    """Replace the dangers and typical qualifications of a kind of work. Needs decide for themselves and stay.

    Locks the vocabulary; audits; later editions of the shipped data leave the kind alone. Nothing happens where
    nothing differs.

    Raises:
        NotAllowed("not_administrator")
        Invalid("qualification_twice")
    """
    _require_admin(actor)
    lock_words(WorkKind)
    asked, codes = list(qualifications), sorted(hazard.code for hazard in hazards)
    if len({line.qualification.pk for line in asked}) != len(asked):
        raise Invalid("qualification_twice", _("A qualification is named twice."))
    lines = sorted([line.qualification.code, line.level, line.when_ja] for line in asked)
    after = {"hazards": codes, "qualifications": lines}
    if after == _typical(kind):
        return kind
    kind.hazards.set(Hazard.objects.filter(code__in=codes))
    kind.typical_qualifications.all().delete()
    KindQualification.objects.bulk_create(
        KindQualification(kind=kind, qualification=line.qualification, level=line.level, when_ja=line.when_ja)
        for line in asked
    )
    kind.edited_at = timezone.now()
    kind.save(update_fields=["edited_at"])
    _record(kind, actor=actor, action="vocabulary.set_typical", details=after)
    return kind


def _typical(kind: WorkKind) -> dict[str, Any]:
    lines = kind.typical_qualifications.values_list("qualification__code", "level", "when_ja")
    return {
        "hazards": sorted(kind.hazards.values_list("code", flat=True)),
        "qualifications": sorted(list(line) for line in lines),
    }


@transaction.atomic
def map_activity(
    *,
    actor: User,
    activity: SurveyActivity,
    work_kinds: Iterable[WorkKind],
    asset_kinds: Iterable[AssetKind],
) -> SurveyActivity:
    """Replace the kinds that an activity of the survey stands for; its words are the survey's and stay.

    Locks the activity; audits; later editions of the shipped data leave its kinds alone. Nothing happens where nothing
    differs.

    Raises:
        NotAllowed("not_administrator"), NotFound("activity_unknown")
    """
    _require_admin(actor)
    activity = lock_activity(activity.pk)
    works, assets = list(work_kinds), list(asset_kinds)
    after = {
        "work_kinds": sorted(kind.code for kind in works),
        "asset_kinds": sorted(kind.code for kind in assets),
    }
    before = _mapping(activity)
    if after == before:
        return activity
    activity.work_kinds.set(works)
    activity.asset_kinds.set(assets)
    activity.edited_at = timezone.now()
    activity.save(update_fields=["edited_at"])
    details = {name: [before[name], codes] for name, codes in after.items() if before[name] != codes}
    record(
        actor=actor,
        action="vocabulary.map_activity",
        target=activity,
        label=activity.name_ja,
        details=details,
    )
    return activity


def _mapping(activity: SurveyActivity) -> dict[str, list[str]]:
    return {
        "work_kinds": sorted(activity.work_kinds.values_list("code", flat=True)),
        "asset_kinds": sorted(activity.asset_kinds.values_list("code", flat=True)),
    }


def _record(entry: VocabularyEntry, *, actor: User, action: str, details: Mapping[str, Any]) -> None:
    record(actor=actor, action=action, target=entry, label=entry.code, details=details)


def _require_admin(actor: User) -> None:
    if not is_admin(actor):
        raise NotAllowed("not_administrator", _("Only administrators change the lists."))


def check_entry(entry: VocabularyEntry) -> None:
    """Would ``store_entry`` take this entry, whoever stores it? Raises what it would raise."""
    if isinstance(entry, Kind):
        _refuse_cycle(entry)
        if entry.pk is None:
            next(free_bits(type(entry)))
    _refuse_invalid(entry)


def _refuse_invalid(entry: VocabularyEntry) -> None:
    """The columns' own rules, and those of lists, by field."""
    problems = Problems()
    lists = {name: getattr(entry, name) for name in LISTS if hasattr(entry, name)}
    check_values(problems, type(entry), lists)
    if isinstance(entry, WorkKind):
        _check_choices(problems, "months", entry.months, range(1, 13))
        _check_choices(problems, "where", entry.where, WorkSetting.values)
    problems.refuse()
    try:
        entry.full_clean(exclude={"bit"})
    except ValidationError as error:
        fields = error.message_dict
        raise Invalid("word_wrong", next(iter(fields.values()))[0], fields=fields) from error


def _check_choices(problems: Problems, field: str, chosen: Any, allowed: Iterable[Any]) -> None:
    known = set(allowed)
    is_list = isinstance(chosen, list) and all(isinstance(one, int | str) for one in chosen)
    if not is_list or len(set(chosen)) != len(chosen) or not set(chosen) <= known:
        problems.add("choice_unknown", field, _("This is not one of the choices."))


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
