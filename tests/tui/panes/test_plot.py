"""The plot of the losses."""

from __future__ import annotations

import pytest
from rich.text import Text
from textual_plotext.plotext_plot import Plot

from nntui.tui.panes.plot import _in_line


def _row(y: float, marker: str, rows: int) -> int:
    """Return the row of a plot that a point is in."""
    plot = Plot()
    plot.plotsize(20, rows)
    plot._set_size(20, rows)
    plot.xaxes(False, False)
    plot.yaxes(False, False)
    plot.xlim(0, 1)
    plot.ylim(0, 1)
    plot.xticks([])
    plot.yticks([])
    plot.scatter([0.5], [y], marker=marker)
    lines = Text.from_ansi(plot.build()).plain.split("\n")
    return next(n for n, line in enumerate(lines) if line.strip("\u2800 "))


@pytest.mark.parametrize("rows", [1, 2, 5, 12, 17])
def test_a_sign_stands_in_the_row_of_the_line_that_it_is_on(rows):
    for y in (n / 40 for n in range(41)):
        assert _row(_in_line(y, rows), "●", rows) == _row(y, "braille", rows)
