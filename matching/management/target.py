"""The file a command writes: never one that it reads, and whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from shutil import copymode

from django.core.management.base import CommandError


def target_of(path: str, *, beside: Iterable[str]) -> Path:
    """Where to write, links followed; `beside` are the files that are read (or numbers, which name none).

    Raises:
        CommandError: the path is one of those files by whatever name, is something else than a file, or its folder is missing.
    """
    try:
        target = Path(path).resolve()
        if target.exists() and not target.is_file():
            raise CommandError(f"{path} cannot be written: it is not a file. Nothing was done.")
        if not target.parent.is_dir():
            raise CommandError(f"{path} cannot be written: there is no such folder. Nothing was done.")
    except (OSError, ValueError, RuntimeError) as reason:
        raise CommandError(f"{path} cannot be written: {reason}. Nothing was done.") from reason
    if any(_is_same(target, read) for read in beside):
        raise CommandError(f"{path} is one of the files that are read; name another. Nothing was done.")
    return target


def write_whole(target: Path, content: str) -> None:
    """Write a file beside it as UTF-8 and rename that: whoever reads sees the old or the new, never a half.

    Raises:
        CommandError: it cannot be written; what stood there stands.
    """
    draft = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with draft.open("x", encoding="utf-8", newline="") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            copymode(target, draft)
        draft.replace(target)
    except OSError as reason:
        raise CommandError(f"{target} cannot be written: {reason}. Nothing was done.") from reason
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _is_same(target: Path, read: str) -> bool:
    """By whatever name or link; what is not there is nothing's equal."""
    with suppress(OSError, ValueError):
        return target.samefile(read)
    return False
