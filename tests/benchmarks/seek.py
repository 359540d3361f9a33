"""How long it takes to reach any step of a run of a hundred million steps, and what it holds.

    python tests/benchmarks/seek.py [SEEKS]

Each net is run to step 1e8 once; then random steps are reached, as the debugger reaches them, with
all values of the state at hand. At some of them every value is compared, bit for bit, with a run
that comes another way: from the checkpoint before, by the algorithm alone.
"""

from __future__ import annotations

import resource
import statistics
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from random import Random
from time import perf_counter
from typing import Any, Final, NamedTuple

from table import Row

from nntui.debugger.debugger import Debugger
from nntui.debugger.stepper import approach
from nntui.engine.algorithm import train
from nntui.engine.run import Run
from nntui.engine.state import ActiveExperiment
from nntui.model.dataset import Dataset
from nntui.model.experiment import Experiment, Training
from nntui.model.network import Network

STEPS: Final = 100_000_000
CHECKED: Final = 15
"""Seeks of each net that are compared, 60 in all."""
MOST_STEPPED: Final = 3_000_000
"""Steps of the algorithm that one comparison may take."""


class Case(NamedTuple):
    sizes: tuple[int, ...]
    examples: int
    batch_size: int | None


CASES: Final = (
    Case((2, 4, 1), 4, None),
    Case((2, 8, 8, 1), 200, None),
    Case((16, 64, 64, 10), 500, None),
    Case((784, 128, 10), 640, 64),
)


def experiment_of(case: Case) -> Experiment:
    """Random numbers in a fully connected tanh net, with epochs for all the steps."""
    chance = Random(0)
    network = Network()
    layers: list[list[str]] = []
    for layer, size in enumerate(case.sizes):
        role: Any = "input" if layer == 0 else "hidden"
        role = "output" if layer == len(case.sizes) - 1 else role
        layers.append([f"{role[0]}{layer}_{n}" for n in range(size)])
        for name in layers[-1]:
            network.add_neuron(name, role=role, activation=None if layer == 0 else "tanh")
            for source in layers[-2] if layer else ():
                network.connect(source, name)
    data = Dataset.of(
        [[chance.uniform(-1, 1) for _ in range(case.sizes[0])] for _ in range(case.examples)],
        [[chance.uniform(-1, 1) for _ in range(case.sizes[-1])] for _ in range(case.examples)],
    )
    once = Experiment(network, data, Training(batch_size=case.batch_size, epochs=1))
    epochs = -(-STEPS // Run(once).schedule.total)
    return Experiment(network, data, Training(batch_size=case.batch_size, epochs=epochs))


def rows(seeks: int = 30, to_reach: float = 50.0) -> Iterator[Row]:
    """Yield the median milliseconds of reaching a step, with the memory that each run holds."""
    for case in CASES:
        with ProcessPoolExecutor(1, get_context("spawn")) as process:
            found = process.submit(measured, case, seeks, 0).result()
        what = f"any step of {STEPS:,}: {'-'.join(map(str, case.sizes))}"
        yield Row(what, found.times[0], to_reach, "", "ms", megabytes=found.memory)


class Seeks(NamedTuple):
    """Seconds to the end; milliseconds (median, worst) of seek, back, update back; what is kept."""

    first: float
    times: list[float]
    kept: int
    memory: float


def main() -> None:
    """Print a row for each net."""
    seeks = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    print(f"{seeks} random steps of a run of {STEPS:,}; milliseconds (median, worst)\n")
    heading = ("net", "there first", "seek", "", "back", "", "update back", "", "checkpoints", "MB")
    print(("{:>14} {:>12}" + " {:>11} {:>6}" * 3 + " {:>12} {:>7}").format(*heading))
    checked = 0
    for case in CASES:  # each in a process of its own, so that memory can be told apart
        with ProcessPoolExecutor(1, get_context("spawn")) as process:
            first, times, kept, memory = process.submit(measured, case, seeks).result()
        checked += CHECKED
        name = "-".join(map(str, case.sizes))
        cells = " ".join(f"{ms:{width}.1f}" for ms, width in zip(times, (11, 6) * 3, strict=True))
        print(f"{name:>14} {first:>11.1f}s {cells} {kept:>12} {memory:>7.0f}", flush=True)
    print(f"\n{checked} of {CHECKED * len(CASES)} states compared bit for bit: all the same")


def measured(case: Case, seeks: int, compared: int = CHECKED) -> Seeks:
    """Run a net, reach steps of it, and compare the states at some of them."""
    experiment = experiment_of(case)
    without = megabytes()
    begun = perf_counter()
    debugger = Debugger(experiment)
    while not approach(debugger, STEPS, 0.05):
        pass
    first = perf_counter() - begun
    chance = Random(1)
    seek, back, update = [], [], []
    for _ in range(seeks):
        seek.append(timed(partial(debugger.seek, chance.randrange(1, STEPS))))
        back += [timed(debugger.back), timed(debugger.back)]
        update.append(timed(partial(debugger.move, "update", -1)))
    memory = megabytes() - without
    for _ in range(compared):
        debugger.seek(chance.randrange(1, STEPS))
        assert same_by_stepping(debugger.training_run)
    times = [ms for series in (seek, back, update) for ms in (median(series), max(series) * 1e3)]
    return Seeks(first, times, len(debugger.training_run.timeline.checkpoints), memory)


def timed(action: Any) -> float:
    """Seconds that something takes."""
    begun = perf_counter()
    action()
    return perf_counter() - begun


def median(seconds: list[float]) -> float:
    """The median in milliseconds."""
    return statistics.median(seconds) * 1e3


def megabytes() -> float:
    """The most memory that this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def same_by_stepping(run: Run) -> bool:
    """Compare the run's state with the one stepped to, from a checkpoint as near as time allows."""
    schedule, position = run.schedule, run.position
    update = schedule.updates_before(position)
    earlier = update
    while earlier and position - schedule.update_start(earlier - 1) <= MOST_STEPPED:
        earlier -= 1
        if earlier <= update - 3:
            break
    start = run.copy().start(earlier)
    parameter_index = run.timeline.parameter_index
    state = parameter_index.state(start.p, start.memory, start.p * 0.0)
    steps = train(ActiveExperiment(run.experiment), state, schedule.batches(earlier))
    for _ in range(position - schedule.update_start(earlier)):
        next(steps)
    for name in ("b", "w", "db", "dw", "z", "a", "da", "delta", "memory", "loss"):
        assert exact(getattr(run.state, name)) == exact(getattr(state, name)), (name, position)
    return True


def exact(value: Any) -> Any:
    """A value in a form that == compares bit for bit."""
    if isinstance(value, dict):
        return {key: exact(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return tuple(map(exact, value))
    return None if value is None else float(value).hex()


if __name__ == "__main__":
    main()
