from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from matching.engine.packed import pack
from matching.snapshots.parts import Frame, digest_of, from_bytes, to_bytes, version_of
from matching.snapshots.shelf import MANIFEST, Shelf
from tests.engine.test_snapshot import compared, same
from tests.engine.world import World, random_world, scan

HOMES = ("a", "b", "c")


def frame_of(world: World) -> Frame:
    return Frame(vocabulary=world.vocabulary, horizon=world.horizon, homes=HOMES, kept_mean_micro=500_000)


def parts_of(world: World, count: int = 3) -> list[bytes]:
    return [
        to_bytes(
            pack(
                vocabulary=world.vocabulary, horizon=world.horizon, participants=world.participants[at::count]
            )
        )
        for at in range(count)
    ]


def put(shelf: Shelf, world: World, *, version: str = ""):
    data = parts_of(world)
    name = version or version_of(frame_of(world), map(digest_of, data))
    return name, shelf.put(name, frame=frame_of(world), parts=lambda: map(from_bytes, data))


@pytest.mark.parametrize("seed", range(10))
def test_what_is_put_together_on_disk_compares_as_in_memory(tmp_path, seed):
    world = random_world(seed)
    name, made = put(Shelf(tmp_path), world)
    assert same(compared(world, made), scan(world))
    again = Shelf(tmp_path).take(name)
    assert again is not None
    assert same(compared(world, again), scan(world))
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]


def test_arrays_are_pages_of_the_files(tmp_path):
    name, made = put(Shelf(tmp_path), random_world(2))
    assert isinstance(made.columns.ring.base, np.memmap)
    made.columns.ring[:] = 0  # private to this process
    found = Shelf(tmp_path).take(name)
    assert found is not None
    assert found.columns.ring.any()


def test_a_part_is_the_same_bytes_whoever_packs_it(tmp_path):
    world = random_world(6)
    code = (
        "import django, sys; django.setup(); from tests.matching.snapshots.test_shelf import *;"
        "sys.stdout.write(digest_of(parts_of(random_world(6))[0]))"
    )
    other = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env=os.environ | {"PYTHONHASHSEED": "77"},
    )  # fmt: skip
    assert other.stdout == digest_of(parts_of(world)[0])


def test_the_version_tells_every_difference(tmp_path):
    world = random_world(6)
    digests = [digest_of(part) for part in parts_of(world)]
    versions = {
        version_of(frame_of(world), digests),
        version_of(frame_of(world), digests[::-1]),
        version_of(frame_of(world), digests[:2]),
        version_of(
            Frame(
                vocabulary=world.vocabulary, horizon=world.horizon, homes=("a", "b"), kept_mean_micro=500_000
            ),
            digests,
        ),
    }
    assert len(versions) == 4


def test_a_frame_is_read_back_as_it_was_and_another_format_is_refused():
    frame = frame_of(random_world(1))
    assert Frame.from_json(json.loads(json.dumps(frame.as_json()))) == frame
    with pytest.raises(ValueError, match="format"):
        Frame.from_json(frame.as_json() | {"format": 0})


@pytest.mark.parametrize("data", [b"", b"nothing", b"PK\x03\x04 cut off"])
def test_bytes_that_are_no_part_are_refused(data):
    with pytest.raises(ValueError):
        from_bytes(data)


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))


def damage_byte(home: Path) -> None:
    flip(home / "column.ring.npy")


def cut_off(home: Path) -> None:
    path = home / "column.can.npy"
    path.write_bytes(path.read_bytes()[:-8])


def lose_file(home: Path) -> None:
    (home / "public.npy").unlink()


def lose_manifest(home: Path) -> None:
    (home / MANIFEST).unlink()


def claim_other(home: Path) -> None:
    told = json.loads((home / MANIFEST).read_text())
    (home / MANIFEST).write_text(json.dumps(told | {"version": "0" * 64}))


