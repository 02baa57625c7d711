"""manage.py allocate: any instance from a file, or every row that is wrong and nothing else."""

from __future__ import annotations

import csv
import json
import os
from errno import ENOSPC
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

MANY, LESS = f"'{'0' * 40}…'", f"'-{'9' * 39}…'"
EDGES = "left,right,score\nana,oki,0.5\nana,saga,0.4\nben,oki,0.4\n"


def said(*options: str) -> str:
    out = StringIO()
    call_command("allocate", *options, stdout=out)
    return out.getvalue()


def allocated(*options: str) -> dict:
    answer = json.loads(said(*options))
    assert answer.pop("seconds") >= 0
    return answer


def refused(*options: str) -> list[str]:
    """The lines of the refusal, without the first, which names the file; nothing was printed."""
    out = StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command("allocate", *options, stdout=out)
    assert out.getvalue() == ""
    assert refusal.value.returncode == 1
    return str(refusal.value).splitlines()[1:]


def test_value_bound_gap_and_blocking_pairs_are_printed(written):
    assert allocated("--edges", written("edges.csv", EDGES)) == {
        "pairs": 3,
        "left": 2,
        "right": 2,
        "resolution": 0.1,
        "rounded": 0,
        "placed": 2,
        "value": 0.8,
        "bound": 0.8,
        "gap": 0.0,
        "blocking_pairs": 1,
    }


def test_capacity_is_a_number_or_a_file(written):
    edges = written("edges.csv", EDGES)
    several = allocated("--edges", edges, "--left-capacity", "2", "--right-capacity", "2")
    some = allocated("--edges", edges, "--right-capacity", written("room.csv", "id,capacity\noki,2\n"))
    none = allocated("--edges", edges, "--left-capacity", "0")
    assert [answer["placed"] for answer in (several, some, none)] == [3, 2, 0]
    assert [answer["value"] for answer in (several, some, none)] == [1.3, 0.9, 0.0]


def test_placement_is_written_to_a_file(written, tmp_path):
    target = tmp_path / "placed.csv"
    allocated("--edges", written("edges.csv", EDGES), "--out", str(target))
    assert list(csv.reader(StringIO(target.read_text(encoding="utf-8")))) == [
        ["left", "right", "score"],
        ["ana", "saga", "0.4"],
        ["ben", "oki", "0.4"],
    ]
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["edges.csv", "placed.csv"]


@pytest.mark.parametrize("name", ["edges.csv", "other/../edges.csv", "linked.csv", "twin.csv", "room.csv"])
def test_file_that_is_read_is_never_written(written, tmp_path, name):
    edges, room = written("edges.csv", EDGES), written("room.csv", "id,capacity\noki,1\n")
    (tmp_path / "other").mkdir()
    (tmp_path / "linked.csv").symlink_to(edges)
    (tmp_path / "twin.csv").hardlink_to(edges)
    with pytest.raises(CommandError, match="is one of the files that are read"):
        said("--edges", edges, "--right-capacity", room, "--out", str(tmp_path / name))
    assert (Path(edges).read_text(), Path(room).read_text()) == (EDGES, "id,capacity\noki,1\n")


def test_what_stood_in_the_target_stands_until_the_placement_is_whole(written, tmp_path, monkeypatch):
    def full(handle):
        raise OSError(ENOSPC, "No space left on device")

    synced = os.fsync
    target = tmp_path / "placed.csv"
    target.write_text("old")
    target.chmod(0o640)
    edges = written("edges.csv", EDGES)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CommandError, match="No space left on device"):
        said("--edges", edges, "--out", str(target))
    assert target.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["edges.csv", "placed.csv"]
    monkeypatch.setattr(os, "fsync", synced)
    said("--edges", edges, "--out", str(target))
    assert target.read_text().startswith("left,right,score\n")
    assert target.stat().st_mode & 0o777 == 0o640


def test_order_of_rows_and_columns_byte_order_mark_and_other_columns_change_nothing(written, tmp_path):
    plain, turned = tmp_path / "plain.csv", tmp_path / "turned.csv"
    other = "note,score,right,left\r\nx,0.4,oki,ben\r\n\r\n,.4, saga ,ana\r\ny,5e-1,oki,ana\r\n"
    one = allocated("--edges", written("a.csv", EDGES), "--out", str(plain))
    two = allocated("--edges", written("b.csv", b"\xef\xbb\xbf" + other.encode()), "--out", str(turned))
    assert one == two
    assert plain.read_bytes() == turned.read_bytes()


def test_ids_of_the_two_sides_have_nothing_to_do_with_each_other(written):
    answer = allocated("--edges", written("edges.csv", "left,right,score\na,a,1\na,b,1\nb,a,1\n"))
    assert (answer["left"], answer["right"], answer["placed"]) == (2, 2, 2)


