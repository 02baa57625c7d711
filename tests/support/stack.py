"""`manage.py up` as processes of their own, in a private folder and on a free port, and nothing left of them afterwards."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests import services
from tests.waiting import wait_for

ROOT = Path(__file__).resolve().parent.parent.parent
WITHOUT_SYSTEM_REDIS = "/usr/bin:/bin"


@dataclass
class Stack:
    """A running `manage.py up` in a folder and on a port of its own."""

    run_dir: Path
    port: int
    environ: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    def start(self, command: str = "up") -> None:
        with self.output.open("wb") as stream:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", command],
                cwd=ROOT,
                env=self.environ,
                stdout=stream,
                stderr=stream,
            )

    @property
    def output(self) -> Path:
        """What the supervisor said since its last start."""
        return self.run_dir.with_name("output.txt")

    def health(self) -> dict[str, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return json.load(answer)["parts"]
        except urllib.error.HTTPError as failing:
            return json.load(failing)["parts"]
        except OSError:
            return {}

    def is_healthy(self) -> bool:
        return set(self.health().values()) == {"ok"}

    def pid(self, name: str) -> int:
        """The program's own process id; 0 while there is none."""
        path = self.run_dir / f"{name}.pid"
        return int(path.read_text()) if path.exists() else 0

    def family(self) -> list[int]:
        """Every process whose environment names this run folder, the supervisor and all below it."""
        mark = f"ENISHI_RUN_DIR={self.run_dir}".encode()
        return [
            int(entry.name)
            for entry in Path("/proc").iterdir()
            if entry.name.isdigit() and _names(entry, mark)
        ]

    def stop(self, number: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        self.process.send_signal(number)
        return self.process.wait(timeout=60), self.output.read_text()


def _names(entry: Path, mark: bytes) -> bool:
    try:
        return mark in (entry / "environ").read_bytes().split(b"\0")
    except OSError:
        return False


@contextmanager
def own_stack(folder: Path) -> Iterator[Stack]:
    """A stack below this folder, not yet started; ended at the latest afterwards, and waited for until it is gone."""
    port = services.free_port()
    environ = {
        "PATH": WITHOUT_SYSTEM_REDIS,
        "DJANGO_SETTINGS_MODULE": "config.settings.demo",
        "ENISHI_RUN_DIR": str(folder / "run"),
        "ENISHI_PORT": str(port),
    }
    stack = Stack(folder / "run", port, environ)
    try:
        yield stack
    finally:
        if stack.process and stack.process.poll() is None:
            stack.process.kill()
            stack.process.wait()
        wait_for(lambda: not stack.family())
