"""What each word after `python3 tools/dev.py` does."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import environment
from environment import PYTHON, ROOT, RUN_REQUIREMENTS, TEST_REQUIREMENTS, DevError, runlock

USAGE = """\
make demo    install, prepare, load the demo data, serve until Ctrl-C
make up      the same stack with the data that is there (settings: DJANGO_SETTINGS_MODULE)
make check   lint, types, contracts, migrations, deploy check, quick tests (under 3 minutes)
make test    check, every test on its own PostgreSQL, Redis and browser, and the smoke
make bench   whole runs from the tables to the proposals, and the engine against other ways: tables, then JSON lines
make bench-national the same with 1,000,000 participants and 2,000 needs
make bench-pages how long pages take with 100,000 participants, 2,000 needs and 6,000 matches, as one JSON line
make screens pictures of every page, on a phone and on a desk, into build/screens/
make smoke   the demo's stack on a free port, driven from sign-up to agreed by HTTP alone
make help    this list

Without make: python3 tools/dev.py demo (and so on).
ENISHI_PORT=8001 and ENISHI_RUN_DIR=/some/folder choose another port and folder for demo and up.
docs/running.md tells the rest."""
FAILED = 1
CANNOT_START = 2
INTERRUPTED = 130
OURS = ("ENISHI_", "DATABASE_URL", "REDIS_URL", "DJANGO_")


@dataclass(frozen=True)
class Step:
    """One program of a check: quiet ones show their output only when they fail."""

    name: str
    argv: list[str]
    environ: Mapping[str, str] = field(default_factory=dict)
    quiet: bool = True


def clean_environment() -> dict[str, str]:
    """The environment without this machine's own installation of Enishi: checks must not depend on it."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(OURS) or k.startswith("ENISHI_TEST_")}
    return kept | {"PATH": f"{PYTHON.parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def manage(*arguments: str) -> list[str]:
    return [str(PYTHON), "manage.py", *arguments]


def pytest(*arguments: str) -> list[str]:
    return [str(PYTHON), "-m", "pytest", "-q", *arguments]


def static_steps(scratch: str) -> list[Step]:
    """Everything that judges the code without running the tests. ``scratch`` is an empty run folder."""
    demo = {"DJANGO_SETTINGS_MODULE": "config.settings.demo", "ENISHI_RUN_DIR": scratch}
    production = {
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "ENISHI_RUN_DIR": scratch,
        "ENISHI_SECRET_KEY": secrets.token_urlsafe(60),
        "ENISHI_ALLOWED_HOSTS": "enishi.example",
        "ENISHI_BASE_URL": "https://enishi.example",
        "ENISHI_EMAIL_URL": "smtp+tls://user:password@mail.example:587",
    }
    return [
        Step("lint", ["ruff", "check", "."]),
        Step("format", ["ruff", "format", "--check", "."]),
        Step("types", ["mypy"]),
        Step("contracts", ["lint-imports"]),
        Step("migrations", manage("makemigrations", "--check", "--dry-run"), demo),
        Step("deploy", manage("check", "--deploy", "--fail-level", "WARNING"), production),
    ]


def run_steps(steps: list[Step]) -> list[str]:
    """Run every step, also after one failed; returns the names of the failed."""
    failed = []
    for step in steps:
        started = time.monotonic()
        if not step.quiet:
            print(f"--- {step.name}", flush=True)
        done = subprocess.run(
            step.argv,
            check=False,
            cwd=ROOT,
            env=clean_environment() | dict(step.environ),
            stdout=subprocess.PIPE if step.quiet else None,
            stderr=subprocess.STDOUT if step.quiet else None,
            text=True,
        )
        verdict = "ok" if done.returncode == 0 else "FAILED"
        print(f"{step.name:<12} {verdict:<7} {time.monotonic() - started:6.1f} s", flush=True)
        if done.returncode:
            failed.append(step.name)
            if step.quiet:
                print(done.stdout, flush=True)
    return failed


def _verdict(failed: list[str]) -> int:
    if failed:
        print(f"Failed: {', '.join(failed)}", file=sys.stderr)
        return FAILED
    return 0


def _judge(tests: list[Step]) -> int:
    """The static steps and then these tests."""
    environment.ensure(TEST_REQUIREMENTS)
    environment.compile_locale()
    with tempfile.TemporaryDirectory(prefix="enishi-check-") as scratch:
        return _verdict(run_steps([*static_steps(scratch), *tests]))


def check() -> int:
    return _judge(
        [Step("tests", pytest("-m", "not slow and not bench and not screens", "-n", "2"), quiet=False)]
    )


def smoke_program() -> list[str]:
    return [str(PYTHON), str(Path(__file__).with_name("smoke.py"))]


def test_steps() -> list[Step]:
    """What `make test` does after the static steps; the smoke is last, so that its JSON object is easy to find."""
    return [
        Step("on SQLite", pytest("-m", "both_databases"), {"ENISHI_TEST_DB": "sqlite"}, quiet=False),
        Step("tests", pytest("-m", "not bench and not screens", "-n", "2"), quiet=False),
        Step("smoke", smoke_program(), quiet=False),
    ]


def test() -> int:
    """Check, every test, and the smoke."""
    environment.ensure_browser()
    return _judge(test_steps())


def _become(*arguments: str) -> int:
    """Replace this process by manage.py, so that Ctrl-C and exit codes need no middleman."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.demo")
    os.chdir(ROOT)
    sys.stdout.flush()
    os.execv(PYTHON, manage(*arguments))  # noqa: S606  # no shell wanted


def _require_port() -> None:
    """Say at once that the port is taken, not after minutes of installing."""
    port = os.environ.get("ENISHI_PORT", "8000")
    if port.isdigit() and 0 < int(port) < 65536:  # noqa: PLR2004  # anything else is refused by the settings, in words
        runlock.require_free_port(os.environ.get("ENISHI_HOST") or "127.0.0.1", int(port))


def demo() -> int:
    _require_port()
    environment.ensure(RUN_REQUIREMENTS)
    environment.compile_locale()
    return _become("demo")


def up() -> int:
    _require_port()
    environment.ensure(RUN_REQUIREMENTS)
    environment.compile_locale()
    return _become("up")


def bench() -> int:
    """Measure on the session's own PostgreSQL, alone on the machine if it can be. The last line is the result."""
    return _measure(
        "tests/benchmarks/test_run_of_a_prefecture.py",
        "tests/benchmarks/test_turns.py",
        "tests/benchmarks/test_end_to_end.py",
        "tests/benchmarks/test_engine.py",
        "-k",
        "not nation",
    )


def bench_national() -> int:
    """A run and the engine at the country's size. Three quarters of an hour, some 10 GB."""
    return _measure("tests/benchmarks/test_end_to_end.py", "tests/benchmarks/test_engine.py", "-k", "nation")


def bench_pages() -> int:
    """The same for the pages of a full country."""
    return _measure("tests/benchmarks/test_pages.py")


def _measure(*benchmark: str) -> int:
    environment.ensure(TEST_REQUIREMENTS)
    environment.compile_locale()
    return subprocess.run(
        pytest("-m", "bench", *benchmark), check=False, cwd=ROOT, env=clean_environment()
    ).returncode


def screens() -> int:
    """Photograph every page with the machine's Chromium; a page without its picture fails, and so does no Chromium."""
    environment.ensure_browser()
    environment.ensure(TEST_REQUIREMENTS)
    environment.compile_locale()
    shutil.rmtree(ROOT / "build" / "screens", ignore_errors=True)
    pictures = pytest("-m", "screens", "tests/browser/test_screens.py")
    return subprocess.run(pictures, check=False, cwd=ROOT, env=clean_environment() | {"CI": "1"}).returncode


def smoke() -> int:
    """The demo's stack driven over HTTP. Its own last line is the result."""
    environment.ensure(RUN_REQUIREMENTS)
    environment.compile_locale()
    return subprocess.run(smoke_program(), check=False, cwd=ROOT, env=clean_environment()).returncode


def usage() -> int:
    print(USAGE)
    return 0


COMMANDS = {
    "demo": demo,
    "up": up,
    "check": check,
    "test": test,
    "bench": bench,
    "bench-national": bench_national,
    "bench-pages": bench_pages,
    "screens": screens,
    "smoke": smoke,
    "help": usage,
}


def run(arguments: list[str]) -> int:
    """Do what the one word says; errors that a person can mend end in a sentence."""
    if len(arguments) != 1 or arguments[0] not in COMMANDS:
        print(USAGE, file=sys.stderr)
        return CANNOT_START
    try:
        return COMMANDS[arguments[0]]()
    except (DevError, runlock.StartError) as error:
        print(f"Enishi cannot start: {error}", file=sys.stderr)
        return CANNOT_START
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return INTERRUPTED
