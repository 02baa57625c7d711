"""tools/dev.py on machines where something is missing: a clear sentence, an exit code, nothing half-made."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what dev.py reads, with requirements that install in a moment and need no network."""
    copy = tmp_path / "checkout"
    shutil.copytree(ROOT / "tools", copy / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "config").mkdir()
    shutil.copy(ROOT / "config" / "runlock.py", copy / "config")
    (copy / "tests").mkdir()
    (copy / "requirements.txt").write_text("")
    (copy / "requirements-scale.txt").write_text("-r requirements.txt\n")
    (copy / "tests" / "requirements.txt").write_text("-r ../requirements.txt\n")
    (copy / "manage.py").write_text("import sys; print('managed', *sys.argv[1:])")
    return copy


def dev(
    checkout: Path, *arguments: str, python: str = sys.executable, **environ: str
) -> subprocess.CompletedProcess[str]:
    plain = {"PATH": os.environ["PATH"], "HOME": str(checkout), "ENISHI_PORT": str(free_port())}
    return subprocess.run(
        [python, str(checkout / "tools" / "dev.py"), *arguments],
        cwd="/", env=plain | environ, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def fake_python(folder: Path, name: str, body: str) -> Path:
    """An interpreter that answers dev.py's question in its own way."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


# Runs dev.py as if this interpreter were Python 3.9: the version it sees is replaced before its first line.
OLD = """
import runpy, sys
sys.version_info, sys.executable = (3, 9, 2, "final", 0), {old!r}
sys.argv = sys.argv[1:]
sys.path.insert(0, sys.argv[0].rpartition("/")[0])
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def as_old_python(checkout: Path, *, path: Path) -> subprocess.CompletedProcess[str]:
    script = str(checkout / "tools" / "dev.py")
    # sys.executable of the old one is a program that says no to every question.
    unsuitable = fake_python(path, "old", "exit 1")
    code = OLD.format(old=str(unsuitable))
    return subprocess.run(
        [sys.executable, "-c", code, script, "help"],
        env={"PATH": str(path)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_lists_every_target_of_the_makefile(checkout: Path) -> None:
    lines = (ROOT / "Makefile").read_text().splitlines()
    targets = [line.rstrip(":") for line in lines if line.endswith(":")]
    answer = dev(checkout, "help")
    assert answer.returncode == 0
    assert {f"make {target}" for target in targets} <= {
        " ".join(line.split()[:2]) for line in answer.stdout.splitlines()
    }
    for target in targets:
        recipe = lines[lines.index(f"{target}:") + 1]
        assert recipe == f"\t@python3 tools/dev.py {target}"


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("check", "not slow and not bench and not screens"),
        ("test", "not bench and not screens"),
        ("bench", "bench"),
        ("bench-pages", "bench"),
        ("screens", "screens"),
    ],
)
def test_benchmarks_and_pictures_are_made_by_their_own_words_alone(
    checkout: Path, tmp_path: Path, word: str, told: str
) -> None:
    """Every program a check calls is replaced by one that notes how it was called."""
    log = tmp_path / "calls"
    for name in ("python", "ruff", "mypy", "lint-imports"):
        fake_python(tmp_path / "bin", name, f'for word in "$@"; do echo "$word"; done >> {log}')
    module = checkout / "tools" / "environment.py"
    nothing = "".join(f"\ndef {name}(*_): pass\n" for name in ("ensure", "compile_locale", "ensure_browser"))
    module.write_text(f"{module.read_text()}\nPYTHON = Path({str(tmp_path / 'bin' / 'python')!r})\n{nothing}")
    assert dev(checkout, word).returncode == 0
    called = log.read_text().splitlines()
    last = len(called) - 1 - called[::-1].index("pytest")
    assert called[called.index("-m", last) + 1] == told
    assert ("tests/benchmarks/test_run_of_a_prefecture.py" in called) is (word == "bench")
    assert ("tests/benchmarks/test_pages.py" in called) is (word == "bench-pages")
    assert ("tests/browser/test_screens.py" in called) is (word == "screens")


@pytest.mark.parametrize("arguments", [(), ("dmeo",), ("demo", "now")])
def test_unknown_words_show_what_there_is(checkout: Path, arguments: tuple[str, ...]) -> None:
    answer = dev(checkout, *arguments)
    assert (answer.returncode, "make demo" in answer.stderr) == (2, True)


def test_wrong_python_alone_is_told_what_to_install(checkout: Path, tmp_path: Path) -> None:
    answer = as_old_python(checkout, path=tmp_path / "bin")
    assert answer.returncode == 3
    assert answer.stderr.startswith("Enishi needs Python 3.11, 3.12 or 3.13 with venv. This is Python 3.9")
    assert not (checkout / ".venv").exists()


def test_wrong_python_hands_over_to_a_right_one_on_the_path(checkout: Path, tmp_path: Path) -> None:
    fake_python(tmp_path / "bin", "python3.13", "exit 127")  # a shim without a Python behind it
    fake_python(tmp_path / "bin", "python3.12", f'exec {sys.executable} "$@"')
    answer = as_old_python(checkout, path=tmp_path / "bin")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "make demo" in answer.stdout


def test_dev_is_readable_by_old_pythons() -> None:
    import ast

    ast.parse((ROOT / "tools" / "dev.py").read_text(), feature_version=(3, 6))


def test_taken_port_is_told_before_anything_is_installed(checkout: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = dev(checkout, "demo", ENISHI_PORT=str(port))
    assert answer.returncode == 2
    assert (
        f"Port {port} is taken by another program. Choose another with ENISHI_PORT={port + 1}."
        in answer.stderr
    )
    assert not (checkout / ".venv").exists()


def test_full_disk_is_told_before_anything_is_installed(checkout: Path) -> None:
    module = checkout / "tools" / "environment.py"
    module.write_text(module.read_text().replace("DISK_NEEDED = 1_500_000_000", "DISK_NEEDED = 10**18"))
    answer = dev(checkout, "demo")
    assert answer.returncode == 2
    assert "nearly full" in answer.stderr
    assert "Make room." in answer.stderr
    assert not (checkout / ".venv").exists()


@pytest.mark.slow
def test_failed_installation_is_a_sentence_and_leaves_nothing(checkout: Path) -> None:
    (checkout / "requirements.txt").write_text("./no-such-folder\n")
    answer = dev(checkout, "demo")
    assert answer.returncode == 2
    assert "Enishi cannot start: The installation of packages failed: ERROR" in answer.stderr
    assert not (checkout / ".venv").exists()


@pytest.mark.slow
def test_environment_is_made_once_and_again_when_half_made_or_changed(checkout: Path) -> None:
    first = dev(checkout, "demo")
    assert (first.returncode, first.stdout.splitlines()[-1]) == (0, "managed demo")
    assert "Making the virtual environment" in first.stdout
    second = dev(checkout, "demo")
    assert (second.returncode, second.stdout) == (0, "managed demo\n")
    (checkout / "requirements.txt").write_text("# changed\n")
    changed = dev(checkout, "demo")
    assert "Installing requirements.txt" in changed.stdout
    assert "Making the virtual environment" not in changed.stdout
    (checkout / ".venv" / "enishi-building").touch()
    mended = dev(checkout, "demo")
    assert "Making the virtual environment" in mended.stdout
    assert mended.stdout.splitlines()[-1] == "managed demo"
    assert not (checkout / ".venv" / "enishi-building").exists()


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        (
            "x\nERROR: Could not install: [Errno 28] No space left on device\n",
            "is full. Make room and start again.",
        ),
        ("NewConnectionError(...)\nERROR: No matching distribution\n", "the package index cannot be reached"),
        (
            "ERROR: No matching distribution found for x==1\n",
            "failed: ERROR: No matching distribution found for x==1",
        ),
    ],
)
def test_failure_of_pip_is_told_by_its_cause(output: str, sentence: str, monkeypatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import environment

    assert sentence in environment.install_sentence(output, what="The installation of packages")
