"""The loss pane: the losses so far and the accuracy in words, and a chart drawn between keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Container
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static

from nntui.explain.numbers import rounded
from nntui.tui.frame import Frame, NeuronFocus
from nntui.tui.panes.loss_chart import ChartOptions, chart_of
from nntui.tui.panes.pane import TitledPane
from nntui.tui.theme import Colours

DELAY: Final = 0.1
"""Seconds from a step to the chart's next drawing, at most: a key press never waits for it."""
SELDOM: Final = 0.5
"""The same while a run is under way, which a drawing would slow down."""
REST: Final = 0.3
"""Seconds without another frame after which a run is taken to rest."""
FEW: Final = 2_000
"""Parameters that are compared one by one; of more, only whether they are the same object."""
# Not the dots that the line is drawn with: beside a word they look like points of the chart.
LINE: Final = "━ "

_Part = tuple[str, str | None, str]
"""Of the words: a sign, the part of the chart that has its colour, and a text."""


class LossPane(TitledPane, Container, can_focus=False):
    """Training and test losses per update or per epoch.

    The current branch is a line; what is known of its future is fainter, and so are the other
    branches, which are points under it. A loss that is no number is a cross at the top, one of
    exactly 0 is a 0 at the bottom of a logarithmic scale.
    """

    def __init__(self, updates_per_epoch: int) -> None:
        super().__init__(id="loss")
        self.set_title("Loss")
        self._frame: Frame | None = None
        self._options = ChartOptions()
        self._drawn: object = None
        self._per_epoch = updates_per_epoch
        self._timer: Timer | None = None
        self._accuracy = AccuracyCounter(self, partial(self._draw_soon, DELAY))

    def compose(self) -> ComposeResult:
        yield Static("", id="loss-words", markup=False)

    def show(self, frame: Frame, focus: NeuronFocus) -> None:
        """Draw the losses of a frame when the keyboard rests."""
        self._frame = frame
        self._draw_soon(SELDOM if frame.on_the_way else DELAY)
        self._accuracy.count_soon(frame)

    def set_options(self, options: ChartOptions) -> None:
        self._options = options
        self._draw_soon(DELAY)

    @property
    def is_waiting(self) -> bool:
        """Whether a drawing is due."""
        return self._timer is not None or self._accuracy.is_waiting

    def on_resize(self) -> None:
        self._drawn = None
        self._draw_soon(DELAY)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self.on_resize()

    def _draw_soon(self, seconds: float) -> None:
        if self._timer is None and self._frame is not None:
            self._timer = self.set_timer(seconds, self._draw)

    def _draw(self) -> None:
        self._timer = None
        frame = self._frame
        if frame is None or not self.display or not self.size.width or not self.is_attached:
            return  # not attached: the app is ending
        colours = Colours.of_app(self.app)
        words = self._words(frame, colours)
        self.query_one("#loss-words", Static).update(words, layout=False)
        news = [(c.name, c.losses.updates, c.losses.known.updates) for c in frame.curves]
        if (news, self._options) != self._drawn:
            self._drawn = (news, self._options)
            self._chart(frame, colours)

    def _chart(self, frame: Frame, colours: Colours) -> None:
        width, height = self.size.width, self.size.height - 1
        ticks = max(min(width // 12, 6), 2), max(min(height // 3, 6), 2)
        chart = chart_of(frame.curves, self._options, self._per_epoch, 2 * width, ticks)
        # Imported here: plotext takes longer to load than everything before the first paint.
        from nntui.tui.panes.plot import LossPlot

        found = self.query(LossPlot)
        legend = [] if chart is None else [chart.signs, self._options.words]
        self.border_subtitle = " · ".join(filter(None, legend))
        if chart is None:
            found.remove()
            return
        if not found:
            self.mount(LossPlot())
        self.query_one(LossPlot).show(chart, colours)

    def _words(self, frame: Frame, colours: Colours) -> Text:
        """Return the newest losses, which are the chart’s legend too, as far as they fit."""
        losses, others = frame.curves[-1].losses, len(frame.curves) - 1
        accuracy = self._accuracy.words(frame)
        drawn, other = ("epoch", "batch") if self._options.per_epoch else ("batch", "epoch")
        parts: list[_Part] = [
            (sign, kind, f"{name} {rounded(3)(value)}")
            for name, kind, sign, value in (
                (drawn, "train", LINE, losses.last(drawn)),
                ("test", "test", "• ", losses.last("test")),
                (other, None, "", losses.last(other)),
                ("example", None, "", frame.snapshot.loss),
            )
            if value is not None
        ]
        if not parts:
            return Text("  ".join([" no example has met its loss yet", *accuracy[:1]]))
        legend = sum(1 for _, kind, _ in parts if kind)
        if self._options.per_epoch and not losses.known.epochs:
            parts.insert(0, ("", None, "no epoch is finished yet"))
            legend += 1
        if not (losses.known.updates or others):
            parts.append(("", None, "no update is finished yet"))
        if others:
            parts.append(("· ", "other", f"{others} other branch{'es' if others > 1 else ''}"))
        # The longest form of the accuracy beside which all losses fit.
        lines = [[*parts[:legend], ("", None, form), *parts[legend:]] for form in accuracy]
        lines = lines or [parts]
        width, words = self.size.width - 1, Text(" ", no_wrap=True)
        fits = (line for line in lines if sum(cell_len(s + t) + 2 for s, _, t in line) - 2 <= width)
        for sign, kind, text in next(fits, lines[-1]):
            start = sign if len(words) == 1 else f"  {sign}"
            if cell_len(words.plain + start + text) <= width + 1:
                ink = Style(color=colours.chart(kind).rich_color) if kind else ""
                words.append(start, ink).append(text)
        return words


class AccuracyCounter:
    """Counts right classifications in a thread, while the run rests; calls ``counted`` afterwards.

    A count holds as long as the parameters and the data are the same.
    """

    def __init__(self, pane: Widget, counted: Callable[[], None]) -> None:
        self._pane, self._counted = pane, counted
        self._frame: Frame | None = None
        self._counted_frame: Frame | None = None
        self._words: tuple[str, ...] = ()
        self._timer: Timer | None = None
        self._busy = False

    def count_soon(self, frame: Frame) -> None:
        """Count at this frame, if no other follows within ``REST`` seconds."""
        self._frame = frame
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if not (frame.on_the_way or self._is_counted(frame)):
            self._timer = self._pane.set_timer(REST, self._begin)

    def words(self, frame: Frame) -> tuple[str, ...]:
        """Return the count at a frame, the longest form first; () until it is counted."""
        return self._words if self._is_counted(frame) else ()

    @property
    def is_waiting(self) -> bool:
        """Whether a count is under way or due."""
        return self._busy or self._timer is not None

    def _is_counted(self, frame: Frame) -> bool:
        """Return whether parameters and data are those counted; a snapshot keeps what is equal."""
        known = self._counted_frame
        if known is None or known.experiment is not frame.experiment:
            return False
        old, new = known.snapshot, frame.snapshot
        return _equal(old.b, new.b) and _equal(old.w, new.w)

    def _begin(self) -> None:
        self._timer = None
        frame = self._frame
        if frame is not None and self._pane.display and not self._busy:
            self._busy = True
            # No partial: Textual logs its repr, with every number in its arguments.
            self._pane.run_worker(lambda: self._count(frame), thread=True, group="accuracy")

    def _count(self, frame: Frame) -> None:
        words: tuple[str, ...] = ()
        try:
            words = accuracy_text(frame)
        finally:
            self._pane.call_later(self._end, frame, words)

    def _end(self, frame: Frame, words: tuple[str, ...]) -> None:
        self._busy, self._counted_frame, self._words = False, frame, words
        if self._frame is not None and self._timer is None and not self._is_counted(self._frame):
            self.count_soon(self._frame)
        self._counted()


def accuracy_text(frame: Frame) -> tuple[str, ...]:
    """Return ``accuracy 95 % of 40, test 90 % of 10`` and a shorter form; () without classes.

    The percentages are rounded down: 100 % means that all are right.
    """
    from nntui.engine.evaluate import classifies, right_ones

    experiment, b, w = frame.experiment, frame.snapshot.b, frame.snapshot.w
    if not classifies(experiment):
        return ()
    parts = {"accuracy": experiment.train_examples, "test": experiment.test_examples}
    counts = [
        (name, right_ones(experiment, examples, b, w), len(examples))
        for name, examples in parts.items()
        if examples
    ]
    return (
        ", ".join(f"{name} {100 * n // of} % of {of:,}" for name, n, of in counts),
        ", ".join(f"{name} {n:,}/{of:,}" for name, n, of in counts),
    )


def _equal(one: Mapping[Any, float], other: Mapping[Any, float]) -> bool:
    return one is other or (len(one) == len(other) <= FEW and one == other)
