"""What the supervisor runs for this installation: broker, worker, web, beat, or fewer, and how it is prepared."""

from __future__ import annotations

import datetime as dt
import logging
import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, OperationalError, connections
from django.db.models import Max
from django.utils import timezone

from accounts.enums import WorkerKind
from accounts.models.outbox import WorkerHeartbeat
from config import broker as brokers
from config.runlock import (
    StartError,
    database_sentence,
    files_in_words,
    require_free_disk,
    require_free_port,
    run_folder,
)
from config.supervisor import Program, Supervisor

SILENCE = dt.timedelta(minutes=3)  # twice the longest task: a worker busy with long tasks is not silent
WEB_GRACE_SECONDS = 10
WORKER_GRACE_SECONDS = 20  # late acknowledgement: what is cut off here is done again after the next start
Say = Callable[[str], None]

log = logging.getLogger("enishi.stack")


def prepare(say: Say) -> None:
    """Bring database, cache table, static files and reference data to where the code expects them. Safe to repeat.

    Without the municipalities and vocabularies nobody could sign up: every way to start loads them.
    """
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    say("Preparing the database ...")
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    if "Manifest" in settings.STORAGES["staticfiles"]["BACKEND"]:
        say("Collecting static files ...")
        call_command("collectstatic", interactive=False, verbosity=0)
    say("Loading municipalities, postal codes and vocabularies ...")
    said = StringIO()
    call_command("load_reference", stdout=said)
    say(said.getvalue().strip())


def web_command() -> list[str]:
    """gunicorn with threads; its liveness file lies in memory where the system has such a folder."""
    memory_folder = ["--worker-tmp-dir", "/dev/shm"] if Path("/dev/shm").is_dir() else []  # noqa: S108  # mkstemp
    return [
        *(sys.executable, "-m", "gunicorn", "config.wsgi"),
        *("--bind", f"{settings.ENISHI_HOST}:{settings.ENISHI_PORT}"),
        *("--workers", str(settings.ENISHI_WEB_WORKERS)),
        *("--threads", str(settings.ENISHI_WEB_THREADS)),
        *("--graceful-timeout", str(WEB_GRACE_SECONDS - 2)),
        "--no-control-socket",
        *memory_folder,
    ]


def worker_command() -> list[str]:
    """One Celery worker. Gossip and mingle are talk between workers that nothing here listens to."""
    return [
        *(sys.executable, "-m", "celery", "-A", "config", "worker"),
        *("--concurrency", str(settings.ENISHI_WORKER_CONCURRENCY)),
        *("--loglevel", settings.LOG_LEVEL),
        *("--without-gossip", "--without-mingle"),
    ]


def beat_command() -> list[str]:
    """The one beat; two of them would double every tick."""
    return [sys.executable, "-m", "celery", "-A", "config", "beat", "--loglevel", settings.LOG_LEVEL]


def one_process_command() -> list[str]:
    """Relay, beat and worker as threads of one process, where no broker can be found."""
    return [sys.executable, "-m", "config.one_process"]


def socket_answers(path: Path) -> bool:
    """Whether a Redis answers PING on the socket."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
            link.settimeout(1)
            link.connect(str(path))
            link.sendall(b"PING\r\n")
            return link.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def _broker_program(broker: brokers.Broker, *, run_dir: Path) -> Program:
    data_dir = run_dir / "broker"
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = broker.socket
    assert path is not None  # noqa: S101  # for the type checker: our own broker has a socket
    return Program(
        "broker",
        brokers.command(broker, data_dir=data_dir),
        ready=lambda: socket_answers(path),
        grace_seconds=10,
    )


def programs_for(broker: brokers.Broker, *, run_dir: Path) -> list[Program]:
    """The programs in start order; they stop in the reverse order: beat, web, worker, broker."""
    web = Program("web", web_command(), grace_seconds=WEB_GRACE_SECONDS)
    if broker.mode == "memory":
        return [Program("worker", one_process_command(), grace_seconds=WORKER_GRACE_SECONDS), web]
    own = [] if broker.mode == "given" else [_broker_program(broker, run_dir=run_dir)]
    worker = Program("worker", worker_command(), grace_seconds=WORKER_GRACE_SECONDS)
    return [*own, worker, web, Program("beat", beat_command(), grace_seconds=5)]


def silent_programs(*, since: dt.datetime) -> set[str]:
    """Names of programs that no longer work: no heartbeat for three minutes, counted from our own start at the latest.

    The beat rings for the heartbeat, so it is restarted with the worker: from here the two look alike.
    """
    try:
        newest = WorkerHeartbeat.objects.filter(kind=WorkerKind.WORKER).aggregate(at=Max("seen_at"))["at"]
    except DatabaseError:
        log.exception("The database did not say when the worker was last heard.")
        return set()
    finally:
        connections.close_all()
    last_sign = max(newest, since) if newest else since
    return {"worker", "beat"} if timezone.now() - last_sign > SILENCE else set()


@contextmanager
def owned_run_folder() -> Iterator[Path]:
    """The run folder, ours alone, with room on the disk and the port free; otherwise StartError.

    Also when a file or the database cannot be written in the block: a disk may fill up at any time.
    """
    folder = Path(settings.ENISHI_RUN_DIR)
    require_free_disk(folder)
    with run_folder(folder), files_in_words(folder):
        require_free_port(settings.ENISHI_HOST, settings.ENISHI_PORT)
        try:
            yield folder
        except OperationalError as error:
            if sentence := database_sentence(error):
                raise StartError(sentence) from error
            raise


def child_environment(broker: brokers.Broker, *, run_dir: Path) -> dict[str, str]:
    """What the programs are told: the same settings, and the broker that was chosen."""
    told = os.environ | {"ENISHI_RUN_DIR": str(run_dir), "PYTHONUNBUFFERED": "1"}
    told["DJANGO_SETTINGS_MODULE"] = os.environ["DJANGO_SETTINGS_MODULE"]
    if broker.mode == "memory":
        told.pop("REDIS_URL", None)
    else:
        told["REDIS_URL"] = broker.url
    return told


def supervisor_for(run_dir: Path, *, say: Say) -> Supervisor:
    """A supervisor, not yet started, for this installation; says which broker mode runs."""
    broker = brokers.choose(environ=os.environ, run_dir=run_dir)
    say(broker.sentence)
    started_at = timezone.now()
    return Supervisor(
        programs=programs_for(broker, run_dir=run_dir),
        run_dir=run_dir,
        environ=child_environment(broker, run_dir=run_dir),
        silent=lambda: silent_programs(since=started_at),
    )
