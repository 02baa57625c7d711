"""Runs one program for the supervisor and ends it when the supervisor is gone, however it went.

    python child.py PIPE_FD PID_FILE GRACE_SECONDS -- program argument ...

The supervisor alone holds the writing end of the pipe: its end, even by kill -9, is an end of file here. The supervisor
starts this process as the leader of a new process group, in which everything the program starts lives too; so the
group can be ended as a whole. Standard library only, works without Linux's prctl, starts in some 20 ms.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import FrameType


def end(program: subprocess.Popen[bytes], *, grace_seconds: float) -> None:
    """Ask the program to stop; after the grace end the whole group, this process with it."""
    with contextlib.suppress(ProcessLookupError):
        program.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        program.wait(timeout=grace_seconds)
    os.killpg(os.getpgrp(), signal.SIGKILL)


def watch_pipe(pipe: int, *, program: subprocess.Popen[bytes], grace_seconds: float) -> None:
    """Wait for the end of file, which means that the supervisor is gone."""
    while os.read(pipe, 1):
        pass
    end(program, grace_seconds=grace_seconds)


def main(arguments: list[str]) -> int:
    """Run the program to its end and return its exit code (128 + signal when a signal ended it)."""
    pipe, pid_file, grace = int(arguments[0]), Path(arguments[1]), float(arguments[2])
    os.set_inheritable(pipe, False)  # noqa: FBT003  # takes no keyword
    program = subprocess.Popen(arguments[4:])
    # Written whole and then named: a reader never sees half a number.
    draft = pid_file.with_suffix(".new")
    draft.write_text(str(program.pid), encoding="ascii")
    draft.replace(pid_file)

    def forward(number: int, frame: FrameType | None) -> None:
        with contextlib.suppress(ProcessLookupError):
            program.send_signal(number)

    signal.signal(signal.SIGTERM, forward)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    watcher = threading.Thread(
        target=watch_pipe, args=(pipe,), kwargs={"program": program, "grace_seconds": grace}, daemon=True
    )
    watcher.start()
    code = program.wait()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    if os.getpgrp() != os.getpid():
        sys.exit("child.py must lead its own process group: it is started by the supervisor.")
    sys.exit(main(sys.argv[1:]))
