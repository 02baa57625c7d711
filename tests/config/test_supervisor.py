"""The supervisor with tiny programs: restart, order, refusal, and nothing left behind when it is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from config.runlock import StartError
from config.supervisor import Program, Supervisor
from tests.waiting import gone, wait_for

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parent.parent.parent
# A program that writes its name at its start and at its ordered end, and starts a child of its own.
TINY = """
import os, signal, subprocess, sys, time
name, story = sys.argv[1:3]
def say(word):
    with open(story, "a") as file:
        file.write(f"{word} {name} {os.getpid()}\\n")
def stop(number, frame):
    say("end"); helper.kill(); sys.exit(0)
helper = subprocess.Popen(["sleep", "600"])
signal.signal(signal.SIGTERM, stop)
with open(story + ".helpers", "a") as file:
    file.write(f"{helper.pid}\\n")
say("start")
while True:
    time.sleep(60)
"""
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
# A supervisor in a process of its own, to be killed.
HOST = """
import sys
from pathlib import Path
from config.supervisor import Program, Supervisor
folder = Path(sys.argv[1])
programs = [Program(name, [sys.executable, str(folder / "tiny.py"), name, str(folder / "story")]) for name in "ab"]
supervisor = Supervisor(programs=programs, run_dir=folder, environ={})
supervisor.stop_on_signals()
with supervisor:
    supervisor.serve()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tiny.py").write_text(TINY)
    return tmp_path


def tiny(folder: Path, name: str, **options) -> Program:
    return Program(name, [sys.executable, str(folder / "tiny.py"), name, str(folder / "story")], **options)


def story(folder: Path, word: str) -> list[tuple[str, int]]:
    """Names and process ids of those that said the word, in order."""
    path = folder / "story"
    lines = [line.split() for line in path.read_text().splitlines()] if path.exists() else []
    return [(name, int(pid)) for said, name, pid in lines if said == word]


def pid_of(folder: Path, name: str) -> int:
    return int((folder / f"{name}.pid").read_text(encoding="ascii"))


def helpers(folder: Path) -> list[int]:
    return [int(pid) for pid in (folder / "story.helpers").read_text().split()]


def supervise(folder: Path, *programs: Program, **options) -> Supervisor:
    return Supervisor(programs=programs, run_dir=folder, environ={}, **options)


def ticking_until(supervisor: Supervisor, condition) -> None:
    def ready() -> bool:
        supervisor.tick()
        return condition()

    wait_for(ready)


def test_programs_start_in_order_and_stop_in_reverse(folder: Path) -> None:
    def started(name: str):
        return lambda: name in dict(story(folder, "start"))

    with supervise(folder, *(tiny(folder, name, ready=started(name)) for name in "abc")):
        assert [name for name, _ in story(folder, "start")] == ["a", "b", "c"]
    assert [name for name, _ in story(folder, "end")] == ["c", "b", "a"]
    wait_for(lambda: all(gone(pid) for pid in helpers(folder)))


def test_killed_program_is_started_again_and_its_rest_removed(folder: Path) -> None:
    with supervise(folder, tiny(folder, "a")) as supervisor:
        wait_for(lambda: story(folder, "start"))
        first, helper = pid_of(folder, "a"), helpers(folder)[0]
        os.kill(first, signal.SIGKILL)
        ticking_until(supervisor, lambda: len(story(folder, "start")) == 2)
        wait_for(lambda: gone(helper))
        assert pid_of(folder, "a") == story(folder, "start")[1][1] != first


def test_killed_wrapper_takes_its_program_along(folder: Path) -> None:
    with supervise(folder, tiny(folder, "a")) as supervisor:
        wait_for(lambda: story(folder, "start"))
        first, wrapper = pid_of(folder, "a"), json.loads((folder / "up.json").read_text())["wrappers"]["a"]
        os.kill(wrapper, signal.SIGKILL)
        ticking_until(supervisor, lambda: len(story(folder, "start")) == 2)
        wait_for(lambda: gone(first))


def test_program_that_keeps_dying_is_started_ever_more_slowly(folder: Path, caplog) -> None:
    with supervise(folder, Program("a", [sys.executable, "-c", "import sys; sys.exit(7)"])) as supervisor:
        ticking_until(supervisor, lambda: len(caplog.records) == 3)
    pauses = [record.getMessage().split("again in ")[1].split()[0] for record in caplog.records]
    assert pauses == ["0.5", "1.0", "2.0"]
    assert all("exit code 7" in record.getMessage() for record in caplog.records)


def test_silent_program_is_ended_and_started_again(folder: Path) -> None:
    silent = [set(), {"a"}]
    program = tiny(folder, "a")
    with supervise(
        folder, program, silent=lambda: silent.pop() if silent else set(), silent_every=0.3
    ) as supervisor:
        wait_for(lambda: story(folder, "start"))
        ticking_until(supervisor, lambda: len(story(folder, "start")) == 2)
    assert len({pid for _, pid in story(folder, "start")}) == 2


def test_program_that_ignores_the_request_is_killed_after_its_grace(folder: Path) -> None:
    stubborn = Program("a", [sys.executable, "-c", STUBBORN], grace_seconds=0.3)
    with supervise(folder, stubborn) as supervisor:
        wait_for(lambda: "up" in supervisor.log_file("a").read_text())
        pid = pid_of(folder, "a")
    wait_for(lambda: gone(pid))


def test_program_that_never_gets_ready_stops_the_start_with_its_log(folder: Path) -> None:
    broken = Program(
        "broken", [sys.executable, "-c", "print('no room left'); raise SystemExit(1)"], ready=lambda: False
    )
    with pytest.raises(StartError, match=r"broken did not start(.|\n)*no room left"):
        supervise(folder, tiny(folder, "a"), broken).__enter__()
    wait_for(lambda: all(gone(pid) for _, pid in story(folder, "start")))
    assert not (folder / "up.json").exists()


@pytest.mark.parametrize(
    ("number", "in_order"), [(signal.SIGKILL, False), (signal.SIGTERM, True), (signal.SIGINT, True)]
)
def test_no_orphan_when_the_supervisor_ends(folder: Path, number: int, in_order: bool) -> None:
    host = subprocess.Popen([sys.executable, "-c", HOST, str(folder)], cwd=ROOT)
    wait_for(lambda: len(story(folder, "start")) == 2)
    wrappers = json.loads((folder / "up.json").read_text())["wrappers"].values()
    host.send_signal(number)
    assert host.wait(timeout=20) == (0 if in_order else -number)
    family = [*wrappers, *helpers(folder), *(pid for _, pid in story(folder, "start"))]
    wait_for(lambda: all(gone(pid) for pid in family))
    assert {name for name, _ in story(folder, "end")} == {"a", "b"}  # asked to end, not torn away
