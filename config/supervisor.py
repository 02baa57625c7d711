"""Starts programs in order, restarts what dies, stops them in the reverse order, leaves nothing behind.

Knows nothing of Django or of what the programs do: config/stack.py says what runs, config/child.py wraps each one.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import BinaryIO

from config.runlock import StartError

CHILD = Path(__file__).with_name("child.py")
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
CALM_SECONDS = 60.0  # after living this long a program's next death counts as its first
READY_SECONDS = 30.0
TICK_SECONDS = 0.2
LOG_LIMIT_BYTES = 10_000_000
ORPHAN_GRACE_SECONDS = 5.0  # for programs whose supervisor was killed

log = logging.getLogger("enishi.supervisor")


@dataclass(frozen=True)
class Program:
    """One program to keep running; ``ready`` is waited for before the next one starts."""

    name: str
    argv: Sequence[str]
    ready: Callable[[], bool] | None = None
    grace_seconds: float = 20.0


@dataclass
class _Child:
    """A program and what became of it."""

    program: Program
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    deaths: int = 0
    due_at: float = 0.0


@dataclass
class Supervisor:
    """Keeps ``programs`` running in ``run_dir`` with ``environ``; the start order is the order of the list.

    ``silent`` names programs that run but no longer work; it is asked every ``silent_every`` seconds.
    """

    programs: Sequence[Program]
    run_dir: Path
    environ: Mapping[str, str]
    silent: Callable[[], set[str]] = set
    silent_every: float = 15.0
    children: list[_Child] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)
    _pipe: tuple[int, int] = (-1, -1)
    _silent_due: float = 0.0

    def __enter__(self) -> Supervisor:
        """Start everything; what had started is stopped again when one program does not become ready."""
        self._pipe = os.pipe()
        (self.run_dir / "logs").mkdir(parents=True, exist_ok=True)
        self._silent_due = time.monotonic() + self.silent_every
        try:
            for program in self.programs:
                child = _Child(program)
                self.children.append(child)
                self._start(child)
                self._await_ready(child)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    def log_file(self, name: str) -> Path:
        return self.run_dir / "logs" / f"{name}.log"

    def stop_on_signals(self) -> None:
        """Let Ctrl-C, SIGTERM and a closed terminal end ``serve`` in order."""

        def stop(number: int, frame: FrameType | None) -> None:
            self.stopping.set()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, stop)

    def serve(self) -> None:
        """Watch until told to stop."""
        while not self.stopping.is_set():
            self.tick()
            self.stopping.wait(TICK_SECONDS)

    def tick(self) -> None:
        """Look at every program once: note deaths, restart what is due, end what has fallen silent."""
        now = time.monotonic()
        for child in self.children:
            if child.process and child.process.poll() is not None:
                self._bury(child, now=now)
            if child.process is None and now >= child.due_at:
                self._restart(child, now=now)
        if now >= self._silent_due:
            self._silent_due = now + self.silent_every
            self._end_silent(self.silent())

    def stop(self) -> None:
        """End every program, the last started first, each within its grace; then nothing of it is left."""
        self.stopping.set()
        for child in reversed(self.children):
            if child.process is not None:
                self._end(child, grace_seconds=child.program.grace_seconds)
        for end in self._pipe:
            if end >= 0:
                os.close(end)
        self._pipe = (-1, -1)
        (self.run_dir / "up.json").unlink(missing_ok=True)

    def _start(self, child: _Child) -> None:
        program = child.program
        pid_file = self.run_dir / f"{program.name}.pid"
        pid_file.unlink(missing_ok=True)
        wrapper = [sys.executable, str(CHILD), str(self._pipe[0]), str(pid_file), str(ORPHAN_GRACE_SECONDS)]
        with _open_log(self.log_file(program.name)) as stream:
            child.process = subprocess.Popen(
                [*wrapper, "--", *program.argv],
                env=dict(self.environ),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                pass_fds=(self._pipe[0],),
                start_new_session=True,  # its own group: Ctrl-C reaches the supervisor alone, which stops in order
            )
        child.started_at = time.monotonic()
        self._write_state()

    def _restart(self, child: _Child, *, now: float) -> None:
        """Start again; a full disk or process table is a reason to wait, not to end what still runs."""
        try:
            self._start(child)
        except OSError as error:
            child.due_at = now + LONGEST_PAUSE_SECONDS
            log.warning("%s cannot be started now: %s", child.program.name, error)

    def _await_ready(self, child: _Child) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while child.program.ready and not child.program.ready():
            if self.stopping.is_set():
                return
            ended = child.process is None or child.process.poll() is not None
            if ended or time.monotonic() > deadline:
                tail = log_tail(self.log_file(child.program.name))
                raise StartError(f"{child.program.name} did not start. The end of its log:\n{tail}")
            time.sleep(0.02)

    def _bury(self, child: _Child, *, now: float) -> None:
        """Remove what the dead program left in its group and fix when it starts again."""
        assert child.process is not None  # noqa: S101  # for the type checker: only called with one
        code = child.process.returncode
        _kill_group(child.process.pid)
        child.deaths = 1 if now - child.started_at > CALM_SECONDS else child.deaths + 1
        pause = min(FIRST_PAUSE_SECONDS * 2 ** (child.deaths - 1), LONGEST_PAUSE_SECONDS)
        child.process, child.due_at = None, now + pause
        log.warning(
            "%s ended (exit code %s); starting it again in %.1f s. Its log: %s",
            *(child.program.name, code, pause, self.log_file(child.program.name)),
        )

    def _end_silent(self, names: set[str]) -> None:
        for child in self.children:
            if child.program.name in names and child.process is not None:
                log.warning("%s is silent: ending it to start it anew.", child.program.name)
                self._end(child, grace_seconds=1.0)
                self._bury(child, now=time.monotonic())

    def _end(self, child: _Child, *, grace_seconds: float) -> None:
        assert child.process is not None  # noqa: S101  # for the type checker: only called with one
        with contextlib.suppress(ProcessLookupError):
            child.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.process.wait(timeout=grace_seconds)
        _kill_group(child.process.pid)
        child.process.wait()

    def _write_state(self) -> None:
        """up.json: which wrapper runs what, for operators and for tests that kill."""
        running = {c.program.name: c.process.pid for c in self.children if c.process}
        draft = self.run_dir / "up.json.new"
        draft.write_text(json.dumps({"supervisor": os.getpid(), "wrappers": running}), encoding="ascii")
        draft.replace(self.run_dir / "up.json")


def _kill_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS: EPERM for a group of zombies
        os.killpg(leader, signal.SIGKILL)


def _open_log(path: Path) -> BinaryIO:
    """Open for appending; a log that has grown large becomes .1 and the one before it goes."""
    if path.exists() and path.stat().st_size > LOG_LIMIT_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")


def log_tail(path: Path, *, lines: int = 15) -> str:
    """The last lines of a log, for the person who has to act on it."""
    with contextlib.suppress(OSError):
        return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
    return "(no log)"
