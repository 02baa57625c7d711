"""What the smoke counts as held, whose worker it accepts, and that `make test` runs it."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
TOOLS = ROOT / "tools"
GOOD: dict[str, Any] = {
    "regions": 11,
    "needs": 37,
    "volunteers": 408,
    "runs": 5,
    "proposals": 52,
    "explained": 52,
    "saga_case": {
        "rank_for_region": 1,
        "rank_for_party": 1,
        "people": 5,
        "state": "agreed",
        "reasons": ["work_fits"],
    },
    "sign_up_case": {"people": 1, "state": "agreed"},
    "worker": "celery@here",
    "worker_pid": 11,
    "web_pid": 12,
    "invariants": "ok",
}


def tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, TOOLS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def test_a_good_result_is_held() -> None:
    assert tool("smoke_driver").held(GOOD) is True


@pytest.mark.parametrize(
    "wrong",
    [
        *[{count: 0} for count in ("regions", "needs", "volunteers", "runs", "proposals", "explained")],
        {"explained": 51},
        *[{"saga_case": GOOD["saga_case"] | {name: value}} for name, value in [
            ("rank_for_region", 2), ("rank_for_party", 2), ("people", 30), ("state", "meeting"), ("reasons", []),
        ]],
        {"sign_up_case": {"people": None, "state": None}},
        {"sign_up_case": {"people": 1, "state": "asking"}},
        {"worker": ""},
        {"worker_pid": None},
        {"worker_pid": 12},
        {"invariants": ["I1: slot 3 has more live holds than places"]},
    ],
    ids=str,
)  # fmt: skip
def test_whatever_is_missing_is_not_held(wrong: dict[str, Any]) -> None:
    assert tool("smoke_driver").held(GOOD | wrong) is False


def test_only_the_supervised_worker_and_its_children_are_accepted(tmp_path: Path) -> None:
    smoke = tool("smoke")
    (tmp_path / "worker.pid").write_text(str(os.getpid()))
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        accepted = {pid: smoke.was_our_worker(json.dumps({"worker_pid": pid}), str(tmp_path))
                    for pid in (os.getpid(), child.pid, os.getppid(), None)}  # fmt: skip
        child.communicate(b"\n")
    assert list(accepted.values()) == [True, True, False, False]


def test_make_test_ends_with_the_smoke() -> None:
    ask = "import sys; sys.path.insert(0, 'tools'); import commands; print([s.name for s in commands.test_steps()])"
    answer = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip().endswith("'tests', 'smoke']")
