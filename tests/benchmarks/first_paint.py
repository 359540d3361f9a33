"""From the command to the first paint and the first two keys, beside a bare one-line Textual app's.

    python tests/benchmarks/first_paint.py [ROUNDS]

Each is started in a pseudo-terminal of 120 × 36, in rounds that take turns, so that a busy machine
slows all alike; the numbers are medians, and the ratios those of each round. Taken are when the
first thing can be read, and when the run is shown, the network drawn with it; then how long the key
``s``, pressed at that moment, takes to be seen, and another one pressed as soon as it is. Processor
time is that of the whole process until the run is shown.
"""

from __future__ import annotations

import fcntl
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
from statistics import median
from time import perf_counter
from typing import Final, NamedTuple

import pyte
from networks import documents
from table import Row

TO_REACH: Final = {"first paint": 1.8, "ready": 2.5, "first key": 5.0, "second key": 5.0}
BESIDE: Final = {"ready": "first paint"}
"""The moment of the bare app that one is compared with, if it is not the same."""
KEYS: Final = 2
SIZE: Final = (120, 36)
MARKERS: Final = {
    "first paint": "opening", "ready": "step 0 of",
    "first key": "step 1 of", "second key": "step 2 of",
}  # fmt: skip
PATIENCE: Final = 60.0
BARE: Final = """
from textual.app import App
from textual.widgets import Static

class Bare(App):
    count = 0

    def compose(self):
        yield Static("one line")

    def key_s(self):
        self.count += 1
        self.query_one(Static).update(f"{self.count} keys", layout=False)

Bare().run()
"""
BARE_MARKERS: Final = {"first paint": "one line", "first key": "1 keys", "second key": "2 keys"}


class Case(NamedTuple):
    """A command, and what is on the terminal at each moment; the last two answer a key each."""

    name: str
    command: list[str]
    markers: dict[str, str] = MARKERS


def cases(folder: Path) -> list[Case]:
    """The bare app first, then the documents."""
    python = [sys.executable]
    opened = [*python, "-c", "from nntui.cli import main; main()"]
    found = [Case("bare app", [*python, "-c", BARE], BARE_MARKERS)]
    found += (Case(name, [*opened, str(path)]) for name, path in documents(folder).items())
    return found


def seconds(case: Case, home: str) -> dict[str, float]:
    """From the start of a process, or from a key, to each of its moments; and its work."""
    begun = now = perf_counter()
    child, terminal = pty.fork()
    if not child:
        # As installed: modules are compiled once, in the first round, wherever this is started.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ |= {"TERM": "xterm-256color", "HOME": home, "XDG_STATE_HOME": home}
        os.environ["PYTHONPYCACHEPREFIX"] = str(Path(home) / "pycache")
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", *reversed(SIZE), 0, 0))
        os.execv(case.command[0], case.command)
    screen = pyte.Screen(*SIZE)
    stream, sent, times = pyte.ByteStream(screen), b"", dict[str, float]()
    for n, (moment, marker) in enumerate(case.markers.items()):
        # What is written over is only in the bytes, what a key changes cell by cell on the screen.
        while marker.encode() not in sent and not any(marker in line for line in screen.display):
            if not select.select([terminal], [], [], PATIENCE)[0]:
                raise TimeoutError(f"{case.name} painted no more than {screen.display}")
            new, now = os.read(terminal, 65536), perf_counter()
            sent += new
            stream.feed(new)
        times[moment] = now - begun
        to_come = len(case.markers) - 1 - n
        if to_come == KEYS:
            times["processor"] = processor_time(child)
        if 0 < to_come <= KEYS:
            begun = perf_counter()
            os.write(terminal, b"s")
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(terminal)
    return times


def processor_time(process: int) -> float:
    """The seconds of all its threads, to a hundredth."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


Times = dict[str, list[dict[str, float]]]
"""The seconds of each case's rounds, by moment; the bare app's have no run that is shown."""


def measured(rounds: int) -> Times:
    """Start each case so many times, in turn."""
    with tempfile.TemporaryDirectory() as folder:
        table = cases(Path(folder))
        times: Times = {case.name: [] for case in table}
        for n in range(rounds + 1):
            for case in table:
                took = seconds(case, folder)
                if n:  # the first round fills the file cache
                    times[case.name].append(took)
    return times


def ratio_of(times: Times, name: str, moment: str) -> float:
    """The median of the rounds' ratios to the bare app."""
    pairs = zip(times[name], times["bare app"], strict=True)
    return median(ours[moment] / bare[BESIDE.get(moment, moment)] for ours, bare in pairs)


def rows(rounds: int = 5) -> Iterator[Row]:
    """Yield the ratios that are to be reached."""
    times = measured(rounds)
    for name in [*times][1:]:
        for moment, most in TO_REACH.items():
            beside = f"a bare Textual app’s {BESIDE.get(moment, moment)}"
            yield Row(f"{name}: {moment}", ratio_of(times, name, moment), most, beside)


def main(rounds: int) -> None:
    """Print a row for each case."""
    times = measured(rounds)
    moments = (*TO_REACH, "processor")
    print(" " * 16, *(f"{moment:>20}" for moment in moments))
    for name, found in times.items():
        shown = [
            f"{1000 * median(each[moment] for each in found):9.0f} ms"
            f" {ratio_of(times, name, moment):6.2f}×"
            if moment in found[0]
            else " " * 20
            for moment in moments
        ]
        print(f"{name:<16}", *shown)
    print("to reach:", ", ".join(f"{moment} ≤ {most}×" for moment, most in TO_REACH.items()))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
