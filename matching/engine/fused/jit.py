"""The one way in which functions of this room are compiled."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba

Function = TypeVar("Function", bound=Callable[..., Any])
ENGINE = Path(__file__).resolve().parent.parent


def cache_folder(engine: Path, *, base: Path) -> Path:
    """Where compiled code of exactly these sources lies.

    numba looks only at the file a function stands in: with one folder for all versions it would go on using a rule that
    was compiled into its caller and has been changed since.
    """
    seal = hashlib.sha256()
    for source in sorted(engine.rglob("*.py")):
        seal.update(source.relative_to(engine).as_posix().encode() + b"\0" + source.read_bytes() + b"\0")
    return base / seal.hexdigest()[:16]


def _kept_under() -> Path | None:
    """The folder for compiled code; None where nothing can be kept and every process compiles for itself."""
    base = Path(os.environ.get("NUMBA_CACHE_DIR") or ENGINE / "fused" / "__pycache__")
    try:
        base.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return cache_folder(ENGINE, base=base) if os.access(base, os.W_OK) else None


KEPT = _kept_under()
if KEPT is not None:
    numba.config.CACHE_DIR = str(KEPT)  # type: ignore[attr-defined]  # made from the environment at import
OPTIONS: dict[str, Any] = {"cache": KEPT is not None, "error_model": "numpy", "_nrt": False}
"""Without numba's own memory: it would count references to some sixty arrays at every step (docs/adr/0045)."""


def jit(function: Function) -> Function:
    """The function, compiled at its first call and kept on disk; single-threaded, because workers are processes."""
    compiled: Function = numba.njit(**OPTIONS)(function)
    return compiled


def inlined(function: Function) -> Function:
    """The same for what `jit` functions call: put in its place, so that no array is counted at each call."""
    compiled: Function = numba.njit(**OPTIONS, forceinline=True)(function)
    return compiled
