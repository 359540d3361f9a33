"""The widget that plots the losses: the only module that imports plotext, which loads slowly."""

from __future__ import annotations

from itertools import groupby
from math import isfinite
from typing import Final

from rich.text import Text
from textual_plotext import PlotextPlot

from nntui.tui.panes.loss_chart import GAP, ZERO, Chart
from nntui.tui.theme import Colours

LEAST_HEIGHT: Final = 4
"""Rows below which the x axis is left out."""
_AXIS: Final = 2
"""Rows of the x axis: a line, and the numbers."""
_DOTS: Final = 4
"""Rows of Braille dots in a row of cells."""
_LINE: Final = "braille"
_MARKERS: Final = {"train": _LINE, "ahead": _LINE, "test": "•", "other": "·"}


class LossPlot(PlotextPlot, can_focus=False):
    """Draws a chart in the colours of the theme."""

    def __init__(self) -> None:
        super().__init__()
        self._chart: Chart | None = None
        self._colours: Colours | None = None

    def show(self, chart: Chart, colours: Colours) -> None:
        self._chart, self._colours = chart, colours
        self.refresh()

    def render(self) -> Text:
        if self._chart is None or self._colours is None or not self.size.area:
            return Text()
        chart, colours, plt = self._chart, self._colours, self.plt
        width, height = self.size
        plt.clear_figure()
        plt.plotsize(width, height)
        plt._set_size(width, height)  # as PlotextPlot does: plotsize alone keeps an older size
        plt.canvas_color(colours.background.rgb)
        plt.axes_color(colours.background.rgb)
        plt.ticks_color(colours.chart("words").rgb)
        plt.xaxes(height >= LEAST_HEIGHT, False)
        plt.yaxes(True, False)
        plt.xlim(chart.left - 0.5, chart.right + 0.5)
        plt.ylim(0.0, 1.0)
        plt.yticks(*_ticks(chart.y_ticks))
        plt.xticks(*(_ticks(chart.x_ticks) if height >= LEAST_HEIGHT else ([], [])))
        if chart.more_known and chart.here is not None:
            plt.vertical_line(chart.here[0], colours.chart("line").rgb)
        rows = height - (_AXIS if height >= LEAST_HEIGHT else 0)
        for series in chart.series:
            points = zip(series.xs, series.ys, strict=True)
            for known, run in groupby(points, lambda point: isfinite(point[1])):
                if not known:
                    continue
                xs, ys = map(list, zip(*run, strict=True))
                dots = series.kind in ("other", "test") or len(xs) == 1
                draw = plt.scatter if dots else plt.plot
                if _MARKERS[series.kind] != _LINE:
                    ys = [_in_line(y, rows) for y in ys]
                draw(xs, ys, marker=_MARKERS[series.kind], color=colours.chart(series.kind).rgb)
        for places, height_of, sign in ((chart.gaps, 1.0, GAP), (chart.zeros, 0.0, ZERO)):
            if places:
                ink = colours.chart("gap" if sign == GAP else "words").rgb
                plt.scatter(places, [height_of] * len(places), marker=sign, color=ink)
        if chart.here is not None:
            x, y, sign = chart.here
            plt.scatter([x], [_in_line(y, rows)], marker=sign, color=colours.chart("here").rgb)
        return Text.from_ansi(plt.build())


def _in_line(y: float, rows: int) -> float:
    """Return the height at which plotext puts a sign into the row of a Braille line at ``y``.

    It rounds to rows for a sign and to dots for a line: they could be a row apart.
    """
    if rows < 2 or not isfinite(y):
        return y
    return round(y * (_DOTS * rows - 1)) // _DOTS / (rows - 1)


def _ticks(ticks: tuple[tuple[float, str], ...]) -> tuple[list[float], list[str]]:
    return [place for place, _ in ticks], [text for _, text in ticks]
