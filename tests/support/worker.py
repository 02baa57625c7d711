"""A real Celery worker as a process of its own, on this test's database and on a broker that may be flushed or killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import redis

from tests import services

QUEUE = "enishi"


class OwnRedis:
    """A Redis of one test on a private socket, that can be killed and started again (without memory)."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "r.sock"
        self.url = f"redis+socket://{self.path}"
        self.client = redis.Redis(unix_socket_path=str(self.path))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        where = ["--port", "0", "--unixsocket", str(self.path), "--save", "", "--dir", str(self.path.parent)]
        self._process = subprocess.Popen([services.redis_binary(), *where], stdout=subprocess.DEVNULL)
        services.wait_until(self._answers, process=self._process, what="Redis", log=Path(os.devnull))

    def _answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except redis.exceptions.ConnectionError:
            return False

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def rings(self) -> int:
        """How many messages wait in the queue."""
        return int(self.client.llen(QUEUE))


@contextmanager
def own_redis(folder: Path) -> Iterator[OwnRedis]:
    server = OwnRedis(folder)
    server.start()
    try:
        yield server
    finally:
        server.client.close()
        server.kill()


class Worker:
    """One worker with two pool processes, which also knows the topics of ``tests.support.effects``."""

    def __init__(self, environ: Mapping[str, str], *, broker_url: str, log: Path) -> None:
        self._environ = {**environ, "REDIS_URL": broker_url}
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "config",
            "worker",
            "--concurrency",
            "2",
            "--loglevel",
            "INFO",
        ]
        if "ENISHI_TEST_HOST" in self._environ:
            command += ["--hostname", self._environ["ENISHI_TEST_HOST"]]
        known = ["tests.support.effects"]
        if "ENISHI_TEST_SLOW_STEPS" in self._environ:
            known.append("tests.support.slow_steps")
        quiet = ["--without-gossip", "--without-mingle", "-I", ",".join(known)]
        with self.log.open("ab") as stream:
            self.process = subprocess.Popen(
                [*command, *quiet], env=self._environ, stdout=stream, stderr=stream, start_new_session=True
            )

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def signal(self, number: signal.Signals) -> None:
        """Send it and its pool a signal, such as one to stop for a while."""
        os.killpg(self.pid, number)

    def kill(self) -> None:
        """End it and its pool as a power cut would."""
        os.killpg(self.pid, signal.SIGKILL)
        assert self.process is not None
        self.process.wait()


@contextmanager
def running_worker(environ: Mapping[str, str], *, broker_url: str, log: Path) -> Iterator[Worker]:
    worker = Worker(environ, broker_url=broker_url, log=log)
    worker.start()
    try:
        yield worker
    finally:
        worker.kill()