def older_format(home: Path) -> None:
    told = json.loads((home / MANIFEST).read_text())
    (home / MANIFEST).write_text(json.dumps(told | {"format": 0}))


def no_lists(home: Path) -> None:
    told = json.loads((home / MANIFEST).read_text())
    (home / MANIFEST).write_text(json.dumps(told | {"arrays": []}))


def other_folder(home: Path) -> None:
    told = json.loads((home / MANIFEST).read_text())
    (home / MANIFEST).write_text(json.dumps(told | {"arrays": told["arrays"] | {"../x": "0"}}))


def no_json(home: Path) -> None:
    (home / MANIFEST).write_text("{")


@pytest.mark.parametrize(
    "harm",
    [
        damage_byte,
        cut_off,
        lose_file,
        lose_manifest,
        claim_other,
        older_format,
        no_json,
        no_lists,
        other_folder,
    ],
)
def test_a_damaged_or_foreign_folder_is_refused_and_made_anew(tmp_path, harm):
    world = random_world(7)
    shelf = Shelf(tmp_path)
    name, _ = put(shelf, world)
    harm(tmp_path / name)
    assert shelf.take(name) is None
    assert not (tmp_path / name).exists()
    _, again = put(shelf, world)
    assert same(compared(world, again), scan(world))


@pytest.mark.parametrize("name", ["", "..", "a" * 63, "precious"])
def test_what_is_no_version_is_no_folder_either(tmp_path, name):
    (tmp_path / "precious").mkdir()
    with pytest.raises(ValueError, match="no version"):
        Shelf(tmp_path).take(name)
    assert (tmp_path / "precious").is_dir()


def test_an_unfinished_folder_has_no_name(tmp_path):
    world = random_world(8)

    def parts():
        yield from map(from_bytes, parts_of(world)[:2])
        raise RuntimeError("the worker dies here")

    with pytest.raises(RuntimeError):
        Shelf(tmp_path).put("0" * 64, frame=frame_of(world), parts=parts)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_before_any_page_is_written(tmp_path, monkeypatch):
    def full(_file: int, _first: int, _size: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    world = random_world(8)
    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(OSError, match=r"the disk has no \d+ bytes for column\.\w+\.npy") as told:
        put(Shelf(tmp_path), world)
    assert told.value.errno == errno.ENOSPC
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [errno.EINVAL, errno.EOPNOTSUPP, errno.ENOSYS])
def test_a_file_system_that_reserves_nothing_is_written_all_the_same(tmp_path, monkeypatch, number):
    def unable(_file: int, _first: int, _size: int) -> None:
        raise OSError(number, "not here")

    monkeypatch.setattr(os, "posix_fallocate", unable)
    world = random_world(8)
    _, made = put(Shelf(tmp_path), world)
    assert same(compared(world, made), scan(world))


def test_whoever_comes_second_finds_the_folder_of_the_first(tmp_path):
    world = random_world(9)
    shelf = Shelf(tmp_path)
    name, first = put(shelf, world)
    stamp = (tmp_path / name / MANIFEST).stat().st_mtime_ns
    _, second = put(shelf, world)
    assert (tmp_path / name / MANIFEST).stat().st_mtime_ns == stamp
    assert same(compared(world, first), compared(world, second))


def test_old_versions_and_strays_are_removed_and_the_one_being_made_is_not(tmp_path):
    shelf = Shelf(tmp_path)
    name, _ = put(shelf, random_world(1))
    other, _ = put(shelf, random_world(2))
    under_way, stray, precious = ".enishi-under-way", ".enishi-stray", "precious"
    for folder in (under_way, stray, precious):
        (tmp_path / folder).mkdir()
    os.utime(tmp_path / stray, (1, 1))
    os.utime(tmp_path / precious, (1, 1))
    assert shelf.keep_only([name], now=time.time()) == sorted([stray, other])
    assert {path.name for path in tmp_path.iterdir()} == {name, under_way, precious}
    assert Shelf(tmp_path / "nowhere").keep_only([], now=0.0) == []
