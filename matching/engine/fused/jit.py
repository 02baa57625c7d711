"""The one way in which functions of this room are compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])
OPTIONS: dict[str, Any] = {"cache": True, "error_model": "numpy", "_nrt": False}
"""Without numba's own memory: it would count references to some sixty arrays at every step (docs/adr/0045)."""


def jit(function: Function) -> Function:
    """The function, compiled at its first call and kept on disk; single-threaded, because workers are processes."""
    compiled: Function = njit(**OPTIONS)(function)
    return compiled


def inlined(function: Function) -> Function:
    """The same for what `jit` functions call: put in its place, so that no array is counted at each call."""
    compiled: Function = njit(**OPTIONS, forceinline=True)(function)
    return compiled
