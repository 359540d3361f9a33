"""The loss pane: a chart of the losses met so far. The only module that knows plotext."""

from __future__ import annotations

from typing import Any, Final

from textual.app import ComposeResult
from textual.containers import Container
from textual.timer import Timer
from textual.widgets import Static

from nntui.engine.history import Losses
from nntui.tui.control.focus import Focus
from nntui.tui.frame import Curve, Frame
from nntui.tui.widgets.titles import Titled

DELAY: Final = 0.1
"""Seconds from a step to the chart's next drawing, at most: a key press never waits for it."""
SELDOM: Final = 0.5
"""The same while a run is under way, which a drawing would slow down."""
MOST_OTHERS: Final = 6
"""Branches drawn beside the current one, at most: the newest."""


class LossPane(Titled, Container, can_focus=False):
    """The mean loss of each finished update and, with a test set, of each epoch's end.

    The branch that the run stands on is a line; the others are rows of points under it.
    """

    def __init__(self, updates_per_epoch: int) -> None:
        super().__init__(id="loss")
        self.entitle("Loss")
        self._curves: tuple[Curve, ...] = ()
        self._drawn: list[tuple[str, int]] = []
        self._loss: float | None = None
        self._per_epoch = updates_per_epoch
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """A sentence until there is something to draw; the chart is made when it is needed."""
        yield Static("", id="loss-words", markup=False)

    def show(self, frame: Frame, focus: Focus) -> None:
        """Draw the losses of a frame, soon."""
        self._curves, self._loss = frame.curves, frame.snapshot.loss
        if self._timer is None:
            self._timer = self.set_timer(SELDOM if frame.on_the_way else DELAY, self._draw)

    @property
    def is_waiting(self) -> bool:
        """Whether a drawing is due."""
        return self._timer is not None

    def on_resize(self) -> None:
        """Another width takes other points."""
        self._drawn = []
        if self._timer is None and self._curves:
            self._timer = self.set_timer(DELAY, self._draw)

    def _draw(self) -> None:
        self._timer = None
        if not self._curves or not self.display or not self.size.width:
            return
        *others, current = self._curves
        words = self.query_one("#loss-words", Static)
        words.update(self._words(current.losses), layout=False)
        curves = [*others[-MOST_OTHERS:], current]
        shown = [(curve.name, curve.losses.updates) for curve in curves]
        if shown != self._drawn:
            self._drawn = shown
            self._chart(curves)

    def _words(self, losses: Losses) -> str:
        parts = []
        if self._loss is not None:
            parts.append(f"example {self._loss:.4g}")
        for series in ("batch", "epoch", "test"):
            value = losses.last(series)
            if value is not None:
                parts.append(f"{series} {value:.4g}")
        return " " + "  ".join(parts) if parts else " no example has met its loss yet"

    def _chart(self, curves: list[Curve]) -> None:
        # Imported here: plotext takes longer to load than everything else before the first paint.
        from textual_plotext import PlotextPlot

        found = self.query(PlotextPlot)
        updates = max(curve.losses.updates for curve in curves)
        if not updates:
            found.remove()
            return
        if not found:
            self.mount(PlotextPlot())
        plot = self.query_one(PlotextPlot)
        points = 2 * max(self.size.width - 8, 8)
        plt = plot.plt
        plt.clear_data()
        ticks = sorted({1 + (updates - 1) * n // 4 for n in range(5)})  # whole updates, from 1
        plt.xticks([tick - 1 for tick in ticks], [f"{tick:,}" for tick in ticks])
        for curve in curves:
            _plot(plt, curve, points)
        current = curves[-1].losses
        if current.last("test") is not None:
            xs, ys = current.sampled("test", points)
            ends = [(x + 1) * self._per_epoch - 1 for x in xs]
            plt.plot(ends, ys, marker="dot", color="orange")
        plot.refresh()


def _plot(plt: Any, curve: Curve, points: int) -> None:
    xs, ys = curve.losses.sampled("batch", points)
    if curve.current:
        plt.plot(xs, ys, marker="braille", color="blue")
    else:
        plt.scatter(xs, ys, marker="·", color="gray")
