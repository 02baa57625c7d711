"""The shipped vocabularies into their tables; rows an administrator edited are left as they are."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from django.db.models import Manager

from accounts.enums import QualificationLevel, SurveyType
from accounts.models.vocabulary import (
    AssetKind,
    Hazard,
    Kind,
    KindQualification,
    Qualification,
    SurveyActivity,
    VocabularyEntry,
    WorkKind,
)
from accounts.services.vocabulary import free_bits

Row = Mapping[str, Any]

Entry = TypeVar("Entry", bound=VocabularyEntry)
AnyKind = TypeVar("AnyKind", WorkKind, AssetKind)

LEVELS = {
    "法令必須": QualificationLevel.REQUIRED_BY_LAW,
    "主催者指定": QualificationLevel.REQUIRED_BY_HOST,
    "推奨": QualificationLevel.RECOMMENDED,
}
SURVEY_TYPES = {str(label): value for value, label in SurveyType.choices}


def load_vocabulary(data: Path) -> dict[str, int]:
    """Write all vocabularies inside the caller's transaction; returns the rows in the file by table."""
    file = json.loads((data / "vocabulary.json").read_text(encoding="utf-8"))
    hazards = _store(Hazard.objects, file["hazards"], _entry_values)
    qualifications = _store(Qualification.objects, file["qualifications"], _qualification_values)
    works = _store_kinds(WorkKind.objects, file["work_kinds"], _work_values)
    assets = _store_kinds(AssetKind.objects, file["asset_kinds"], _asset_values)
    _link_works(file["work_kinds"], works=works, hazards=hazards, qualifications=qualifications)
    _store_survey(file["survey_map"], works=works, assets=assets)
    return {
        "hazards": len(file["hazards"]),
        "qualifications": len(file["qualifications"]),
        "work_kinds": len(file["work_kinds"]),
        "asset_kinds": len(file["asset_kinds"]),
        "survey_activities": len(file["survey_map"]),
    }


def _entry_values(row: Row) -> dict[str, Any]:
    return {"name_ja": row["ja"], "name_en": row["en"]}


def _qualification_values(row: Row) -> dict[str, Any]:
    return _entry_values(row) | {"note_ja": row["note"]}


def _work_values(row: Row) -> dict[str, Any]:
    return _entry_values(row) | {
        "aliases": row["aliases"],
        "load": row["load"],
        "where": row["where"],
        "months": row["months"],
        "credit_from_parent": row["credit_from_parent"],
        "min_age_hint": row.get("min_age_hint"),
    }


def _asset_values(row: Row) -> dict[str, Any]:
    return _entry_values(row) | {
        "aliases": row["aliases"],
        "permission_holders": row["permission_holders"],
        "note_ja": row.get("note", ""),
    }


def _store(
    manager: Manager[Entry], rows: Sequence[Row], values_of: Callable[[Row], dict[str, Any]]
) -> dict[str, Entry]:
    """Insert new rows, rewrite those nobody edited, retire those that are gone; all rows by code."""
    stored: dict[str, Entry] = {entry.code: entry for entry in manager.all()}
    bits = free_bits(manager.model) if issubclass(manager.model, Kind) else None
    new, changed = [], []
    for position, row in enumerate(rows):
        values = values_of(row) | {"position": position, "retired": False}
        entry = stored.get(row["code"])
        if entry is None:
            given = {"bit": next(bits)} if bits is not None else {}
            stored[row["code"]] = manager.model(code=row["code"], **values, **given)
            new.append(stored[row["code"]])
        elif entry.edited_at is None:
            changed.append(_with_values(entry, values))
    gone = _retired(stored, rows)
    manager.bulk_create(new)
    if changed or gone:
        fields = [*values_of(rows[0]), "position", "retired"]
        manager.bulk_update(changed + gone, fields)
    return stored


def _with_values(entry: Entry, values: Mapping[str, Any]) -> Entry:
    for name, value in values.items():
        setattr(entry, name, value)
    return entry


def _retired(stored: Mapping[str, Entry], rows: Sequence[Row]) -> list[Entry]:
    """Rows of an earlier edition that the file no longer has; rows of administrators stay in use."""
    codes = {row["code"] for row in rows}
    return [
        _with_values(entry, {"retired": True})
        for code, entry in stored.items()
        if code not in codes and entry.edited_at is None
    ]


def _store_kinds(
    manager: Manager[AnyKind], rows: Sequence[Row], values_of: Callable[[Row], dict[str, Any]]
) -> dict[str, AnyKind]:
    """As ``_store``, then the tree: parents need primary keys, so they are written second."""
    kinds = _store(manager, rows, values_of)
    free = [kinds[row["code"]] for row in rows if kinds[row["code"]].edited_at is None]
    parent_codes = {row["code"]: row["parent"] for row in rows}
    for kind in free:
        parent = parent_codes[kind.code]
        kind.parent_id = kinds[parent].pk if parent else None
    manager.bulk_update(free, ["parent"])
    return kinds


def _link_works(
    rows: Sequence[Row],
    *,
    works: Mapping[str, WorkKind],
    hazards: Mapping[str, Hazard],
    qualifications: Mapping[str, Qualification],
) -> None:
    """Dangers and typical qualifications of every kind of work that nobody edited."""
    rows = [row for row in rows if works[row["code"]].edited_at is None]
    kinds = [works[row["code"]] for row in rows]
    through = WorkKind.hazards.through
    through.objects.filter(workkind__in=kinds).delete()
    through.objects.bulk_create(
        through(workkind_id=works[row["code"]].pk, hazard_id=hazards[code].pk)
        for row in rows
        for code in row["hazards"]
    )
    KindQualification.objects.filter(kind__in=kinds).delete()
    KindQualification.objects.bulk_create(
        KindQualification(
            kind=works[row["code"]],
            qualification=qualifications[asked["code"]],
            level=LEVELS[asked["level"]],
            when_ja=asked.get("when", ""),
        )
        for row in rows
        for asked in row["qualifications"]
    )


def _store_survey(
    rows: Sequence[Row], *, works: Mapping[str, WorkKind], assets: Mapping[str, AssetKind]
) -> None:
    """The activities of the survey, word for word: nobody edits those. The kinds they stand for an administrator may have."""
    SurveyActivity.objects.bulk_create(
        [
            SurveyActivity(
                number=row["no"],
                name_ja=row["activity"],
                survey_type=SURVEY_TYPES[row["survey_type"]] if row["survey_type"] else "",
            )
            for row in rows
        ],
        update_conflicts=True,
        unique_fields=["number"],
        update_fields=["name_ja", "survey_type"],
    )
    free = set(SurveyActivity.objects.filter(edited_at=None).values_list("number", flat=True))
    unedited = [row for row in rows if row["no"] in free]
    work_links = SurveyActivity.work_kinds.through
    work_links.objects.filter(surveyactivity__in=free).delete()
    work_links.objects.bulk_create(
        work_links(surveyactivity_id=row["no"], workkind_id=works[code].pk)
        for row in unedited
        for code in row["work_kinds"]
    )
    asset_links = SurveyActivity.asset_kinds.through
    asset_links.objects.filter(surveyactivity__in=free).delete()
    asset_links.objects.bulk_create(
        asset_links(surveyactivity_id=row["no"], assetkind_id=assets[code].pk)
        for row in unedited
        for code in row["asset_kinds"]
    )
