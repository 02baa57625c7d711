"""compose.yaml and .env.example: what they say is true of the code, and their commands run without containers."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from config.broker import choose, command
from config.env import KNOWN
from tests import services
from tests.waiting import wait_for

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent.parent
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
OURS = ("prepare", "web", "worker", "beat")
OTHERS = {
    "POSTGRES_PASSWORD",
    "DATABASE_URL",
    "REDIS_URL",
    "DJANGO_SETTINGS_MODULE",
    "PATH",
    "NUMBA_CACHE_DIR",  # read by numba and by matching/engine/fused/jit.py
}


def environment_example() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


@pytest.fixture
def shared(tmp_path: Path, transactional_db) -> dict[str, str]:
    """The environment of .env.example, filled in, on this session's PostgreSQL and Redis."""
    from django.db import connection

    port = services.free_port()
    return {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        **{name: value for name, value in environment_example().items() if name.startswith("ENISHI_")},
        "ENISHI_SECRET_KEY": "k" * 60,
        "ENISHI_RUN_DIR": str(tmp_path),
        "ENISHI_PORT": str(port),
        "DATABASE_URL": services.database_url(connection.settings_dict),
        "REDIS_URL": services.redis_url(),
    }


def our_command(service: str) -> list[str]:
    words = COMPOSE["services"][service]["command"]
    assert words[0] == "python"
    return [sys.executable, *words[1:]]


def test_every_service_waits_for_services_that_exist() -> None:
    everything = COMPOSE["services"]
    for service in everything.values():
        assert set(service.get("depends_on", {})) <= set(everything)
        named = {volume.split(":")[0] for volume in service.get("volumes", []) if not volume.startswith(".")}
        assert named <= set(COMPOSE["volumes"])


def test_only_the_web_is_reachable_and_only_from_this_machine() -> None:
    published = {
        name: service["ports"] for name, service in COMPOSE["services"].items() if "ports" in service
    }
    assert published == {"web": ["127.0.0.1:8000:8000"]}


def test_every_setting_named_exists() -> None:
    named = set(environment_example())
    for service in COMPOSE["services"].values():
        named |= set(service.get("environment") or {})
    named -= {"POSTGRES_USER", "POSTGRES_DB"}
    assert named - OTHERS <= set(KNOWN)


def test_example_holds_no_secret() -> None:
    example = environment_example()
    assert (example["ENISHI_SECRET_KEY"], example["POSTGRES_PASSWORD"]) == ("", "")


def test_install_names_files_and_options_that_exist() -> None:
    words = shlex.split(COMPOSE["services"]["install"]["command"][-1])
    assert (ROOT / words[words.index("--requirement") + 1]).is_file()
    assert (ROOT / words[words.index("--directory") + 1]).is_dir()
    pybabel = subprocess.run(
        [Path(sys.executable).with_name("pybabel"), "compile", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert {"--directory", "--domain"} <= set(re.findall(r"--[a-z-]+", pybabel.stdout))


def test_broker_options_are_those_of_our_own_broker(tmp_path: Path) -> None:
    ours = " ".join(command(choose(environ={"PATH": ""}, run_dir=tmp_path), data_dir=tmp_path))
    assert " ".join(COMPOSE["services"]["broker"]["command"][1:3]) in ours
    assert " ".join(COMPOSE["services"]["broker"]["command"][3:5]) in ours


def test_worker_without_broker_is_refused_in_words(shared: dict[str, str]) -> None:
    del shared["REDIS_URL"]
    for service in ("worker", "beat"):
        answer = subprocess.run(
            our_command(service), cwd=ROOT, env=shared, capture_output=True, text=True, check=False
        )
        assert (answer.returncode, "REDIS_URL is missing" in answer.stderr) == (2, True)


@pytest.mark.postgres
def test_commands_run_without_containers(shared: dict[str, str], tmp_path: Path) -> None:
    assert set(OURS) | {"install", "db", "broker"} == set(COMPOSE["services"])
    subprocess.run(our_command("prepare"), cwd=ROOT, env=shared, check=True, capture_output=True, timeout=120)
    signs = {"web": "Listening at", "worker": "ready.", "beat": "scheduler -> celery.beat.Scheduler"}
    running = {}
    for service in signs:
        with (tmp_path / service).open("wb") as log:
            running[service] = subprocess.Popen(
                our_command(service), cwd=ROOT, env=shared, stdout=log, stderr=log
            )
    try:
        for service, process in running.items():
            log, sign = tmp_path / service, signs[service]
            wait_for(lambda p=process, f=log, s=sign: p.poll() is not None or s in f.read_text(), seconds=60)
            assert sign in log.read_text()
    finally:
        for process in running.values():
            process.send_signal(signal.SIGTERM)
        codes = {service: process.wait(timeout=120) for service, process in running.items()}
    assert codes == {"web": 0, "worker": 0, "beat": 0}
