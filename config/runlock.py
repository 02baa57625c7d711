"""What a start needs for itself alone: the run folder, the port, some room on the disk."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

FREE_BYTES_NEEDED = 300_000_000  # the demo's database, its log of writes and the logs, with room to grow

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
REFUSED = frozenset(
    {errno.EACCES, errno.EPERM, errno.EROFS, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.EIO}
)


class StartError(Exception):
    """Why the stack cannot start, in one sentence with the way out."""


@contextlib.contextmanager
def run_folder(folder: Path) -> Iterator[Path]:
    """Own the run folder until the block ends; a second start is refused, a dead owner's lock is free by itself."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StartError(describe(error, folder=folder)) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            owner = os.pread(handle, 32, 0).decode("ascii", "replace").strip() or "unknown"
            raise StartError(
                f"Enishi already runs from {folder} (process {owner}). Stop it first, "
                "or choose another folder with ENISHI_RUN_DIR."
            ) from error
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode("ascii"), 0)
        yield folder
    finally:
        os.close(handle)


def describe(error: OSError, *, folder: Path) -> str:
    """An error of the file system in words."""
    if error.errno in FULL:
        return f"The disk that holds {folder} is full. Make room and start again."
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return f"{folder} cannot be written. Choose another folder with ENISHI_RUN_DIR."
    return f"{error.filename or folder} cannot be used: {error.strerror}."


@contextlib.contextmanager
def files_in_words(folder: Path) -> Iterator[None]:
    """Turn what the file system refuses while something starts in ``folder`` into a StartError.

    Errors of other kinds (a mistake of ours, a network) are raised as they are.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in FULL | REFUSED:
            raise
        raise StartError(describe(error, folder=folder)) from error


def database_sentence(error: Exception) -> str:
    """Why the database cannot be written or opened, in words; empty where it is something else."""
    said = str(error).strip().partition("\n")[0]
    if any(words in said for words in ("disk is full", "No space left")):
        return "The disk that holds the database is full. Make room and start again."
    if any(words in said for words in ("readonly", "unable to open", "disk I/O error")):
        return f"The database cannot be used: {said}. See DATABASE_URL and ENISHI_RUN_DIR."
    return ""


def require_free_port(host: str, port: int) -> None:
    """Raise StartError when another program listens on the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except OSError as error:
            raise StartError(_port_sentence(error, host=host, port=port)) from error


def _port_sentence(error: OSError, *, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} is taken by another program. Choose another with ENISHI_PORT={_other_port(port)}."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} may be opened by the administrator only. Choose another with ENISHI_PORT=8000."
    return f"{host}:{port} cannot be opened: {error.strerror}. See ENISHI_HOST and ENISHI_PORT."


def _other_port(port: int) -> int:
    return port + 1 if port < 65535 else 8000  # noqa: PLR2004  # the highest port there is


def require_free_disk(folder: Path, *, needed: int = FREE_BYTES_NEEDED) -> None:
    """Raise StartError when the disk of the folder has no room; the folder itself need not exist yet."""
    existing = next(step for step in (folder, *folder.parents) if step.exists())
    free = shutil.disk_usage(existing).free
    if free < needed:
        raise StartError(
            f"The disk that holds {folder} is nearly full: {free // 1_000_000} MB free, "
            f"{needed // 1_000_000} MB needed. Make room, or choose another folder with ENISHI_RUN_DIR."
        )
