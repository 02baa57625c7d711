"""docs/running.md: the lines about data of one's own run as they stand, without any setting, and say what stands below them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def blocks():
    """Per block of the section: the files it shows, its command, what it says is printed."""
    manual = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    section = manual.split("## Measuring on data of your own\n")[1].split("\n## ")[0]
    for block in section.split("```\n")[1::2]:
        if not block.startswith("$ cat "):
            continue
        shown, command = block.removeprefix("$ cat ").split("\n$ ")
        name, content = shown.split("\n", 1)
        yield name, content + "\n", *command.split("\n", 1)


def part_of_the_answer():
    """What the section says that the harmonic mean comes to."""
    manual = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    return json.loads(manual.split("The part `means.harmonic` of the answer:\n\n```\n")[1].split("```")[0])


def test_both_commands_are_shown():
    assert [command.split("manage.py ")[1].split()[0] for _, _, command, _ in blocks()] == [
        "allocate",
        "evaluate",
    ]


@pytest.mark.parametrize(("name", "content", "command", "printed"), list(blocks()))
def test_command_runs_as_it_stands(tmp_path, name, content, command, printed):
    (tmp_path / name).write_text(content, encoding="utf-8")
    words = command.replace(".venv/bin/python manage.py", f"{sys.executable} {ROOT / 'manage.py'}").split()
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("DJANGO_", "ENISHI_"))}
    done = subprocess.run(
        ["env", *words], cwd=tmp_path, env=kept, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    found, expected = (
        (answer, json.loads(printed)) if printed else (answer["means"]["harmonic"], part_of_the_answer())
    )
    assert without_seconds(found) == without_seconds(expected)


def without_seconds(answer):
    """The same with every duration left out, however deep."""
    if not isinstance(answer, dict):
        return answer
    return {name: without_seconds(value) for name, value in answer.items() if name != "seconds"}
