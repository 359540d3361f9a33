"""The loss pane: the newest losses, why they stand still, and a chart drawn between keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static

from nntui.engine.evaluate import classifies
from nntui.engine.schedule import Schedule
from nntui.explain.numbers import rounded
from nntui.text import cut, wrapped
from nntui.tui.frame import HERE, Frame, NeuronFocus
from nntui.tui.keys import every_key
from nntui.tui.panes.chart_scale import curve_rows
from nntui.tui.panes.loss_chart import Chart, ChartOptions, chart_of
from nntui.tui.panes.loss_facts import EngineOf, LossFacts
from nntui.tui.panes.pane import TitledPane
from nntui.tui.theme import Colours

if TYPE_CHECKING:
    from nntui.engine.surface import Answers

DELAY: Final = 0.1
"""Seconds from a step to the chart's next drawing, at most: a key press never waits for it."""
_SHARE: Final = 4
"""Times as long as a drawing takes until the next one: while a run plays it gets a fifth."""
SELDOM: Final = 0.5
"""The same while a run is under way, which a drawing would slow down."""
NO_LOSS: Final = "No loss yet: it is computed at the end of the forward pass."
_BETWEEN: Final = " · "
_ROOMY: Final = 7
"""Rows of the pane from which two lines may say why the loss stands still."""
_GUTTER: Final = 6
"""About the columns left of it."""

_Part = tuple[str | None, str]
"""Of the words: the part of the chart that has the colour of its sign •, and a text."""


