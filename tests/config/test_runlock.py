"""What a start needs for itself: one owner of the folder, a free port, room on the disk; else a clear sentence."""

from __future__ import annotations

import errno
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from config.runlock import StartError, describe, require_free_disk, require_free_port, run_folder

HOLD = """
import sys
from pathlib import Path
from config.runlock import run_folder
with run_folder(Path(sys.argv[1])):
    print("mine", flush=True)
    sys.stdin.read()
"""
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def owner(tmp_path: Path):
    """Another process that owns tmp_path / "run"."""
    command = [sys.executable, "-c", HOLD, str(tmp_path / "run")]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "mine\n"
    yield process
    process.kill()
    process.communicate()


def test_second_start_is_refused_and_names_the_first(tmp_path: Path, owner) -> None:
    with (
        pytest.raises(StartError, match=rf"already runs from .*run \(process {owner.pid}\)"),
        run_folder(tmp_path / "run"),
    ):
        pass


def test_start_after_the_owner_was_killed_succeeds(tmp_path: Path, owner) -> None:
    owner.kill()
    owner.wait()
    with run_folder(tmp_path / "run") as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_start_in_a_folder_that_is_a_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("")
    with pytest.raises(StartError, match="run cannot be used: File exists"), run_folder(tmp_path / "run"):
        pass


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "is full"), (errno.EACCES, "cannot be written"), (errno.EROFS, "cannot be written")],
)
def test_errors_of_the_disk_are_told_in_words(number: int, words: str) -> None:
    assert words in describe(OSError(number, "no"), folder=Path("/srv/enishi"))


def test_taken_port_is_refused_with_another_to_try() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StartError, match=rf"Port {port} is taken.*ENISHI_PORT={port + 1}\."):
            require_free_port("127.0.0.1", port)


def test_port_that_was_just_left_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as left:
        port = left.getsockname()[1]
    require_free_port("127.0.0.1", port)


def test_address_of_another_machine_is_refused_in_words() -> None:
    with pytest.raises(StartError, match="See ENISHI_HOST and ENISHI_PORT"):
        require_free_port("192.0.2.1", 8000)


def test_nearly_full_disk_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    wanted = tmp_path / "deep" / "run"
    with pytest.raises(StartError, match=r"nearly full: [0-9]+ MB free, 1000000000000 MB needed"):
        require_free_disk(wanted, needed=10**18)
    assert not wanted.parent.exists()
