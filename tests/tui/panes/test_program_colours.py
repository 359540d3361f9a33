"""The colours of the program can be read in every theme, also where a line is executing."""

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from nntui.explain.source import listing
from nntui.model.optimizers import OPTIMIZERS
from nntui.network_view.colours import RGB
from nntui.tui.panes.algorithm import rows_of
from nntui.tui.theme import Colours

KINDS = ("keyword", "value", "number", "string", "comment", "definition", "other")


def rgb(colour) -> RGB:
    return RGB(*Color.from_rich_color(colour).rgb)


@pytest.mark.parametrize("name", [name for name in BUILTIN_THEMES if not name.startswith("ansi")])
@pytest.mark.parametrize("kind", KINDS)
def test_a_piece_stands_out_from_its_ground(name, kind) -> None:
    theme = BUILTIN_THEMES[name]
    colours = Colours.of(theme, theme.to_color_system().generate())
    ink = colours.code(kind).color or colours.plain.color
    grounds = [colours.plain.bgcolor]
    if kind in executed_kinds():
        grounds.append(colours.current_line.bgcolor)
    for ground in grounds:
        assert rgb(ink).contrast(rgb(ground)) >= 3.0


def executed_kinds() -> set[str]:
    """The kinds of pieces that ever stand in an executing line."""
    found = set()
    for optimizer in OPTIMIZERS:
        source = listing(optimizer)
        executed = {n for lines in source.lines_of.values() for n in lines}
        executed.update(n for n, _ in source.rule)
        rows = rows_of(optimizer, 120)
        found |= {kind for row in rows if row.line in executed for _, kind in row.pieces}
    return found


def test_what_explains_is_never_executed() -> None:
    assert executed_kinds() == {"keyword", "value", "number", "string", "other"}