class LossPane(TitledPane, Container, can_focus=False):
    """The losses per epoch or per update: each branch a line in its own colour and style.

    What is known of the current branch beyond this moment is fainter; losses of the test set are
    dots. A loss that is no number is a cross at the top, one of exactly 0 is a 0 at the bottom of a
    logarithmic scale. Until the curve begins, bars show the losses of the examples so far.
    """

    wants_answers = True

    class Travel(Message):
        """The user chose a moment in the chart: so many finished updates; or a branch."""

        def __init__(self, updates: int, branch: str | None) -> None:
            super().__init__()
            self.updates, self.branch = updates, branch

    def __init__(self, schedule: Schedule, keymap: Mapping[str, str], engine_of: EngineOf) -> None:
        super().__init__(id="loss")
        self.set_title("Loss")
        self._schedule = schedule
        keys = every_key()
        self._log_key, self._epochs_key = (
            keys[name].display(keymap) for name in ("loss-log", "loss-epochs")
        )
        self._frame: Frame | None = None
        self._options = ChartOptions()
        self._drawn: object = None
        self._said: object = None
        self._took = 0.0
        self._rows_of_words, self._lines_of_why = 1, 0
        self._timer: Timer | None = None
        self._facts = LossFacts(self, schedule, engine_of, lambda: self._draw_soon(DELAY))
        self._accuracy: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        yield Static("", id="loss-words", markup=False)
        yield Static("", id="loss-why", markup=False)

    def show(self, frame: Frame, focus: NeuronFocus) -> None:
        """Draw the losses of a frame when the keyboard rests."""
        self._frame = frame
        self._draw_soon(SELDOM if frame.on_the_way else DELAY)
        self._facts.find_soon(frame)

    def show_answers(self, answers: Answers) -> None:
        """Say how many of the examples are classified right, where they are classified."""
        accuracy = accuracy_text(answers) if classifies(answers.experiment) else ()
        if accuracy != self._accuracy:
            self._accuracy = accuracy
            self._draw_soon(DELAY)

    def set_options(self, options: ChartOptions) -> None:
        self._options = options
        self._draw_soon(DELAY)

    @property
    def is_waiting(self) -> bool:
        """Whether a drawing is due."""
        return self._timer is not None or self._facts.is_waiting

    @property
    def per_epoch(self) -> bool:
        """Whether the chart counts epochs: one is known, and they are wanted."""
        curves = self._frame.curves if self._frame else ()
        return self._options.per_epoch and any(c.losses.known.epochs for c in curves)

    def moved(self, by: int) -> int:
        """Return the finished updates of the epoch, or update, some further on (or back)."""
        assert self._frame is not None
        unit = self._schedule.updates_per_epoch if self.per_epoch else 1
        updates = self._frame.snapshot.losses.updates
        there = updates // unit + by if by > 0 else -(-updates // unit) + by
        return min(max(there, 0) * unit, self._schedule.updates)

    def on_resize(self) -> None:
        self._drawn = self._said = None
        self._draw_soon(DELAY)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self.on_resize()

    def _draw_soon(self, seconds: float) -> None:
        if self._timer is None and self._frame is not None:
            self._timer = self.set_timer(max(seconds, _SHARE * self._took), self._draw)

    def _draw(self) -> None:
        self._timer = None
        frame = self._frame
        if frame is None or not self.display or not self.size.width or not self.is_attached:
            return  # not attached: the app is ending
        colours = Colours.of_app(self.app)
        words, why = self._words(frame, colours), self._why(frame)
        rows = words.plain.count("\n") + 1
        if (words, why) != self._said:
            self._said = words, why
            self._say(words, rows, Text("\n".join(why), colours.faint, no_wrap=True), len(why))
        met = self._facts.met(frame)
        news = [(c.name, c.losses.updates, c.losses.known.updates) for c in frame.curves]
        if (news, met, self._options) != self._drawn and self._chart(
            frame, met, colours, self.size.height - len(why) - rows
        ):
            self._drawn = (news, met, self._options)

    def _say(self, words: Text, rows: int, why: Text, lines: int) -> None:
        line = self.query_one("#loss-words", Static)
        line.update(words, layout=False)
        if rows != self._rows_of_words:
            line.styles.height = self._rows_of_words = rows
        line = self.query_one("#loss-why", Static)
        line.update(why, layout=False)
        if lines != self._lines_of_why:
            line.display, line.styles.height = bool(lines), max(lines, 1)
            self._lines_of_why, self._drawn = lines, None

    def _why(self, frame: Frame) -> list[str]:
        """Return why the loss stands still, in one line, or in two where a chart has room."""
        width, forms = self.size.width - 2, self._facts.why(frame)
        if not forms:  # while it is being found, the chart does not jump
            return [""] * self._lines_of_why if self._facts.is_waiting else []
        lines = wrapped(next((f for f in forms if cell_len(f) <= width), forms[-1]), width)
        most = 2 if self.size.height >= _ROOMY else 1
        if len(lines) > most:
            lines = [*lines[: most - 1], cut(" ".join(lines[most - 1 :]), width)]
        return [f" {line}" for line in lines]

    def _chart(
        self, frame: Frame, met: tuple[tuple[int, float], ...], colours: Colours, height: int
    ) -> bool:
        """Draw the chart or the bars; return whether that could be done yet."""
        size = max(self.size.width - _GUTTER, 1), curve_rows(height)
        per_epoch, summed = self._schedule.updates_per_epoch, self._summed(frame)
        chart = chart_of(frame.curves, self._options, per_epoch, size, summed=summed)
        if chart is None and not met and self._facts.is_waiting:
            return False  # the losses met are found soon: bars do not come and go
        legend = "" if chart is None else self._legend(chart, summed)
        self.write_border(subtitle=Content(legend))
        if chart is None and not met:
            self.query("LossPlot").remove()
            return True
        # Imported with the first loss: plotext takes longer to load than a key may wait.
        from nntui.tui.panes.plot import Bars, LossPlot

        if not self.query(LossPlot):
            self.mount(LossPlot())
        plot = self.query_one(LossPlot)
        self._took = plot.took
        if chart is not None:
            plot.show(chart, colours)
            return True
        now = met[-1][0]
        bars = tuple(
            (f"{HERE if n == now else ' '} example {n + 1}", loss, rounded(3)(loss))
            for n, loss in met
        )
        plot.show(Bars(bars), colours)
        return True

    def on_loss_plot_chosen(self, event: Message) -> None:
        """Travel to the epoch or update that was clicked, or to the branch."""
        from nntui.tui.panes.plot import LossPlot

        assert isinstance(event, LossPlot.Chosen)
        event.stop()
        unit = self._schedule.updates_per_epoch if self.per_epoch else 1
        self.post_message(self.Travel(min(event.x * unit, self._schedule.updates), event.branch))

    def _summed(self, frame: Frame) -> bool:
        """Whether a batch’s loss is a sum, which no epoch’s mean can be compared with."""
        return frame.experiment.training.reduction == "sum" and self._schedule.batch_size > 1

    def _legend(self, chart: Chart, summed: bool) -> str:
        """Return what is shown, and the keys that change it, as far as they fit."""
        parts = [chart.signs]
        if summed:
            parts.append("sums of batches" if chart.unit == "update" else "means of epochs")
        if self._options.log:
            parts.append("log")
        if self._options.last:
            parts.append(f"last {self._options.last:,}")
        hints = ["click: go there"]
        if not self._options.log:
            hints.insert(0, f"{self._log_key} log")
        if self._schedule.updates_per_epoch > 1:
            other = "update" if self._options.per_epoch else "epoch"
            hints.insert(0, f"{self._epochs_key} per {other}")
        parts = [part for part in parts if part]
        for hint in hints:
            if cell_len(_BETWEEN.join([*parts, hint])) <= self.size.width - 4:
                parts.append(hint)
        return _BETWEEN.join(parts)

    def _words(self, frame: Frame, colours: Colours) -> Text:
        """Return the newest losses in words, in the longest form that fits."""
        room = self.size.width - 2
        forms = self._forms(frame)
        if not forms:
            lines = wrapped(NO_LOSS, room)
            return Text("\n".join(f" {line}" for line in lines), no_wrap=True)
        parts = next((parts for parts in forms if _length(parts) <= room), forms[-1])
        words = Text(" ", no_wrap=True)
        for n, (kind, text) in enumerate(parts):
            words.append(_BETWEEN if n else "")
            if kind:
                words.append("• ", Style(color=colours.chart(kind).rich_color))
            words.append(cut(text, room))
        return words

    def _forms(self, frame: Frame) -> list[list[_Part]]:
        """Return what can be said of the newest losses, the longest first; [] without any."""
        snapshot, number = frame.snapshot, rounded(3)
        losses, known = frame.curves[-1].losses, frame.curves[-1].losses.known
        if not losses.updates:
            if known.updates:
                unit, reached = "epoch", known.epochs
                if not reached:
                    unit, reached = "update", known.updates
                where = "at the start" if snapshot.position == 0 else "before update 1"
                return [
                    [(None, where), (None, f"{known_as} {unit} {reached:,}")]
                    for known_as in ("the curve is known up to", "known to")
                ]
            if snapshot.loss is None:
                return []
            this: _Part = (None, f"this example {number(snapshot.loss)}")
            return [[this, (None, "the curve begins at update 1")], [this]]
        following = snapshot.next
        ended = following is None or following.update == losses.updates != (
            snapshot.last.position.update if snapshot.last else None
        )
        whole = ended and losses.updates % self._schedule.updates_per_epoch == 0
        sum_, mean = (" (sum)", " (mean)") if self._summed(frame) else ("", "")
        parts: dict[str, _Part] = {}
        for series, name in (
            ("batch", f"{'this' if ended else 'last'} batch{sum_}"),
            ("epoch", f"{'whole' if whole else 'last'} epoch{mean}"),
            ("test", f"test{mean}"),
        ):
            if (loss := losses.last(series)) is not None:
                parts[series] = ("test" if series == "test" else None, f"{name} {number(loss)}")
        forms: list[list[_Part]] = []
        for accuracy in self._accuracy:
            parts["accuracy"] = (None, accuracy)
            forms.append(list(parts.values()))
        forms = forms or [list(parts.values())]
        for series in ("batch" if self.per_epoch else "epoch", "accuracy", "test"):
            if len(parts) > 1:
                parts.pop(series, None)
                forms.append(list(parts.values()))
        return [*([(None, "loss"), *form] for form in forms[:1]), *forms]


def accuracy_text(answers: Answers) -> tuple[str, ...]:
    """Return ``accuracy 95 % of 40, test 90 % of 10``, and a shorter form.

    The percentages are rounded down: 100 % means that all are right.
    """
    found = answers.predictions
    scores = [
        (name, score)
        for name, score in (("accuracy", found.trained), ("test", found.tested))
        if score.examples
    ]
    first = "the first " if len(found) < len(answers.experiment.data) else ""
    return (
        ", ".join(f"{name} {100 * n // of} % of {first}{of:,}" for name, (of, n, _) in scores),
        ", ".join(f"{name} {n:,}/{of:,}" for name, (of, n, _) in scores),
    )


def _length(parts: list[_Part]) -> int:
    between = cell_len(_BETWEEN) * (len(parts) - 1)
    return between + sum(cell_len(text) + 2 * bool(kind) for kind, text in parts)
