"""From the command to the first paint, beside a bare one-line Textual app's.

    python tests/benchmarks/first_paint.py [ROUNDS]

Each is started in a pseudo-terminal of 120 × 36, in rounds that take turns, so that a busy machine
slows all alike; the numbers are medians, and the ratios those of each round. Three moments are
taken: when the first thing can be read; when the run is shown, the network drawn with it; and when
the key ``s``, pressed at that moment, has stepped. Processor time is that of the whole process
until the run is shown.
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
from statistics import median
from time import perf_counter
from typing import Final, NamedTuple

from networks import document
from table import Row

from nntui.samples import samples

TO_REACH: Final = {"first paint": 1.8, "ready": 2.5}
MOMENTS: Final = ("first paint", "ready", "stepped", "processor")
FIRST, READY, STEPPED = b"opening", b"step 0 of", b"step 1 of"
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
    markers: tuple[bytes, ...] = (FIRST, READY, STEPPED)


def cases(folder: Path) -> list[Case]:
    """The bare app first, then the documents."""
    python = [sys.executable]
    opened = [*python, "-c", "from nntui.cli import main; main()"]
    # A document of one's own: with a bundled sample, the tour would lie over it.
    sample = folder / "sample.json"
    sample.write_bytes(samples()["sample"].read_bytes())
    middle, large = folder / "8-16-16-4.json", folder / "784-128-10.json"
    middle.write_text(json.dumps(document([8, 16, 16, 4], 40)))
    large.write_text(json.dumps(document([784, 128, 10], 16)))
    return [
        Case("bare app", [*python, "-c", BARE], (b"one line",)),
        Case("sample", [*opened, str(sample)]),
        Case("8-16-16-4", [*opened, str(middle)]),
        Case("784-128-10", [*opened, str(large)]),
    ]


def seconds(case: Case, home: str) -> tuple[float, ...]:
    """From the start of a process to when each of its markers is on its terminal; and its work."""
    begun = perf_counter()
    child, terminal = pty.fork()
    if not child:
        # As installed: modules are compiled once, in the first round, wherever this is started.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ |= {"TERM": "xterm-256color", "HOME": home, "XDG_STATE_HOME": home}
        os.environ["PYTHONPYCACHEPREFIX"] = str(Path(home) / "pycache")
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
        os.execv(case.command[0], case.command)
    seen, times, work = b"", [], 0.0
    while len(times) < len(case.markers):
        if not select.select([terminal], [], [], PATIENCE)[0]:
            raise TimeoutError(f"{case.name} painted no more than {seen[-2000:]!r}")
        seen += os.read(terminal, 65536)
        while len(times) < len(case.markers) and case.markers[len(times)] in seen:
            times.append(perf_counter() - begun)
            if case.markers[len(times) - 1] in (READY, case.markers[-1]):
                work = work or processor_time(child)
            if case.markers[len(times) - 1] == READY:
                os.write(terminal, b"s")
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(terminal)
    return (*times, work)


def processor_time(process: int) -> float:
    """The seconds of all its threads, to a hundredth."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


Times = dict[str, list[tuple[float, ...]]]
"""The seconds of each case's rounds; the bare app's have no run that is shown."""


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


def rows(rounds: int = 5) -> Iterator[Row]:
    """Yield the ratios that are to be reached."""
    times = measured(rounds)
    for name, found in times.items():
        for moment, most in TO_REACH.items() if name != "bare app" else ():
            pairs = zip(found, times["bare app"], strict=True)
            ratio = median(ours[MOMENTS.index(moment)] / bare[0] for ours, bare in pairs)
            yield Row(f"{name}: {moment}", ratio, most, "a bare Textual app’s first paint")


def main(rounds: int) -> None:
    """Print a row for each case."""
    times = measured(rounds)
    first, work = zip(*times["bare app"], strict=True)
    bare = {"processor": work}
    print(" " * 12, *(f"{moment:>20}" for moment in MOMENTS))
    for name, found in times.items():
        shown = []
        moments = MOMENTS if name != "bare app" else ("first paint", "processor")
        for moment, taken in zip(moments, zip(*found, strict=True), strict=True):
            one = bare.get(moment, first)
            ratio = median(a / b for a, b in zip(taken, one, strict=True))
            shown.append(f"{1000 * median(taken):9.0f} ms {ratio:6.2f}×")
        if name == "bare app":
            shown[1:1] = [" " * 20] * 2
        print(f"{name:<12}", *shown)
    print("to reach:", ", ".join(f"{moment} ≤ {most}×" for moment, most in TO_REACH.items()))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
