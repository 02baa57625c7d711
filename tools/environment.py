"""The virtual environment in .venv: made whole or not at all, made again when the requirements change."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCK = ROOT / ".venv.lock"
PYTHON = VENV / "bin" / "python"
BUILDING = VENV / "enishi-building"  # present while pip works: found at a start, it means half-made
RUN_REQUIREMENTS = (ROOT / "requirements.txt",)
TEST_REQUIREMENTS = (
    ROOT / "requirements.txt",
    ROOT / "requirements-scale.txt",
    ROOT / "tests" / "requirements.txt",
)
DISK_NEEDED = 1_500_000_000  # bytes: the installed packages and what pip unpacks on the way
NO_SPACE = "No space left on device"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER_PACKAGES = ("chromium", "fonts-morisawa-bizud-gothic")
QUIET_LINES = ("Requirement already satisfied", "  Using cached", "Using cached", "[notice]")


class DevError(Exception):
    """What went wrong, in one sentence with the way out."""


def _load(path: Path) -> ModuleType:
    """A module of config/ by its file: the package itself needs what is not yet installed."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader  # noqa: S101, PT018  # for the type checker: the file is ours
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


runlock = _load(ROOT / "config" / "runlock.py")


def fingerprint(requirements: tuple[Path, ...]) -> str:
    """Changes with the Python version and with every byte of the requirement files."""
    digest = hashlib.sha256(repr(sys.version_info[:2]).encode())
    for path in requirements:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _marker(requirements: tuple[Path, ...]) -> Path:
    return VENV / ("enishi-tests" if requirements == TEST_REQUIREMENTS else "enishi-run")


def is_ready(requirements: tuple[Path, ...]) -> bool:
    """Whether .venv holds exactly these requirements, or those of the tests, which contain the others."""
    if BUILDING.exists() or not PYTHON.exists():
        return False
    wanted = {RUN_REQUIREMENTS, TEST_REQUIREMENTS} if requirements == RUN_REQUIREMENTS else {requirements}
    markers = {_marker(kind): fingerprint(kind) for kind in wanted}
    return any(path.exists() and path.read_text() == value for path, value in markers.items())


def _works() -> bool:
    """Whether .venv is whole and of this Python; one that somebody made by hand may be used as it is."""
    if BUILDING.exists() or not PYTHON.exists():
        return False
    same = f"import sys, pip; sys.exit(sys.version_info[:2] != {tuple(sys.version_info[:2])!r})"
    return subprocess.run([PYTHON, "-c", same], check=False, capture_output=True).returncode == 0


def ensure(requirements: tuple[Path, ...]) -> None:
    """Make .venv hold the requirements; raises DevError and leaves nothing half-made when that fails."""
    if is_ready(requirements):
        return
    with _alone():
        if not is_ready(requirements):  # another start may have made it while this one waited
            _make(requirements)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """One start at a time makes .venv; another waits. The lock goes with its process, however that ends."""
    with LOCK.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _make(requirements: tuple[Path, ...]) -> None:
    try:
        for folder in {ROOT, Path(tempfile.gettempdir())}:
            runlock.require_free_disk(folder, needed=DISK_NEEDED)
    except runlock.StartError as error:
        raise DevError(str(error).split(", or choose")[0].rstrip(".") + ".") from error
    fresh = not _works()
    try:
        _build(requirements, fresh=fresh)
    except BaseException as error:
        if fresh:
            shutil.rmtree(VENV, ignore_errors=True)
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise DevError(disk_full_sentence()) from error
        raise


def _build(requirements: tuple[Path, ...], *, fresh: bool) -> None:
    if fresh:
        print(f"Making the virtual environment {VENV} ...", flush=True)
        shutil.rmtree(VENV, ignore_errors=True)
        made = subprocess.run(
            [sys.executable, "-m", "venv", VENV], check=False, capture_output=True, text=True
        )
        if made.returncode:
            raise DevError(install_sentence(made.stdout + made.stderr, what="The virtual environment"))
    BUILDING.touch()
    print(f"Installing {requirements[-1].relative_to(ROOT)} (some minutes the first time) ...", flush=True)
    output, code = _pip("install", "-r", str(requirements[-1]))
    if code:
        raise DevError(install_sentence(output, what="The installation of packages"))
    for stale in (VENV / "enishi-tests", VENV / "enishi-run"):
        stale.unlink(missing_ok=True)
    _marker(requirements).write_text(fingerprint(requirements))
    BUILDING.unlink()


def _pip(*arguments: str) -> tuple[str, int]:
    """Run pip showing what it does, one short line a step; returns its whole output too."""
    command = [
        str(PYTHON),
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--no-input",
        *arguments,
        "--progress-bar",
        "off",
    ]
    seen = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", cwd=ROOT
    ) as pip:
        for line in pip.stdout or ():
            seen.append(line)
            if line.strip() and not line.startswith(QUIET_LINES):
                print(f"  {line.rstrip()[:110]}", flush=True)
    return "".join(seen), pip.returncode


def disk_full_sentence() -> str:
    return f"The disk that holds {ROOT} is full. Make room and start again."


def install_sentence(output: str, *, what: str) -> str:
    """Why an installation failed, from its output: a full disk, no network, else its own last error."""
    if NO_SPACE in output:
        return disk_full_sentence()
    if any(
        sign in output
        for sign in ("Temporary failure in name resolution", "NewConnectionError", "ConnectTimeout")
    ):
        return (
            f"{what} failed: the package index cannot be reached. Is there a network? See also PIP_INDEX_URL."
        )
    errors = [line.strip() for line in output.splitlines() if "error" in line.lower()]
    return f"{what} failed: {errors[-1] if errors else output.strip()[-200:] or 'no reason given'}"


def compile_locale() -> None:
    """Compile each message catalogue that is newer than its compiled form; needs no gettext on the machine."""
    for source in sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        draft = target.with_suffix(f".{os.getpid()}")
        frontend = [
            str(PYTHON),
            "-m",
            "babel.messages.frontend",
            "--quiet",
            "compile",
            "-i",
            str(source),
            "-o",
            str(draft),
        ]
        compiled = subprocess.run(frontend, check=False, capture_output=True, text=True)
        if compiled.returncode:
            with contextlib.suppress(OSError):
                draft.unlink()
            raise DevError(f"{source} cannot be compiled: {compiled.stderr.strip()[-300:]}")
        draft.replace(target)


def ensure_browser() -> None:
    """Install Chromium and a Japanese font where this is root on Debian or Ubuntu and finds none; else say what is missing."""
    if any(shutil.which(name) for name in BROWSERS) or os.environ.get("ENISHI_TEST_CHROMIUM"):
        return
    apt = shutil.which("apt-get")
    if os.geteuid() != 0 or apt is None:
        print(
            f"No Chromium here: tests in a browser are skipped. To run them, install {' '.join(BROWSER_PACKAGES)}."
        )
        return
    print(f"Installing {' '.join(BROWSER_PACKAGES)} for the tests in a browser ...", flush=True)
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for step in (["update"], ["install", "-y", "--no-install-recommends", *BROWSER_PACKAGES]):
        done = subprocess.run([apt, "-qq", *step], check=False, env=quiet, capture_output=True, text=True)
        if done.returncode:
            raise DevError(f"Chromium cannot be installed: {(done.stderr or done.stdout).strip()[-300:]}")
