"""How the screen fares while a run is under way: paints, keys, and what it costs the run.

    python tests/benchmarks/running.py

Opens the app without a terminal on a 2-8-8-1 network with 200 examples and continues. Prints the
paints a second, how long keys take to be answered and painted meanwhile, and the throughput beside
that of the same run without a screen, in interleaved rounds (medians). Where numba is installed it
compiles the training beside the first run, for seconds: how long keys take then is told apart, and
the rounds come after it.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import math
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from time import perf_counter, process_time
from typing import Any

from table import Row
from textual.events import Key

from nntui.debugger.breakpoints.search import ContinueSearch
from nntui.debugger.debugger import Debugger
from nntui.model.dataset import Dataset
from nntui.model.experiment import Experiment, Training
from nntui.model.losses import Loss
from nntui.model.network import Network
from nntui.tui.app import NntuiApp
from nntui.tui.stepping.screen import SteppingScreen

KEY = "right_square_bracket"
"""A key that is answered without the debugger, and changes the screen: it does not stop the run."""


def experiment() -> Experiment:
    """A 2-8-8-1 tanh network on 200 points of two circles."""
    net = Network()
    layers = [["x1", "x2"], [f"g{n}" for n in range(8)], [f"h{n}" for n in range(8)], ["y"]]
    for name in layers[0]:
        net.add_neuron(name, role="input")
    for name in (*layers[1], *layers[2]):
        net.add_neuron(name, activation="tanh", bias=0.01)
    net.add_neuron("y", role="output", activation="tanh")
    for before, after in itertools.pairwise(layers):
        for n, source in enumerate(before):
            for m, target in enumerate(after):
                net.connect(source, target, ((3 * n + 5 * m) % 7 - 3) / 10)
    angles = [math.tau * n / 100 for n in range(200)]
    radii = [1.0 if n < 100 else 0.4 for n in range(200)]
    inputs = [[r * math.cos(a), r * math.sin(a)] for r, a in zip(radii, angles, strict=True)]
    data = Dataset.of(inputs, [[1.0 if r < 0.5 else -1.0] for r in radii])
    return Experiment(net, data, Training(epochs=10_000_000, loss=Loss.of("half_squared_error")))


class Watched(NntuiApp):
    """The app, noting when it paints, and when it paints after a key was answered."""

    def __init__(self, run: Experiment) -> None:
        super().__init__(run, keep_state=False)
        self.paints: list[float] = []
        self.acted = False
        self.answered = asyncio.Event()

    async def run_action(self, *arguments: Any, **named: Any) -> bool:
        """A key was answered."""
        handled = await super().run_action(*arguments, **named)
        self.acted = True
        return handled

    def post_display_hook(self) -> None:
        """The screen was painted."""
        super().post_display_hook()
        self.paints.append(perf_counter())
        if self.acted:
            self.acted = False
            self.answered.set()


@dataclass
class Measured:
    """Steps a second, and per second of processor time; paints a second; seconds from keys to the
    paints that answer them, and from the pause key to rest.
    """

    steps: float
    work: float
    paints: float
    keys: list[float]
    stop: float


async def on_screen(seconds: float, size: tuple[int, int]) -> Measured:
    """A run under way on the screen."""
    app = Watched(experiment())
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, SteppingScreen)
        await pilot.press("right", "c")
        await asyncio.sleep(2.0)
        app.paints.clear()
        begun, first, worked = perf_counter(), screen.latest.snapshot.position, process_time()
        await asyncio.sleep(seconds)
        took, worked = perf_counter() - begun, process_time() - worked
        steps = screen.latest.snapshot.position - first
        paints = len(app.paints) / took
        latencies: list[float] = []
        for n in range(int(seconds / 0.2)):
            await asyncio.sleep(0.13 + 0.01 * (n % 5))
            app.answered.clear()
            pressed = perf_counter()
            app.post_message(Key(KEY, None))
            await app.answered.wait()
            latencies.append(perf_counter() - pressed)
        pressed = perf_counter()
        app.post_message(Key("space", " "))
        while screen.latest.on_the_way:
            await asyncio.sleep(0.0005)
        stop = perf_counter() - pressed
        await app.workers.wait_for_complete()
    return Measured(steps / took, steps / worked, paints, latencies, stop)


def headless(seconds: float) -> tuple[float, float]:
    """Steps a second, and per second of processor time, without a screen."""
    debugger = Debugger(experiment())
    search = ContinueSearch(debugger, debugger.breakpoints, 1)
    search.burst(0.3)
    begun, first, worked = perf_counter(), debugger.position, process_time()
    while perf_counter() - begun < seconds:
        search.burst(0.1)
    steps = debugger.position - first
    return steps / (perf_counter() - begun), steps / (process_time() - worked)


def compiling(seconds: float, size: tuple[int, int]) -> list[float]:
    """Seconds that keys take in the first run, beside which its training is compiled to the end."""
    keys = asyncio.run(on_screen(seconds, size)).keys
    for thread in threading.enumerate():
        if thread.name == "compile":
            thread.join()
    return keys


def rows(rounds: int = 2, seconds: float = 3.0) -> Iterator[Row]:
    """Yield what is to be reached."""
    first = median(compiling(seconds, (120, 36)))
    yield Row("the first run: a key to its answer", 1000 * first, 50.0, unit="ms")
    alone, shown = [], []
    for _ in range(rounds):
        alone.append(headless(seconds))
        shown.append(asyncio.run(on_screen(seconds, (120, 36))))
    paints = median(each.paints for each in shown)
    yield Row("a run on screen: paints a second", paints, 2.0, unit="", at_least=True)
    key = median(key for each in shown for key in each.keys)
    yield Row("a run on screen: a key to its answer", 1000 * key, 20.0, unit="ms")
    ratio = median(each.work / work for each, (_, work) in zip(shown, alone, strict=True))
    what = "a run on screen: steps per processor second"
    yield Row(what, ratio, 0.9, "the run without a screen", at_least=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--size", default="120x36")
    options = parser.parse_args()
    width, height = map(int, options.size.split("x"))
    first = compiling(options.seconds, (width, height))
    alone: list[tuple[float, float]] = []
    shown: list[Measured] = []
    for _ in range(options.rounds):
        alone.append(headless(options.seconds))
        shown.append(asyncio.run(on_screen(options.seconds, (width, height))))
    keys = sorted(key for each in shown for key in each.keys)
    print(f"screen {options.size}, {options.rounds} rounds of {options.seconds} s")
    print(f"paints a second       {median(each.paints for each in shown):8.1f}   (to reach: 2)")
    print(f"key in the first run  {1000 * median(first):8.1f} ms (to reach: 50)")
    print(f"key to answer, median {1000 * median(keys):8.1f} ms (to reach: 20)")
    print(f"key to answer, 90 %   {1000 * keys[int(0.9 * len(keys))]:8.1f} ms")
    print(f"pause to rest, median {1000 * median(each.stop for each in shown):8.1f} ms")
    rate, off = median(each.steps for each in shown), median(rate for rate, _ in alone)
    print(f"steps a second        {rate:12,.0f} on screen, {off:12,.0f} without")
    ratios = [each.steps / rate for each, (rate, _) in zip(shown, alone, strict=True)]
    print(f"throughput            {100 * median(ratios):8.0f} %")
    ratios = [each.work / work for each, (_, work) in zip(shown, alone, strict=True)]
    print(f"per processor second  {100 * median(ratios):8.0f} % (to reach: 90)")


if __name__ == "__main__":
    main()
