"""From a key to the last paint that it causes, beside a bare one-line Textual app's.

    python tests/benchmarks/keys.py [ROUNDS]

The apps run without a terminal at 120 × 36, one after the other in rounds that take turns, so that
a busy machine slows all alike; ours opens documents. In each round ``s`` is pressed some dozens of
times; the bare app counts the keys in a line. The chart of the losses and what the network answers
are not waited for: they are drawn a moment later.
Then ``s`` is held down (30 keys a second, and a hundred at once): how long after the last key is
the screen still painted?
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Final, NamedTuple

from networks import documents
from rich.segment import Segment
from table import Row
from textual.app import App, ComposeResult
from textual.events import Key
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widget import Widget

from nntui.tui.app import NntuiApp
from nntui.tui.panes.answers import AnswersPane
from nntui.tui.panes.loss import LossPane
from nntui.tui.panes.network import NetworkPane

SIZE: Final = (120, 36)
KEYS: Final = 40
HELD: Final = 100
LATE: Final = 33.0
"""Milliseconds after the last key, 30 a second, in which all are to be answered: else steps would
be left to do when it is released."""
QUIET: Final = 0.06
"""Seconds without a paint after which the one before was the last that a key caused."""
REST: Final = 0.2
"""The same before a key is pressed, and until the chart of the losses has been drawn."""


class Watched(App[Any]):
    """An app that notes when it was painted last."""

    painted = 0.0

    @property
    def steps(self) -> int:
        """How many keys were answered."""
        raise NotImplementedError

    @property
    def waiting(self) -> bool:
        """Whether something is still to be drawn that no key waits for."""
        return False

    def post_display_hook(self) -> None:
        """The screen was painted."""
        super().post_display_hook()
        self.painted = perf_counter()


class Line(Widget):
    """One line, rendered through the Line API."""

    count = 0

    def render_line(self, y: int) -> Strip:
        """The count."""
        return Strip([Segment(f"{self.count} keys" if not y else "")])


class Bare(Watched):
    """The least that a Textual app can do with a key."""

    def compose(self) -> ComposeResult:
        """The line."""
        yield Line()

    @property
    def steps(self) -> int:
        """How many keys were answered."""
        return self.query_one(Line).count

    def key_s(self) -> None:
        """Count."""
        line = self.query_one(Line)
        line.count += 1
        line.refresh()


class Ours(Watched, NntuiApp):
    """The app itself, without what follows the paint that answers a step: motion and answers."""

    def __init__(self, document: Path) -> None:
        super().__init__(document=document, keep_state=False)
        self.animation_level = "none"
        NetworkPane.wants_answers = AnswersPane.wants_answers = False

    @property
    def waiting(self) -> bool:
        """The document, then the chart of the losses: up to half a second after a step."""
        screen = self.stepping
        return screen is None or not screen.is_mounted or screen.query_one(LossPane).is_waiting

    @property
    def steps(self) -> int:
        """The steps executed."""
        return self.screen_stack[1].debugger.position  # type: ignore[attr-defined, no-any-return]


class Case(NamedTuple):
    name: str
    app: Callable[[], Watched]
    median_to_reach: float
    p95_to_reach: float


def cases(folder: Path) -> list[Case]:
    """The bare app first, then documents."""
    found = [Case("bare app", Bare, 1, 1)]
    found += (Case(name, partial(Ours, path), 5, 8) for name, path in documents(folder).items())
    return found


@contextmanager
def own_folder() -> Iterator[Path]:
    """A folder for documents, and for what the app remembers of them."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_STATE_HOME"] = folder
        yield Path(folder)


async def quiet(app: Watched, seconds: float = QUIET) -> None:
    """Wait until nothing is painted any more."""
    while perf_counter() - app.painted < seconds:
        await asyncio.sleep(0.002)


