"""The folder in which a host keeps snapshots: one subfolder for each version, its arrays mapped into memory.

Derived and disposable: what is not whole, or not what it says it is, is thrown away and put together again from the parts.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from matching.engine import Snapshot
from matching.engine.packed import Packed
from matching.engine.snapshot import assemble, restored
from matching.snapshots.parts import FORMAT, Frame

MANIFEST = "manifest.json"
PIECE = 1 << 20
VERSION = re.compile(r"[0-9a-f]{64}")
NAME = re.compile(r"[a-z_]+(\.[a-z_]+)?")
UNFINISHED = ".enishi-"
CANNOT_RESERVE = {errno.EINVAL, errno.EOPNOTSUPP, errno.ENOSYS}
"""A file system that sets nothing aside says so by one of these, a kernel or a sandbox without the call by the last."""
STRAY_SECONDS = 3600
"""A half-written folder this old belongs to a process that is gone."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Snapshots under one folder, which hosts may share. Writing is atomic: whoever is first, all others find the same."""

    folder: Path

    def take(self, version: str) -> Snapshot | None:
        """The snapshot of a version, read from its files by whoever touches them; None where there is none.

        Every file is compared with its digest first; a folder that is damaged or not of this version is removed.

        Raises:
            ValueError: this is no name of a version.
        """
        home = self._home(version)
        if not home.is_dir():
            return None
        try:
            return _opened(home, version)
        except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError) as error:
            log.warning("The snapshot %s is thrown away: %s", version[:12], error)
            shutil.rmtree(home, ignore_errors=True)
            return None

    def put(self, version: str, *, frame: Frame, parts: Callable[[], Iterable[Packed]]) -> Snapshot:
        """Put a version together from its parts, one of them in memory at a time, and open it.

        Raises:
            ValueError: two parts name the same party, or this is no name of a version.
            OSError: the folder cannot be written.
        """
        home = self._home(version)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=self.folder))
        try:
            _write(building, version, frame=frame, parts=parts)
            _settle(building, home)
        finally:
            shutil.rmtree(building, ignore_errors=True)
        found = self.take(version)
        if found is None:
            raise OSError(f"the snapshot {version[:12]} cannot be read back")
        return found

    def keep_only(self, versions: Iterable[str], *, now: float) -> list[str]:
        """Remove all other versions, and what was left half-written an hour before ``now`` (seconds); the names removed.

        What is not a snapshot is never touched, whatever folder this is.
        """
        if not self.folder.is_dir():
            return []
        kept, removed = set(versions), []
        for home in sorted(self.folder.iterdir()):
            old = bool(VERSION.fullmatch(home.name)) and home.name not in kept
            if home.is_dir() and (old or (home.name.startswith(UNFINISHED) and _is_stray(home, now))):
                shutil.rmtree(home, ignore_errors=True)
                removed.append(home.name)
        return removed

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One process of a host after the other, so that the same version is not fetched by all of them."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / f"{UNFINISHED}lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _home(self, version: str) -> Path:
        if not VERSION.fullmatch(version):
            raise ValueError(f"{version!r} is no version of a snapshot")
        return self.folder / version


def _is_stray(home: Path, now: float) -> bool:
    try:
        return now - home.stat().st_mtime >= STRAY_SECONDS
    except FileNotFoundError:
        return False


def _write(home: Path, version: str, *, frame: Frame, parts: Callable[[], Iterable[Packed]]) -> None:
    """All arrays and the manifest, which is written last."""

    mapped: dict[str, np.memmap[Any, Any]] = {}

    def allot(name: str, shape: tuple[int, ...], kind: np.dtype[Any]) -> npt.NDArray[Any]:
        if 0 in shape:
            return np.empty(shape, kind)
        path = home / f"{name}.npy"
        mapped[name] = np.lib.format.open_memmap(path, mode="w+", dtype=kind, shape=shape)
        _reserve(path)
        return mapped[name]

    made = assemble(vocabulary=frame.vocabulary, horizon=frame.horizon, parts=parts, allot=allot)
    sums: dict[str, str] = {}
    for name, array in made.arrays().items():
        path = home / f"{name}.npy"
        if name in mapped:
            mapped[name].flush()
        else:
            np.save(path, array, allow_pickle=False)
        sums[name] = _sum(path)
    told = {"format": FORMAT, "version": version, "frame": frame.as_json(), "arrays": sums}
    (home / MANIFEST).write_text(json.dumps(told), encoding="utf-8")


def _reserve(path: Path) -> None:
    """Have the disk set aside the whole file: where it is full, writing to mapped pages would end the process.

    Raises:
        OSError: there is no room.
    """
    reserve = getattr(os, "posix_fallocate", None)  # macOS has none
    if reserve is None:
        return
    size = path.stat().st_size
    with path.open("r+b") as file:
        try:
            reserve(file.fileno(), 0, size)
        except OSError as error:
            if error.errno not in CANNOT_RESERVE:
                raise OSError(error.errno, f"the disk has no {size} bytes for {path.name}") from error


def _settle(building: Path, home: Path) -> None:
    """Give the folder its name, unless another process was faster."""
    try:
        building.rename(home)
    except OSError:
        if not home.is_dir():
            raise


def _opened(home: Path, version: str) -> Snapshot:
    """Raises ValueError, KeyError or OSError where anything is not as the manifest says."""
    told = json.loads((home / MANIFEST).read_text(encoding="utf-8"))
    if told["format"] != FORMAT or told["version"] != version:
        raise ValueError("it belongs to another version")
    arrays: dict[str, npt.NDArray[Any]] = {}
    for name, wanted in told["arrays"].items():
        if not NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no array of a snapshot")
        path = home / f"{name}.npy"
        if _sum(path) != wanted:
            raise ValueError(f"{path.name} is damaged")
        arrays[name] = _mapped(path)
    frame = Frame.from_json(told["frame"])
    return restored(vocabulary=frame.vocabulary, horizon=frame.horizon, arrays=arrays)


def _mapped(path: Path) -> npt.NDArray[Any]:
    """The file's own pages, private to this process should it ever write; an empty array has none."""
    try:
        array = np.load(path, mmap_mode="c", allow_pickle=False)
    except ValueError:
        array = np.load(path, allow_pickle=False)
    return np.asarray(array)


def _sum(path: Path) -> str:
    seal = hashlib.blake2b(digest_size=16)
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            seal.update(piece)
    return seal.hexdigest()
