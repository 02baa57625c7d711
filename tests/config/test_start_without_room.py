"""Starts that find no room or no right to write, for real: a sentence and exit code 2, never a traceback."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import services

ROOT = Path(__file__).resolve().parent.parent.parent
pytestmark = [pytest.mark.slow, pytest.mark.faults]
COMMANDS = pytest.mark.parametrize("command", ["up", "demo"])
SMALL_BYTES = 400_000


def start(
    command: str, *, run_dir: Path, largest_file: int = resource.RLIM_INFINITY, **more: str
) -> tuple[int, str]:
    """Exit code and what was said by a start that cannot succeed."""
    environ = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "config.settings.demo",
        "ENISHI_BROKER": "memory",
        "ENISHI_PORT": str(services.free_port()),
        "ENISHI_RUN_DIR": str(run_dir),
    }
    answer = subprocess.run(
        [sys.executable, "manage.py", command],
        cwd=ROOT,
        env=environ | more,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file)),
    )
    return answer.returncode, answer.stderr


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path | None]:
    """A disk of 400 kB; None for who may not mount one."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_BYTES}", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        yield None
        return
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@COMMANDS
def test_a_full_disk_under_the_database_is_a_sentence(
    command: str, tmp_path: Path, tiny_disk: Path | None
) -> None:
    if tiny_disk is None:  # the nearest thing that needs no rights: no file may grow further
        code, said = start(command, run_dir=tmp_path / "run", largest_file=SMALL_BYTES)
        assert "The database cannot be used: disk I/O error." in said
    else:
        code, said = start(
            command, run_dir=tmp_path / "run", DATABASE_URL=f"sqlite:///{tiny_disk}/enishi.sqlite3"
        )
        assert "The disk that holds the database is full. Make room and start again." in said
    assert code == 2, said
    assert "Traceback" not in said


@COMMANDS
def test_a_database_that_may_not_grow_is_a_sentence(command: str, tmp_path: Path) -> None:
    code, said = start(command, run_dir=tmp_path / "run", largest_file=SMALL_BYTES)
    assert (code, "Traceback" in said) == (2, False), said
    assert "The database cannot be used: disk I/O error." in said


@COMMANDS
@pytest.mark.parametrize("part", ["logs", "staticfiles"])
def test_a_run_folder_whose_parts_cannot_be_made_is_a_sentence(
    command: str, part: str, tmp_path: Path
) -> None:
    run_dir = tmp_path / "run"
    run_dir.mkdir()
    (run_dir / part).write_text("a file where a folder is wanted")
    code, said = start(command, run_dir=run_dir)
    assert (code, "Traceback" in said) == (2, False), said
    assert f"{run_dir / part} cannot be used: File exists." in said


@COMMANDS
def test_a_run_folder_below_a_file_is_a_sentence(command: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, said = start(command, run_dir=tmp_path / "file" / "run")
    assert (code, "Traceback" in said) == (2, False), said
    assert "cannot be used: Not a directory." in said


@COMMANDS
def test_a_database_in_a_folder_that_is_missing_is_a_sentence(command: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/missing/enishi.sqlite3"
    code, said = start(command, run_dir=tmp_path / "run", DATABASE_URL=url)
    assert (code, "Traceback" in said) == (2, False), said
    assert "The database cannot be used: unable to open database file." in said
