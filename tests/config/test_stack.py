"""`manage.py up` as a whole, in each broker mode: it gets healthy, mends itself, refuses a second start, leaves nothing."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import services
from tests.support.stack import ROOT, Stack, own_stack
from tests.waiting import gone, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.faults]


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with own_stack(tmp_path) as stack:
        yield stack


@pytest.mark.parametrize(
    ("environ", "sentence", "programs"),
    [
        ({"ENISHI_BROKER": "memory"}, "threads of one process", {"worker", "web"}),
        ({"REDIS_URL": "of the session"}, "the Redis of REDIS_URL", {"worker", "web", "beat"}),
        ({}, "started here on a private socket", {"broker", "worker", "web", "beat"}),
    ],
)
def test_stack_gets_healthy_and_stops_clean(stack: Stack, environ, sentence, programs) -> None:
    if "REDIS_URL" in environ:
        environ = {"REDIS_URL": services.redis_url()}
    stack.environ |= environ
    stack.start()
    wait_for(stack.is_healthy, seconds=60)
    assert set(json.loads((stack.run_dir / "up.json").read_text())["wrappers"]) == programs
    code, output = stack.stop()
    assert code == 0, output
    assert sentence in output
    assert "Reference data: 1741 municipalities" in output
    assert not stack.family()
    assert not list(ROOT.glob("celerybeat-schedule*"))  # nothing is left beside the code


def test_second_start_is_refused_while_the_first_serves(stack: Stack) -> None:
    stack.start()
    wait_for(stack.is_healthy, seconds=60)
    second = subprocess.run(
        [sys.executable, "manage.py", "up"],
        cwd=ROOT, env=stack.environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert second.returncode == 2
    assert f"already runs from {stack.run_dir} (process {stack.process.pid})" in second.stderr
    assert stack.is_healthy()
    third = subprocess.run(
        [sys.executable, "manage.py", "up"],
        cwd=ROOT,
        env=stack.environ | {"ENISHI_RUN_DIR": str(stack.run_dir.parent / "other")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (third.returncode, f"Port {stack.port} is taken" in third.stderr) == (2, True)


def test_killed_parts_come_back(stack: Stack) -> None:
    stack.start()
    wait_for(stack.is_healthy, seconds=60)
    before = {name: stack.pid(name) for name in ("broker", "worker", "web", "beat")}
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: all(stack.pid(name) not in {0, pid} for name, pid in before.items()), seconds=30)
    wait_for(stack.is_healthy, seconds=60)
    assert all(gone(pid) for pid in before.values())


def test_kill_of_the_supervisor_leaves_no_orphan_and_a_new_start_works(stack: Stack) -> None:
    stack.start()
    wait_for(stack.is_healthy, seconds=60)
    assert len(stack.family()) > 8  # supervisor, four wrappers, four programs and their children
    stack.process.kill()
    stack.process.wait()
    wait_for(lambda: not stack.family(), seconds=20)
    stack.start()
    wait_for(stack.is_healthy, seconds=60)


def test_demo_opens_a_door_for_each_role_and_starts_again_on_what_is_there(stack: Stack) -> None:
    stack.start("demo")
    wait_for(lambda: "Ctrl-C stops." in stack.output.read_text(), seconds=120)
    _, first = stack.stop()
    doors = re.findall(rf"http://127.0.0.1:{stack.port}(/demo/sign-in/\w+/)", first)
    assert len(set(doors)) == 6, first
    stack.start("demo")
    wait_for(lambda: "Ctrl-C stops." in stack.output.read_text(), seconds=60)
    for door in doors:
        visit = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        with visit.open(f"http://127.0.0.1:{stack.port}{door}") as page:
            assert (page.status, page.url) == (200, f"http://127.0.0.1:{stack.port}/")
    code, second = stack.stop()
    assert (code, "Sample data: already there" in second) == (0, True)
    assert re.findall(r"/demo/sign-in/\w+/", second) == doors


def test_demo_under_other_settings_is_refused(stack: Stack) -> None:
    environ = stack.environ | {"ENISHI_DEMO": "False"}
    answer = subprocess.run(
        [sys.executable, "manage.py", "demo"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (answer.returncode, "The demo needs" in answer.stderr) == (2, True)
    assert not stack.run_dir.exists()
