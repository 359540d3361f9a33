"""The loss pane: the losses met so far, in words, and as a chart drawn when there is time."""

from __future__ import annotations

from functools import partial
from typing import Final

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Container
from textual.timer import Timer
from textual.widgets import Static

from nntui.explain.numbers import rounded
from nntui.tui.frame import Frame, NeuronFocus
from nntui.tui.panes.loss_chart import ChartOptions, chart_of
from nntui.tui.panes.pane import TitledPane
from nntui.tui.panes.status import Scoring
from nntui.tui.theme import Colours

DELAY: Final = 0.1
"""Seconds from a step to the chart's next drawing, at most: a key press never waits for it."""
SELDOM: Final = 0.5
"""The same while a run is under way, which a drawing would slow down."""


# Not the dots that the line is drawn with: beside a word they look like points of the chart.
LINE: Final = "━ "

_Part = tuple[str, str | None, str]
"""A sign, the part of the chart whose colour it has, and words."""


class LossPane(TitledPane, Container, can_focus=False):
    """Training and test losses per update or per epoch.

    The branch that the run stands on is a line; what is known of its future is fainter, and so are
    the other branches, which are points under it. A loss that is no number is a cross at the top,
    one of exactly 0 is a 0 at the bottom of a logarithmic scale.
    """

    def __init__(self, updates_per_epoch: int) -> None:
        super().__init__(id="loss")
        self.set_title("Loss")
        self._frame: Frame | None = None
        self._look = ChartOptions()
        self._drawn: object = None
        self._per_epoch = updates_per_epoch
        self._timer: Timer | None = None
        self._scoring = Scoring(self, partial(self._draw_soon, DELAY))

    def compose(self) -> ComposeResult:
        """A sentence until there is something to draw; the chart is made when it is needed."""
        yield Static("", id="loss-words", markup=False)

    def show(self, frame: Frame, focus: NeuronFocus) -> None:
        """Draw the losses of a frame, soon."""
        self._frame = frame
        self._draw_soon(SELDOM if frame.on_the_way else DELAY)
        self._scoring.watch(frame)

    def look(self, look: ChartOptions) -> None:
        """Look at the losses in another way."""
        self._look = look
        self._draw_soon(DELAY)

    @property
    def is_waiting(self) -> bool:
        """Whether a drawing is due."""
        return self._timer is not None or self._scoring.is_waiting

    def on_resize(self) -> None:
        """Another width takes other points."""
        self._drawn = None
        self._draw_soon(DELAY)

    def notify_style_update(self) -> None:
        """Another theme has other colours."""
        super().notify_style_update()
        self.on_resize()

    def _draw_soon(self, seconds: float) -> None:
        if self._timer is None and self._frame is not None:
            self._timer = self.set_timer(seconds, self._draw)

    def _draw(self) -> None:
        self._timer = None
        frame = self._frame
        if frame is None or not self.display or not self.size.width:
            return
        colours = Colours.of(self.app.current_theme, self.app.theme_variables)
        words = self._words(frame, colours)
        self.query_one("#loss-words", Static).update(words, layout=False)
        news = [(c.name, c.losses.updates, c.losses.known.updates) for c in frame.curves]
        if (news, self._look) != self._drawn:
            self._drawn = (news, self._look)
            self._chart(frame, colours)

    def _chart(self, frame: Frame, colours: Colours) -> None:
        width, height = self.size.width, self.size.height - 1
        ticks = max(min(width // 12, 6), 2), max(min(height // 3, 6), 2)
        chart = chart_of(frame.curves, self._look, self._per_epoch, 2 * width, ticks)
        # Imported here: plotext takes longer to load than everything before the first paint.
        from nntui.tui.panes.plot import LossPlot

        found = self.query(LossPlot)
        said = [] if chart is None else [chart.signs, self._look.words]
        self.border_subtitle = " · ".join(filter(None, said))
        if chart is None:
            found.remove()
            return
        if not found:
            self.mount(LossPlot())
        self.query_one(LossPlot).show(chart, colours)

    def _words(self, frame: Frame, colours: Colours) -> Text:
        """The newest losses, which are the legend too; what there is no room for is left out."""
        losses, others = frame.curves[-1].losses, len(frame.curves) - 1
        score = self._scoring.words(frame)
        drawn, other = ("epoch", "batch") if self._look.per_epoch else ("batch", "epoch")
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
            said = score[0] if score else ""
            return Text(f" no example has met its loss yet  {said}")
        legend = sum(1 for _, kind, _ in parts if kind)
        if self._look.per_epoch and not losses.known.epochs:
            parts.insert(0, ("", None, "no epoch is finished yet"))
            legend += 1
        if not (losses.known.updates or others):
            parts.append(("", None, "no update is finished yet"))
        if others:
            parts.append(("· ", "other", f"{others} other branch{'es' if others > 1 else ''}"))
        # The longest form of the score that costs none of the losses its place.
        lines = [[*parts[:legend], ("", None, form), *parts[legend:]] for form in score] or [parts]
        width = self.size.width - 1
        return _joined(
            next((line for line in lines if _length(line) <= width), lines[-1]), colours, width
        )


def _length(parts: list[_Part]) -> int:
    return sum(cell_len(sign + text) for sign, _, text in parts) + 2 * (len(parts) - 1)


def _joined(parts: list[_Part], colours: Colours, width: int) -> Text:
    """The parts that there is room for, in a line."""
    words = Text(" ", no_wrap=True)
    for sign, kind, text in parts:
        start = sign if len(words) == 1 else f"  {sign}"
        if cell_len(words.plain + start + text) <= width + 1:
            ink = Style(color=colours.chart(kind).rich_color) if kind else ""
            words.append(start, ink).append(text)
    return words
