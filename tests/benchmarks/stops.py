"""How much slower a run continues with a stop that never holds: python tests/benchmarks/stops.py

The runs with and without take turns; printed is the median of the ratios of neighbours.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.experiments import layered
from table import HEADING, Row

from nntui.debugger.breakpoints.parse import parse_command
from nntui.debugger.debugger import Debugger
from nntui.model.experiment import Experiment

ROUNDS = 7
COMMANDS = (
    "break h1_1 backward if delta[h1_1] == 7",
    "break if loss > 1e9",
    "break x1->h1_1 backward if abs(dw[x1,h1_1]) > 1e9 and epoch >= 3",
    "break layer 2 forward if not isblank(a[h2_8]) and a[h2_8] > 2",
    "break example 7 if a[x1] > 2",
    "break ignore 1000000000000",
    "watch w[x1,h1_1] crosses 1e9",
    "watch loss crosses 1e9",
    "watch epoch_loss < 0 becomes true",
    "watch nonfinite",
)
GOAL = 3.0
"""For the first of them, one neuron's condition."""


def seconds(experiment: Experiment, commands: tuple[str, ...]) -> float:
    """How long it takes to continue from the start to the end."""
    debugger = Debugger(experiment)
    for command in commands:
        debugger.breakpoints.add(parse_command(command, experiment.network))
    begun = perf_counter()
    stop = debugger.resume()
    taken = perf_counter() - begun
    assert stop.kind == "end", f"{commands} stopped: {stop.reason}"
    return taken


def rows(rounds: int = 3) -> Iterator[Row]:
    """Yield the ratio of each command to the run without."""
    experiment = layered(2, 8, 8, 1, examples=200, epochs=700)
    seconds(experiment, ())
    for commands in (*((command,) for command in COMMANDS), COMMANDS):
        ratios = []
        for _ in range(rounds):
            without = seconds(experiment, ())
            ratios.append(seconds(experiment, commands) / without)
        name = commands[0] if len(commands) == 1 else f"all {len(commands)} together"
        goal = GOAL if commands == COMMANDS[:1] else None
        yield Row(name, median(ratios), goal, "the run without")


def main() -> None:
    """Print a table of ratios."""
    print(f"2-8-8-1, N=200\n{HEADING}")
    for row in rows(ROUNDS):
        print(row, flush=True)


if __name__ == "__main__":
    main()
