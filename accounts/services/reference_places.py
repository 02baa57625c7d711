"""Municipalities and postal codes from the shipped files into their tables."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

from accounts.models.places import Municipality, PostalCode

BATCH = 5000
MUNICIPALITY_FIELDS = [
    "code5", "prefecture_code", "prefecture_name", "name", "kana", "latitude", "longitude",
]  # fmt: skip


def load_places(data: Path) -> dict[str, int]:
    """Write both tables inside the caller's transaction; returns the rows in the files by table."""
    code_by_5 = _load_municipalities(data / "municipality.csv")
    wanted = _read_postal(data / "postal.csv.gz", code_by_5)
    _store_postal(wanted)
    return {
        "municipalities": len(code_by_5),
        "postal_codes": len({postal for postal, _code in wanted}),
    }


def _load_municipalities(path: Path) -> dict[str, str]:
    """Insert or update every municipality. None is deleted: people and communities refer to them."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = [
            Municipality(
                code=row["code6"], code5=row["code5"], prefecture_code=row["pref"],
                prefecture_name=row["pref_name"], name=row["name"], kana=row["kana"],
                latitude=float(row["lat"]), longitude=float(row["lon"]),
            )
            for row in csv.DictReader(lines)
        ]  # fmt: skip
    Municipality.objects.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=MUNICIPALITY_FIELDS,
    )
    return {row.code5: row.code for row in rows}


def _read_postal(path: Path, code_by_5: dict[str, str]) -> dict[tuple[str, str], str]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines)
        next(rows)
        return {(postal, code_by_5[code5]): towns for postal, code5, towns in rows}


def _store_postal(wanted: dict[tuple[str, str], str]) -> None:
    """Make the table equal to what is wanted, touching only rows that differ."""
    stored = {
        (postal, code): (pk, towns)
        for pk, postal, code, towns in PostalCode.objects.order_by().values_list(
            "pk", "postal", "municipality_id", "towns"
        )
    }
    gone = [pk for key, (pk, _towns) in stored.items() if key not in wanted]
    for start in range(0, len(gone), BATCH):
        PostalCode.objects.filter(pk__in=gone[start : start + BATCH]).delete()
    PostalCode.objects.bulk_create(
        [
            PostalCode(postal=key[0], municipality_id=key[1], towns=towns)
            for key, towns in wanted.items()
            if key not in stored or stored[key][1] != towns
        ],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["postal", "municipality"],
        update_fields=["towns"],
    )
