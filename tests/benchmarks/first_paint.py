"""From the command to the first paint, beside a bare one-line Textual app's.

    python tests/benchmarks/first_paint.py [ROUNDS]

Each is started in a pseudo-terminal of 120 × 36, in rounds that take turns, so that a busy machine
slows all alike; the numbers are medians, and the ratios those of each round. Two moments are taken:
when the first thing can be read, and when the network is drawn and a key would step.
"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import tempfile
import termios
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final, NamedTuple

from networks import document

TO_REACH: Final = 1.8
FIRST, READY = b"opening", b"step 0 of"
PATIENCE: Final = 60.0
BARE: Final = """
from textual.app import App
from textual.widgets import Static

class Bare(App):
    def compose(self):
        yield Static("one line")

Bare().run()
"""


class Case(NamedTuple):
    name: str
    command: list[str]
    markers: tuple[bytes, ...] = (FIRST, READY)


def cases(folder: Path) -> list[Case]:
    """The bare app first, then the documents."""
    python = [sys.executable]
    opened = [*python, "-c", "from nntui.cli import main; main()"]
    middle, large = folder / "8-16-16-4.json", folder / "784-128-10.json"
    middle.write_text(json.dumps(document([8, 16, 16, 4], 40)))
    large.write_text(json.dumps(document([784, 128, 10], 16)))
    return [
        Case("bare app", [*python, "-c", BARE], (b"one line",)),
        Case("sample", [*opened, "sample"]),
        Case("8-16-16-4", [*opened, str(middle)]),
        Case("784-128-10", [*opened, str(large)]),
    ]


def seconds(case: Case, home: str) -> tuple[float, ...]:
    """From the start of a process to when each of its markers is on its terminal."""
    begun = perf_counter()
    child, terminal = pty.fork()
    if not child:
        # As installed: modules are compiled once, in the first round, wherever this is started.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ |= {"TERM": "xterm-256color", "HOME": home, "XDG_STATE_HOME": home}
        os.environ["PYTHONPYCACHEPREFIX"] = str(Path(home) / "pycache")
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
        os.execv(case.command[0], case.command)
    seen, times = b"", []
    while len(times) < len(case.markers):
        if not select.select([terminal], [], [], PATIENCE)[0]:
            raise TimeoutError(f"{case.name} painted no more than {seen[-2000:]!r}")
        seen += os.read(terminal, 65536)
        while len(times) < len(case.markers) and case.markers[len(times)] in seen:
            times.append(perf_counter() - begun)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(terminal)
    return tuple(times)


def main(rounds: int) -> None:
    """Print a row for each case."""
    with tempfile.TemporaryDirectory() as folder:
        table = cases(Path(folder))
        times: dict[str, list[tuple[float, ...]]] = {case.name: [] for case in table}
        for n in range(rounds + 1):
            for case in table:
                took = seconds(case, folder)
                if n:  # the first round fills the file cache
                    times[case.name].append(took)
    bare = [took for (took,) in times["bare app"]]
    print(f"{'':<12} {'first paint':>22} {'ready':>22}")
    for name, found in times.items():
        shown = []
        for moment in zip(*found, strict=True):
            ratio = median(a / b for a, b in zip(moment, bare, strict=True))
            shown.append(f"{1000 * median(moment):11.0f} ms {ratio:6.2f}×")
        print(f"{name:<12} {' '.join(shown)}")
    print(f"to reach: first paint ≤ {TO_REACH}×")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
