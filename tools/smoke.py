"""make smoke: start the demo's stack on a free port in a private folder and let a separate process drive it over HTTP.

The driver (smoke_driver.py) gets the address and nothing else; its last line on stdout is the result as one JSON object.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DRIVER = Path(__file__).with_name("smoke_driver.py")
START_PATIENCE_SECONDS = 120
STOP_PATIENCE_SECONDS = 30
DRIVE_PATIENCE_SECONDS = 240
FAILED = 1


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_stack(folder: str, port: int) -> subprocess.Popen[bytes]:
    """The demo as a user would start it; its own output goes to a file in the folder."""
    environ = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings.demo",
        "ENISHI_RUN_DIR": folder,
        "ENISHI_PORT": str(port),
    }
    with Path(folder, "demo.out").open("wb") as out:
        command = [sys.executable, "manage.py", "demo"]
        return subprocess.Popen(command, cwd=ROOT, env=environ, stdout=out, stderr=subprocess.STDOUT)


def wait_until_served(stack: subprocess.Popen[bytes], folder: str) -> None:
    """Return when the demo says that it serves (its first matching is done then).

    Raises:
        SystemExit: it ended or took too long; what it said is printed.
    """
    deadline = time.monotonic() + START_PATIENCE_SECONDS
    said = Path(folder, "demo.out")
    while b"Ctrl-C stops." not in said.read_bytes():
        if stack.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"The demo did not start:\n{said.read_text(encoding='utf-8')[-4000:]}")
        time.sleep(0.1)


def stop_stack(stack: subprocess.Popen[bytes]) -> None:
    """End the stack as Ctrl-C would, and by force if it does not."""
    if stack.poll() is None:
        stack.send_signal(signal.SIGINT)
    try:
        stack.wait(STOP_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        stack.kill()
        stack.wait()


def is_gone(port: int) -> bool:
    """Whether nothing answers on the port any more."""
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1)
    except (urllib.error.URLError, OSError):
        return True
    return False


def parent_of(pid: int) -> int:
    """The parent of a process; 0 where there is no such process."""
    try:
        if Path("/proc/self/status").exists():
            status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
            return int(status.partition("PPid:")[2].split()[0])
        ask = ["/bin/ps", "-o", "ppid=", "-p", str(pid)]
        return int(subprocess.run(ask, check=False, capture_output=True, text=True).stdout or 0)
    except (OSError, IndexError, ValueError):
        return 0


def was_our_worker(result: str, folder: str) -> bool:
    """Whether the process the run row names is the supervised worker, or one of the processes it works with."""
    supervised = int(Path(folder, "worker.pid").read_text(encoding="ascii"))
    named = json.loads(result or "{}").get("worker_pid") or 0
    return bool(named) and supervised in {named, parent_of(named)}


def drive(folder: str, *, port: int, started: float) -> int:
    """Let the driver do its work, show what it says line by line, and hold its worker against the supervised one."""
    command = [sys.executable, "-I", str(DRIVER), f"http://127.0.0.1:{port}", f"{started:.3f}"]
    line = ""
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as driver:
        patience = threading.Timer(DRIVE_PATIENCE_SECONDS, driver.kill)
        patience.start()
        assert driver.stdout is not None  # noqa: S101  # for the type checker: it is a pipe
        for said in driver.stdout:
            line = said
            print(said, end="", flush=True)
        outcome = driver.wait()
        patience.cancel()
    if outcome == 0 and not was_our_worker(line, folder):
        print("The run names a process that is not the supervised worker.", file=sys.stderr)
        return FAILED
    return outcome


def main() -> int:
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="enishi-smoke-") as folder:
        started = time.monotonic()
        stack = start_stack(folder, port)
        try:
            wait_until_served(stack, folder)
            print(f"The stack served after {time.monotonic() - started:.1f} s.", flush=True)
            outcome = drive(folder, port=port, started=started)
        finally:
            stop_stack(stack)
        if not is_gone(port):
            print("Something still answers on the port after the stop.", file=sys.stderr)
            return FAILED
    return outcome


if __name__ == "__main__":
    sys.exit(main())
