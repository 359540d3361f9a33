"""What an hour of play holds in memory: a hundred thousand steps on the screen, as fast as it goes.

    python tests/benchmarks/soak.py [STEPS]

The app runs without a terminal at 120 × 36. Every step is a key; now and then one goes back, an
update ahead, looks at another pane or another neuron. Memory is taken after each tenth of the
steps: the process's own (RSS) and what Python holds (tracemalloc, in a run of its own, a tenth as
long, as it slows everything).
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from networks import experiment
from table import Row
from textual.events import Key

from nntui.model.experiment import Experiment
from nntui.tui.app import NntuiApp

STEPS: Final = 100_000
TO_REACH: Final = 20.0
BETWEEN: Final = ("S", "u", "right", "down", "tab", "right_square_bracket", "escape", "P", "enter")
"""Keys pressed in turn, one after every 50 steps."""


def resident() -> float:
    """The memory of the process in MB; where there is no /proc, 0."""
    pages = Path("/proc/self/statm")
    if not pages.exists():
        return 0.0
    return int(pages.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


async def soak(run: Experiment, steps: int) -> list[tuple[float, float]]:
    """The memory (RSS, Python's own) after each tenth of the steps."""
    app, found = NntuiApp(run, keep_state=False), []
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        for n in range(1, steps + 1):
            app.post_message(Key("s", "s"))
            if n % 50 == 0:
                app.post_message(Key(BETWEEN[n // 50 % len(BETWEEN)], None))
            if n % 5 == 0:  # let it paint
                while app.message_queue_size:
                    await asyncio.sleep(0)
                await asyncio.sleep(0.009)
            if n % (steps // 10) == 0:
                await pilot.pause()
                gc.collect()
                python = tracemalloc.get_traced_memory()[0] if tracemalloc.is_tracing() else 0
                found.append((resident(), python / 1e6))
    return found


def rows(steps: int = STEPS // 20) -> Iterator[Row]:
    """Yield by how much the process has grown."""
    memory = [mb for mb, _ in asyncio.run(soak(experiment([8, 16, 16, 4], 40), steps))]
    what = f"memory grown in {steps:,} steps on screen"
    yield Row(what, max(memory) - memory[0], TO_REACH, unit="MB", megabytes=max(memory))


def main(steps: int) -> None:
    """Print a row for each run."""
    run = experiment([8, 16, 16, 4], 40)
    memory = [mb for mb, _ in asyncio.run(soak(run, steps))]
    tracemalloc.start()
    traced = [mb for _, mb in asyncio.run(soak(run, steps // 10))]
    for what, series in ((f"RSS, {steps:,} steps", memory), (f"Python, {steps // 10:,}", traced)):
        grown = max(series) - series[0]
        print(f"{what:<24} {' '.join(f'{mb:7.1f}' for mb in series)} MB")
        print(f"{'':<24} grown by {grown:.1f} MB after the first tenth (to reach: {TO_REACH:g})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else STEPS)