@pytest.mark.parametrize(
    ("content", "reasons"),
    [
        ("left,score\na,1\n", ["row 1: the column right is missing"]),
        ("left,right,score,left\na,b,1,c\n", ["row 1: the column left is there twice"]),
        (
            "",
            [f"row 1: the column {name} is missing" for name in ("left", "right", "score")],
        ),
        ("left,right,score\n\n", ["row 1: there is no row below the header"]),
        ("left,right,score\na,b,much\n", ["row 2: score: 'much' is not a number"]),
        ("left,right,score\na,b,\n", ["row 2: score: '' is not a number"]),
        ("left,right,score\na,b,1_0\n", ["row 2: score: '1_0' is not a number"]),
        ("left,right,score\na,b,１\n", ["row 2: score: '１' is not a number"]),
        ("left,right,score\na,b,NaN\n", ["row 2: score: 'NaN' is not a finite number"]),
        ("left,right,score\na,b,-inf\n", ["row 2: score: '-inf' is not a finite number"]),
        ("left,right,score\na,b,1e999\n", ["row 2: score: '1e999' is not a finite number"]),
        ("left,right,score\na,b,-2e300\n", ["row 2: score: '-2e300' is beyond 1e+300"]),
        ("left,right,score\na,b,1e-301\n", ["row 2: score: '1e-301' is nearer to 0 than 1e-300"]),
        (
            f"left,right,score\na,b,1e-{'9' * 30}\n",
            [f"row 2: score: '1e-{'9' * 30}' is nearer to 0 than 1e-300"],
        ),
        (
            "left,right,score\na,b,1\n ,,x\n",
            ["row 3: left is empty", "row 3: right is empty", "row 3: score: 'x' is not a number"],
        ),
        ("left,right,score\na,b,1\nc,b,1\na,b,1\n", ["row 4: the pair 'a', 'b' stands in row 2 already"]),
        ("left,right,score\na,b\n", ["row 2: 2 cells, but the header has 3"]),
        ('left,right,score\na,b,1\na,"b"c,1\n', ["row 3: not CSV: ',' expected after '\"'"]),
        (
            "left,right,score\na,b,1\n佐賀,b,1\n".encode("cp932"),
            ["row 3: not UTF-8; save the file as UTF-8 and try again"],
        ),
        (b"left,right,score\ra,b,1\r\xff,b,1\r", ["row 3: not UTF-8; save the file as UTF-8 and try again"]),
        (
            b'\xef\xbb\xbfleft,right,score\r\n"a\na",b,1\r\na,\xff,1\r\n',
            ["row 3: not UTF-8; save the file as UTF-8 and try again"],
        ),
        (EDGES.encode("utf-16"), ["row 1: not UTF-8; save the file as UTF-8 and try again"]),
    ],
)
def test_malformed_edges_are_refused_by_row(written, content, reasons):
    assert refused("--edges", written("edges.csv", content)) == reasons


@pytest.mark.parametrize(
    ("content", "reasons"),
    [
        ("id\noki\n", ["row 1: the column capacity is missing"]),
        ("id,capacity\noki,-1\n", ["row 2: capacity: -1 is below 0"]),
        ("id,capacity\noki,1.5\n", ["row 2: capacity: '1.5' is not a whole number"]),
        ("id,capacity\noki,nan\n", ["row 2: capacity: 'nan' is not a whole number"]),
        ("id,capacity\noki,1000000001\n", ["row 2: capacity: '1000000001' is above 1000000000"]),
        (f"id,capacity\noki,{'0' * 6000}\n", [f"row 2: capacity: {MANY} has 6000 characters; 40 are enough"]),
        (
            f"id,capacity\nsaga,1\noki,-{'9' * 5999}\n",
            [f"row 3: capacity: {LESS} has 6000 characters; 40 are enough"],
        ),
        ("id,capacity\n,1\nana,1\n", ["row 2: id is empty", "row 3: the id 'ana' has no pair"]),
        ("id,capacity\noki,1\noki,2\n", ["row 3: the id 'oki' stands in row 2 already"]),
        ("id,capacity\n\xa0".encode("latin-1"), ["row 2: not UTF-8; save the file as UTF-8 and try again"]),
    ],
)
def test_malformed_capacities_are_refused_by_row(written, content, reasons):
    edges = written("edges.csv", EDGES)
    assert refused("--edges", edges, "--right-capacity", written("room.csv", content)) == reasons


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("-1", "-1 is below 0"),
        ("0.5", "'0.5' is not a whole number"),
        ("0" * 6000, f"{MANY} has 6000 characters; 40 are enough"),
    ],
)
def test_malformed_capacity_number_is_refused(written, number, reason):
    edges = written("edges.csv", EDGES)
    with pytest.raises(CommandError) as refusal:
        said("--edges", edges, f"--left-capacity={number}")
    assert str(refusal.value) == f"Capacity: {reason}. Nothing was done."


def test_file_that_is_not_there_is_said_and_so_is_a_place_that_cannot_be_written(written, tmp_path):
    with pytest.raises(CommandError, match=r"none\.csv cannot be read"):
        said("--edges", str(tmp_path / "none.csv"))
    for target, reason in (
        (tmp_path, "it is not a file"),
        (tmp_path / "none" / "placed.csv", "there is no such folder"),
    ):
        with pytest.raises(CommandError, match=f"cannot be written: {reason}"):
            said("--edges", written("edges.csv", EDGES), "--out", str(target))


def test_only_the_first_faults_are_listed_and_the_rest_counted(written):
    lines = refused("--edges", written("edges.csv", "left,right,score\n" + "a,b,x\n" * 30))
    assert (len(lines), lines[0], lines[-1]) == (21, "row 2: score: 'x' is not a number", "and 10 more")


def test_no_placement_is_written_where_a_row_is_wrong(written, tmp_path):
    target = tmp_path / "placed.csv"
    refused("--edges", written("edges.csv", EDGES + "ana,oki,1\n"), "--out", str(target))
    assert not target.exists()
