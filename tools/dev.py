#!/usr/bin/env python3
"""One door to running and testing Enishi: python3 tools/dev.py demo | test | check | bench | smoke | up | help.

This file must be readable by any Python 3, so that a wrong one can say what is right; the work is in commands.py.
"""

import os
import shutil
import subprocess
import sys

SUITABLE = ((3, 11), (3, 12), (3, 13))
NAMES = ("python3.13", "python3.12", "python3.11")
PROBE = "import sys, venv, ensurepip; sys.exit(sys.version_info[:2] not in %r)" % (SUITABLE,)  # noqa: UP031  # old Pythons
WRONG_PYTHON = 3


def is_suitable(python: str) -> bool:
    """Whether this interpreter is of a version that is tested and can make virtual environments."""
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123  # old Pythons
        return subprocess.call([python, "-c", PROBE], stdout=nowhere, stderr=nowhere) == 0


def other_interpreter() -> str:
    """A suitable interpreter on PATH, empty when there is none."""
    found = [shutil.which(name) for name in NAMES]
    return next((path for path in found if path and is_suitable(path)), "")


def explain() -> str:
    """What is wrong with this Python, and the way out."""
    version = "%d.%d" % sys.version_info[:2]  # noqa: UP031  # old Pythons
    if sys.version_info[:2] in SUITABLE:
        return (
            "This Python "
            + version
            + " cannot make virtual environments (its venv or ensurepip is missing). "
            "On Debian or Ubuntu: apt install python" + version + "-venv"
        )
    return (
        "Enishi needs Python 3.11, 3.12 or 3.13 with venv. This is Python " + version + ", "
        "and none of " + ", ".join(NAMES) + " is on PATH. Install one and start again."
    )


def main(arguments: list) -> int:
    """Hand over to commands.py, under another interpreter when this one is unsuitable."""
    if is_suitable(sys.executable):
        from commands import run  # noqa: PLC0415  # unreadable for old Pythons

        return run(arguments)
    other = other_interpreter()
    if other:
        os.execv(other, [other, os.path.abspath(__file__)] + arguments)  # noqa: PTH100, RUF005, S606  # old Pythons
    print(explain(), file=sys.stderr)
    return WRONG_PYTHON


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
