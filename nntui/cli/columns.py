"""Tables as text: columns that line up, in terminal cells, whatever the neurons are called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from nntui.draw.text import cells, fit

Align = Literal["left", "right", "point"]
"""Where a column's words meet: their first or last character, or their decimal points."""

GAP = "  "


def aligned(
    rows: Sequence[Sequence[str]], columns: tuple[Align, ...] = (), heading: Sequence[str] = ()
) -> Iterator[str]:
    """The heading, if any, and each row as a line; columns not spoken of stand on the left."""
    if not rows:
        return
    table = [list(row) for row in rows]
    for n in range(len(table[0])):
        if columns[n : n + 1] == ("point",):
            _meet_at_point(table, n)
    if heading:
        table.insert(0, list(heading))
    for n in range(len(table[0])):
        align = columns[n] if n < len(columns) else "left"
        width = max(cells(row[n]) for row in table)
        for row in table:
            row[n] = fit(row[n], width, "right" if align == "right" else "left")
    for row in table:
        yield GAP.join(row).rstrip()


def _meet_at_point(table: list[list[str]], column: int) -> None:
    """Pad the numbers of a column on the left, so that their points meet."""
    whole = [row[column].partition(".")[0].partition("e")[0] for row in table]
    width = max(map(len, whole))
    for row, part in zip(table, whole, strict=True):
        row[column] = " " * (width - len(part)) + row[column]
