"""What play and a run under way send to the terminal, and how soon space stops them on a slow one.

    python tests/benchmarks/traffic.py [SECONDS]

nntui runs in a pseudo-terminal of 120 × 36 that takes what comes at once, or at most 50 kB a
second, as a slow link does. Printed are the bytes a second, the writes a second (a frame is a
write, at most), and the time from the key that stops to the word on the screen that it has stopped.
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
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter, sleep
from typing import Final, NamedTuple

from networks import document
from table import Row

from nntui.samples import samples

TO_REACH: Final = 50_000
"""Bytes a second."""
LINK: Final = 50_000
"""Bytes a second that the slow terminal takes."""
SIZE: Final = (120, 36)
READY: Final = b"step "
STOPPED: Final = b"stopped"
PATIENCE: Final = 15.0


class Case(NamedTuple):
    name: str
    document: Path
    keys: str
    """What begins it."""


class Terminal:
    """A terminal with nntui in it, which takes at most so many bytes a second."""

    def __init__(self, path: Path, home: str, rate: float | None) -> None:
        self.rate = rate
        self.got = b""
        self.reads = 0
        self._free = perf_counter()
        self.child, self.file = pty.fork()
        if not self.child:
            os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
            os.environ |= {"HOME": home, "XDG_STATE_HOME": home}
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", SIZE[1], SIZE[0], 0, 0))
            command = [sys.executable, "-c", "from nntui.cli import main; main()", str(path)]
            os.execv(command[0], command)

    def read(self, seconds: float, until: bytes | None = None) -> float:
        """Take what comes for so long, or until a text is there; return how long that took."""
        begun = perf_counter()
        start = len(self.got)
        while (left := begun + seconds - perf_counter()) > 0:
            if self.rate is not None:
                sleep(min(max(self._free - perf_counter(), 0), left))
            if select.select([self.file], [], [], max(min(left, 0.1), 0))[0]:
                new = os.read(self.file, 65536 if self.rate is None else 1024)
                self.got += new
                self.reads += 1
                if self.rate is not None:
                    now = perf_counter()
                    self._free = max(self._free, now - 0.05) + len(new) / self.rate
            if until is not None and until in self.got[max(start - len(until), 0) :]:
                break
        return perf_counter() - begun

    def type(self, keys: str) -> None:
        os.write(self.file, keys.encode())

    def close(self) -> None:
        os.kill(self.child, signal.SIGKILL)
        os.waitpid(self.child, 0)
        os.close(self.file)


def cases(folder: Path) -> list[Case]:
    """Play by steps, play after the first update, a run under way."""
    found = []
    for name in ("xor", "mazur"):
        path = folder / f"{name}.json"
        path.write_bytes(samples()[name].read_bytes())
        found += [Case(f"{name}: play steps", path, " "), Case(f"{name}: play updates", path, "u ")]
    middle = folder / "8-16-16-4.json"
    made = document([8, 16, 16, 4], 40)
    made["training"]["epochs"] = 1_000_000
    middle.write_text(json.dumps(made))
    return [
        *found,
        Case("8-16-16-4: play updates", middle, "u "),
        Case("8-16-16-4: a run", middle, "c"),
    ]


class Sent(NamedTuple):
    """What was sent to a terminal: kB and writes a second; seconds until it has stopped."""

    case: Case
    rate: int | None
    kilobytes: float
    writes: float
    stop: float


def measured(seconds: float) -> Iterator[Sent]:
    """Play each case on each terminal for so long."""
    with tempfile.TemporaryDirectory() as folder:
        for case in cases(Path(folder)):
            for rate in (None, LINK):
                home = tempfile.mkdtemp(dir=folder)
                terminal = Terminal(case.document, home, rate)
                terminal.read(PATIENCE, READY)
                terminal.read(1.0)
                terminal.type(case.keys)
                terminal.read(1.5)
                before, reads = len(terminal.got), terminal.reads
                took = terminal.read(seconds)
                sent = (len(terminal.got) - before) / took
                writes = (terminal.reads - reads) / took if rate is None else float("nan")
                terminal.type(" ")
                stop = terminal.read(PATIENCE, STOPPED)
                terminal.close()
                yield Sent(case, rate, sent / 1000, writes, stop)


def rows(seconds: float = 3.0) -> Iterator[Row]:
    """Yield what a terminal that takes all is sent."""
    for each in measured(seconds):
        if each.rate is None:
            goal = TO_REACH / 1000
            yield Row(f"sent a second: {each.case.name}", each.kilobytes, goal, unit="kB")


def main(seconds: float) -> None:
    """Print a row for each case and terminal."""
    print(f"{'':<26} {'terminal':<10} {'kB a second':>12} {'writes':>8} {'space to stop':>14}")
    for case, rate, kilobytes, writes, stop in measured(seconds):
        link = "any" if rate is None else f"{rate / 1000:g} kB/s"
        print(
            f"{case.name:<26} {link:<10} {kilobytes:9.1f} kB {writes:8.1f} {1000 * stop:11.0f} ms",
            flush=True,
        )
    print(f"to reach: {TO_REACH / 1000:g} kB a second")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 4.0)
