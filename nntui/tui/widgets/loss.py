"""The loss pane: a chart of the losses met so far. The only module that knows plotext."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from textual.app import ComposeResult
from textual.containers import Container
from textual.timer import Timer
from textual.widgets import Static

from nntui.debugger.snapshot import Snapshot
from nntui.engine.history import Losses

DELAY: Final = 0.1
"""Seconds from a step to the chart's next drawing, at most: a key press never waits for it."""


class LossPane(Container, can_focus=False):
    """The mean loss of each finished update and, with a test set, of each epoch's end."""

    def __init__(self) -> None:
        super().__init__(id="loss")
        self.border_title = "Loss"
        self._losses: Losses | None = None
        self._drawn: tuple[int, int] | None = None
        self._loss: float | None = None
        self._per_epoch = 1
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """A sentence until there is something to draw; the chart is made when it is needed."""
        yield Static("", id="loss-words", markup=False)

    def show(self, snapshot: Snapshot, updates_per_epoch: int) -> None:
        """Draw the losses of a snapshot, soon."""
        self._losses, self._loss = snapshot.losses, snapshot.loss
        self._per_epoch = updates_per_epoch
        if self._timer is None:
            self._timer = self.set_timer(DELAY, self._draw)

    @property
    def is_waiting(self) -> bool:
        """Whether a drawing is due."""
        return self._timer is not None

    def on_resize(self) -> None:
        """Another width takes other points."""
        self._drawn = None
        if self._timer is None and self._losses is not None:
            self._timer = self.set_timer(DELAY, self._draw)

    def _draw(self) -> None:
        self._timer = None
        losses = self._losses
        if losses is None or not self.display or not self.size.width:
            return
        words = self.query_one("#loss-words", Static)
        words.update(self._words(losses), layout=False)
        shown = (losses.updates, losses.epochs)
        if shown == self._drawn:
            return
        self._drawn = shown
        self._chart(losses)

    def _words(self, losses: Losses) -> str:
        parts = []
        if self._loss is not None:
            parts.append(f"example {self._loss:.4g}")
        for series in ("batch", "epoch", "test"):
            value = losses.last(series)
            if value is not None:
                parts.append(f"{series} {value:.4g}")
        return " " + "  ".join(parts) if parts else " no example has met its loss yet"

    def _chart(self, losses: Losses) -> None:
        # Imported here: plotext takes longer to load than everything else before the first paint.
        from textual_plotext import PlotextPlot

        found = self.query(PlotextPlot)
        if not losses.updates:
            found.remove()
            return
        if not found:
            self.mount(PlotextPlot())
        plot = self.query_one(PlotextPlot)
        width = 2 * max(self.size.width - 8, 8)
        plt = plot.plt
        plt.clear_data()
        updates = losses.updates
        ticks = sorted({1 + (updates - 1) * n // 4 for n in range(5)})  # whole updates, from 1
        plt.xticks([tick - 1 for tick in ticks], [f"{tick:,}" for tick in ticks])
        xs, ys = decimated(losses.batch, width)
        plt.plot(xs, ys, marker="braille", color="blue")
        if losses.last("test") is not None:
            xs, ys = decimated(losses.test, width)
            ends = [(x + 1) * self._per_epoch - 1 for x in xs]
            plt.plot(ends, ys, marker="dot", color="orange")
        plot.refresh()


def decimated(values: Sequence[float], most: int) -> tuple[list[int], list[float]]:
    """At most about ``most`` points of a series, keeping the peaks: a bucket's least and greatest.

    What is not finite becomes a gap (nan), the one thing plotext can be given safely.
    """
    bucket = max(1, -(-2 * len(values) // most))
    xs: list[int] = []
    ys: list[float] = []
    for start in range(0, len(values), bucket):
        indices = range(start, min(start + bucket, len(values)))
        finite = [n for n in indices if math.isfinite(values[n])]
        if not finite:
            xs.append(start)
            ys.append(math.nan)
            continue
        extremes = {min(finite, key=values.__getitem__), max(finite, key=values.__getitem__)}
        for n in sorted(extremes):
            xs.append(n)
            ys.append(values[n])
    return xs, ys
