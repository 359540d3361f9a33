"""The widgets that plot losses: the only module that imports plotext, which loads slowly.

plotext draws the curves and bars; axis, ticks and labels are written beside them, so that a tick
stands exactly in its row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import isfinite
from time import perf_counter
from typing import Final

from msgspec import Struct
from rich.cells import cell_len
from rich.color import Color as RichColor
from rich.style import Style
from rich.text import Text
from textual.color import Color
from textual.events import Click
from textual.geometry import clamp
from textual.message import Message
from textual_plotext import PlotextPlot

from nntui.text import cut, padded
from nntui.tui.frame import line_of
from nntui.tui.panes.chart_scale import DOTS, LEAST_HEIGHT, curve_rows
from nntui.tui.panes.loss_chart import GAP, ZERO, Chart, Label, Series
from nntui.tui.theme import Colours

_NARROWEST: Final = 16
"""Columns of the curves that labels must leave."""
_BRAILLE: Final = "braille"
_TEST: Final = "•"

Cell = tuple[str, Style]
_PLAIN: Final = Style()
_PIECES: Final = re.compile(r"\x1b\[([0-9;]*)m|([^\x1b]+)")
_INK: Final = re.compile(r"38;2;([0-9]+);([0-9]+);([0-9]+)")
"""The colour of a sign, as plotext writes it; that of the ground is the widget’s own."""

_PATTERNS: Final = ("#", "#####...", "#..", "#####..#..", "##########....", "##..")
"""By a branch’s number: the dots of its line, and how they go on; ``line_of`` shows the same."""
_FAINT: Final = 0.6
"""How much of its colour a line has that lies ahead, and what is only behind a line."""


class Bars(Struct, frozen=True):
    """Losses of single examples: (name, loss, text of the loss), the last one is at hand."""

    rows: tuple[tuple[str, float, str], ...]


class LossPlot(PlotextPlot, can_focus=False):
    """Draws a chart, or bars, in the colours of the theme."""

    @dataclass
    class Chosen(Message):
        """The user clicked on an epoch or update (``x``, 0 is the start), or on a branch’s name."""

        x: int
        branch: str | None = None

    def __init__(self) -> None:
        super().__init__()
        self.took = 0.0
        """Seconds of the last drawing."""
        self._shown: Chart | Bars | None = None
        self._colours: Colours | None = None
        self._left = self._columns = 0
        self._named: dict[int, str] = {}

    def show(self, shown: Chart | Bars, colours: Colours) -> None:
        self._shown, self._colours = shown, colours
        self.refresh()

    def render(self) -> Text:
        if self._shown is None or self._colours is None or not self.size.area:
            return Text()
        begun = perf_counter()
        try:
            if isinstance(self._shown, Bars):
                return self._bars(self._shown, self._colours)
            return self._chart(self._shown, self._colours)
        finally:
            self.took = perf_counter() - begun

    def on_click(self, event: Click) -> None:
        """Choose the epoch or update under the mouse, or the branch whose name is there."""
        chart, column = self._shown, event.x - self._left
        if not isinstance(chart, Chart):
            return
        if column >= self._columns:
            if event.y in self._named:
                self.post_message(self.Chosen(0, self._named[event.y]))
            return
        if column < -1:
            return
        share = column / max(self._columns - 1, 1)
        x = round(chart.left + (chart.right - chart.left) * share) if column >= 0 else 0
        self.post_message(self.Chosen(x))

    # ---- curves --------------------------------------------------------------------------------

    def _chart(self, chart: Chart, colours: Colours) -> Text:
        width, height = self.size
        rows = curve_rows(height)
        gutter = max((cell_len(text) for _, text in chart.y_ticks), default=1) + 1
        margin = _margin(chart.labels, width - gutter)
        columns = max(width - gutter - margin, 1)
        self._left, self._columns = gutter, columns
        words, line = colours.chart("words").rich_color, colours.chart("line").rich_color
        canvas = self._curves(chart, colours, columns, rows)
        _write_here(canvas, chart, colours)
        ticks = {rows - n: text for n, text in chart.y_ticks if n or height >= LEAST_HEIGHT}
        labels = _placed(chart.labels, rows)
        self._named = {row: label.name for row, label in labels.items()}
        text = Text(no_wrap=True)
        for row in range(rows):
            tick = ticks.get(row, "")
            text.append(padded(tick, gutter - 1, right=True), Style(color=words))
            text.append("┤" if tick else "│", Style(color=line))
            for sign, style in canvas[row]:
                text.append(sign, style)
            if row in labels:
                text.append_text(_label_text(labels[row], margin, colours))
            text.append("\n")
        if height >= LEAST_HEIGHT:
            places = _tick_columns(chart, columns)
            axis = "".join("┬" if n in places else "─" for n in range(columns))
            text.append(padded(ticks.get(rows, ""), gutter - 1, right=True), Style(color=words))
            text.append(f"┼{axis}\n", Style(color=line))
            text.append(_numbers(chart, places, gutter, width - margin), Style(color=words))
        return text

    def _curves(self, chart: Chart, colours: Colours, columns: int, rows: int) -> list[list[Cell]]:
        """Return the rows of cells that plotext draws."""
        plt = self._cleared(columns, rows)
        across, up = 2 * columns - 1, DOTS * rows - 1
        plt.xlim(0, max(across, 1))
        plt.ylim(0, max(up, 1))

        def dot(x: float) -> float:
            return _share(chart, x) * across

        if chart.more_known and chart.here is not None:
            plt.vertical_line(dot(chart.here.x), colours.chart("line").rgb)
        for series in chart.series:
            colour = _ink(series, colours).rgb
            if series.kind == "test":
                known = [(dot(x), y) for x, y in zip(series.xs, series.ys, strict=True)]
                known = [(x, _in_line(y, rows) * up) for x, y in known if isfinite(y)]
                marker = _TEST
            elif series.kind == "raw":
                points = zip(series.xs, series.ys, strict=True)
                known = [(dot(x), y * up) for x, y in points if isfinite(y)]
                marker = _BRAILLE
            else:
                known = list(_dots(series, dot, up))
                marker = _BRAILLE
            if known:
                xs, ys = map(list, zip(*known, strict=True))
                plt.scatter(xs, ys, marker=marker, color=colour)
        for places, height_of, sign in ((chart.gaps, 1.0, GAP), (chart.zeros, 0.0, ZERO)):
            if places:
                ink = colours.chart("gap" if sign == GAP else "words").rgb
                xs = [dot(x) for x in places]
                plt.scatter(xs, [height_of * up] * len(places), marker=sign, color=ink)
        if chart.here is not None:
            at = [_in_line(chart.here.y, rows) * up]
            ink = colours.chart("here").rgb
            plt.scatter([dot(chart.here.x)], at, marker=chart.here.sign, color=ink)
        return _cells(plt.build(), columns, rows)

    # ---- bars ----------------------------------------------------------------------------------

    def _bars(self, bars: Bars, colours: Colours) -> Text:
        """Draw a bar for each loss that fits, the newest last."""
        width, height = self.size
        shown = bars.rows[-height:]
        names = max(cell_len(name) for name, _, _ in shown) + 1
        values = max(cell_len(text) for _, _, text in shown) + 1
        columns = max(width - names - values, 1)
        plt = self._cleared(columns, len(shown))
        lengths = [max(loss, 0.0) if isfinite(loss) else 0.0 for _, loss, _ in shown]
        plt.xlim(0, max(*lengths, 1e-300))
        plt.ylim(1, max(len(shown), 2))
        places = range(len(shown), 0, -1)
        for now in (False, True):
            some = [(n, x) for n, x in zip(places, lengths, strict=True) if (n == 1) == now and x]
            if some:
                ys, xs = map(list, zip(*some, strict=True))
                ink = colours.chart("here" if now else "train").rgb
                plt.bar(ys, xs, orientation="horizontal", width=0.01, marker="▄", color=ink)
        plt.yticks([])
        plt.xticks([])
        canvas = _cells(plt.build(), columns, len(shown))
        text = Text(no_wrap=True)
        for (name, _, value), cells in zip(shown, canvas, strict=True):
            text.append(padded(name, names), Style(color=colours.chart("words").rich_color))
            for sign, style in cells:
                text.append(sign, style)
            text.append(f" {value}\n")
        return text

    def _cleared(self, columns: int, rows: int):  # type: ignore[no-untyped-def]
        """Return plotext’s figure, empty, without axes, of a size."""
        plt = self.plt
        plt.clear_figure()
        plt.plotsize(columns, rows)
        plt._set_size(columns, rows)  # as PlotextPlot does: plotsize alone keeps an older size
        plt.xaxes(False, False)
        plt.yaxes(False, False)
        plt.yticks([])
        plt.xticks([])
        return plt


def _ink(series: Series, colours: Colours) -> Color:
    """Return the colour of a series: that of its branch, fainter where it lies ahead."""
    if series.kind == "test":
        return colours.chart("test")
    return colours.shade(
        colours.branch(series.branch), _FAINT if series.kind in ("ahead", "raw") else 1.0
    )


def _share(chart: Chart, x: float) -> float:
    """Return how far along the axis x is, from 0 to 1; a single place is in the middle."""
    if chart.right <= chart.left:
        return 0.5
    return clamp((x - chart.left) / (chart.right - chart.left), 0.0, 1.0)


def _dots(series: Series, dot, up: int) -> Iterator[tuple[int, int]]:  # type: ignore[no-untyped-def]
    """Yield the dots of a line in the style of its branch, each one once."""
    pattern = _PATTERNS[series.branch % len(_PATTERNS)]
    points = [(round(dot(x)), y) for x, y in zip(series.xs, series.ys, strict=True)]
    last, count = None, 0
    for (x, y), (x2, y2) in pairwise([*points, points[-1]]):
        if not isfinite(y):
            continue
        start, end = (
            (x, round(y * up)),
            (x2, round(y2 * up)) if isfinite(y2) else (x, round(y * up)),
        )
        length = max(abs(end[0] - start[0]), abs(end[1] - start[1]))
        for n in range(length + 1):
            part = n / max(length, 1)
            at = (
                round(start[0] + (end[0] - start[0]) * part),
                round(start[1] + (end[1] - start[1]) * part),
            )
            if at == last:
                continue
            last = at
            if pattern[count % len(pattern)] == "#" or len(points) == 1:
                yield at
            count += 1


def _cells(ansi: str, columns: int, rows: int) -> list[list[Cell]]:
    """Return the rows of a canvas that plotext wrote, each cell with its style."""
    found: list[list[Cell]] = []
    style = _PLAIN
    for line in [*ansi.split("\n"), *[""] * rows][:rows]:
        cells: list[Cell] = []
        for code, text in _PIECES.findall(line):
            if text:
                cells += [(sign, style) for sign in text]
            elif (ink := _INK.fullmatch(code)) is not None:
                style = _style(*map(int, ink.groups()))
            elif code == "0":
                style = _PLAIN
        found.append([*cells, *[(" ", _PLAIN)] * (columns - len(cells))][:columns])
    return found


@lru_cache(maxsize=256)
def _style(red: int, green: int, blue: int) -> Style:
    return Style(color=RichColor.from_rgb(red, green, blue))


def _write_here(canvas: list[list[Cell]], chart: Chart, colours: Colours) -> None:
    """Write the loss of here beside its point, where least is hidden; a label has it, too."""
    here, rows = chart.here, len(canvas)
    if here is None or chart.labels or not rows:
        return
    columns = len(canvas[0])
    column = round(_share(chart, here.x) * (2 * columns - 1)) // 2
    row = rows - 1 - round(here.y * (DOTS * rows - 1)) // DOTS
    length = len(here.value)
    places = [
        (row + below, start)
        for below in (-1, 1, 0)
        for start in (column + 2, column - length - 1, column - length // 2)
        if 0 <= row + below < rows and 0 <= start <= columns - length
        and (below or start > column or start + length <= column)
    ]  # fmt: skip
    if not places:
        return

    def hidden(place: tuple[int, int]) -> int:
        cells = canvas[place[0]][place[1] : place[1] + length]
        return sum(1 for sign, _ in cells if sign.strip("\u2800 "))

    at, start = min(places, key=hidden)
    style = Style(color=colours.chart("here").rich_color)
    canvas[at][start : start + length] = [(sign, style) for sign in here.value]


def _margin(labels: Sequence[Label], width: int) -> int:
    """Return the columns of the labels at the ends of the lines; 0 where there is no room."""
    if not labels:
        return 0
    wanted = max(cell_len(f"── {label.said} {label.value}") for label in labels) + 2
    room = max(min(wanted, width - _NARROWEST, max(width // 2, 20)), 0)
    return room if room >= min(wanted, 12) else 0


def _placed(labels: Sequence[Label], rows: int) -> dict[int, Label]:
    """Return the row of each label: that of its line’s end, or the nearest free one below."""
    found: dict[int, Label] = {}
    for n, label in enumerate(labels[:rows]):
        wanted = rows - 1 - round(label.y * (DOTS * rows - 1)) // DOTS
        last = max(found, default=-1)
        found[min(max(wanted, last + 1), rows - len(labels[:rows]) + n)] = label
    return found


def _label_text(label: Label, margin: int, colours: Colours) -> Text:
    """Return a branch’s style of line, its name and its last loss; bold is the current one."""
    if not margin:
        return Text()
    ink = Style(color=colours.branch(label.branch).rich_color, bold=label.current or None)
    sign = line_of(label.branch)
    room = margin - cell_len(f" {sign}  {label.value}")
    return Text(f" {sign} {cut(label.said, max(room, 1))} {label.value}", ink, no_wrap=True)


def _tick_columns(chart: Chart, columns: int) -> dict[int, str]:
    """Return the columns of the ticks of x, with their texts."""
    return {round(_share(chart, x) * (2 * columns - 1)) // 2: text for x, text in chart.x_ticks}


def _numbers(chart: Chart, places: dict[int, str], gutter: int, width: int) -> str:
    """Return the row of numbers below the axis, what they count at its left."""
    cells = [" "] * width
    free = 0
    for column, text in [(-gutter, f" {chart.unit}"), *places.items()]:
        wanted = gutter + column - (len(text) // 2 if column >= 0 else 0)
        start = min(wanted, width - len(text))
        if start >= free:
            cells[start : start + len(text)] = text
            free = start + len(text) + 1
    return "".join(cells)


def _in_line(y: float, rows: int) -> float:
    """Return the height at which plotext puts a sign into the row of a Braille line at ``y``.

    It rounds to rows for a sign and to dots for a line: they could be a row apart.
    """
    if rows < 2 or not isfinite(y):
        return y
    return round(y * (DOTS * rows - 1)) // DOTS / (rows - 1)