async def pressed(pilot: Pilot[Any]) -> list[float]:
    """The seconds from each key to the last paint that it causes."""
    app: Watched = pilot.app  # type: ignore[assignment]
    found = []
    for _ in range(KEYS):
        await quiet(app, REST)
        while app.waiting:
            await quiet(app, REST)
            await asyncio.sleep(0.01)
        at = perf_counter()
        app.post_message(Key("s", "s"))
        while app.painted < at:
            await asyncio.sleep(0.0005)
        await quiet(app)
        found.append(app.painted - at)
    return found


async def held(pilot: Pilot[Any], a_second: float | None) -> list[float]:
    """The seconds from the last of a hundred keys to the last paint."""
    app: Watched = pilot.app  # type: ignore[assignment]
    there = app.steps + HELD
    for _ in range(HELD):
        app.post_message(Key("s", "s"))
        if a_second:
            await asyncio.sleep(1 / a_second)
    at = perf_counter()
    while app.steps < there:
        await asyncio.sleep(0.002)
    await asyncio.sleep(QUIET)
    await quiet(app)
    return [max(app.painted - at, 0.0)]


async def round_of(
    case: Case, measure: Callable[[Pilot[Any]], Awaitable[list[float]]]
) -> list[float]:
    """One round of a case."""
    app = case.app()
    async with app.run_test(size=SIZE) as pilot:
        while app.waiting:
            await asyncio.sleep(0.01)
        await pilot.pause(0.3)
        return await measure(pilot)


def rows(rounds: int = 3) -> Iterator[Row]:
    """Yield the ratios that are to be reached."""
    with own_folder() as folder:
        table = cases(folder)
        times: dict[str, list[list[float]]] = {case.name: [] for case in table}
        for _ in range(rounds):
            for case in table:
                times[case.name].append(asyncio.run(round_of(case, pressed)))
        late = {
            case.name: asyncio.run(round_of(case, lambda pilot: held(pilot, 30)))
            for case in table[1:]
        }
    for case in table[1:]:
        for name, of, most in (
            ("median", median, case.median_to_reach),
            ("95 %", _p95, case.p95_to_reach),
        ):
            pairs = zip(times[case.name], times["bare app"], strict=True)
            ratio = median(of(ours) / of(bare) for ours, bare in pairs)
            yield Row(f"a key on {case.name}, {name}", ratio, most, "a key of a bare Textual app")
        what = f"after 30 keys a second on {case.name}"
        yield Row(what, 1000 * late[case.name][0], LATE, "the last key", "ms")


def main(rounds: int) -> None:
    """Print a row for each case."""
    with own_folder() as folder:
        table = cases(folder)
        times: dict[str, list[list[float]]] = {case.name: [] for case in table}
        slow: dict[str, list[float]] = {case.name: [] for case in table}
        burst: dict[str, list[float]] = {case.name: [] for case in table}
        for _ in range(rounds):
            for case in table:
                times[case.name].append(asyncio.run(round_of(case, pressed)))
                slow[case.name] += asyncio.run(round_of(case, lambda pilot: held(pilot, 30)))
                burst[case.name] += asyncio.run(round_of(case, lambda pilot: held(pilot, None)))
    print(
        f"{'':<16} {'median':>18} {'':>6} {'95 %':>18} {'':>6}"
        f" {'after 30 a second':>18} {'after 100 at once':>18}"
    )
    bare = times["bare app"]
    for case in table:
        row = [f"{case.name:<16}"]
        for statistic, most in ((median, case.median_to_reach), (_p95, case.p95_to_reach)):
            here = [statistic(round_) for round_ in times[case.name]]
            ratio = median(a / statistic(b) for a, b in zip(here, bare, strict=True))
            row.append(f"{1000 * median(here):8.1f} ms {ratio:5.2f}×")
            row.append(f"≤ {most:2g} {'yes' if ratio <= most else 'NO'}")
        row.append(f"{1000 * median(slow[case.name]):15.0f} ms")
        row.append(f"{1000 * median(burst[case.name]):15.0f} ms")
        print(" ".join(row))


def _p95(times: list[float]) -> float:
    return sorted(times)[int(0.95 * (len(times) - 1))]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
