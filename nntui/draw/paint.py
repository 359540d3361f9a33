"""Paint a layout, with the looks of neurons and connections at one step, as a picture."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Final

from nntui.draw.boxes import STOP, draw_box
from nntui.draw.canvas import Canvas, Cell, Leg, path, stroke
from nntui.draw.labels import best_slot, cover, crowd_of
from nntui.draw.layers import Draft, Edge
from nntui.draw.layout import Content, lay_out
from nntui.draw.picture import EdgeLook, EdgeState, NodeLook, Picture, Reading, Trace
from nntui.draw.plan import WEAK, FilledHeatMaps, HeatMap, Layout, Window, fill_heat_maps
from nntui.draw.visible import VisibleLine, select
from nntui.text import cells, cut

BEAD: Final = "●"
"""The product that travels along a connection."""

# The dots and dashes of a line by its sign: what is negative is broken. What a pass has still to go
# through is dotted; a trace, of a line that has no room, is sparse.
_WHOLE: Final = {False: "1", True: "111100"}
_PENDING: Final = {False: "100", True: "100100000"}
_TRACE: Final = "1110000000"
_TRACE_PENDING: Final = "100000"

_LABEL: Final = 5
"""Cells of the one label in a drawing without labels, where its gap has the room."""

_OUT: Final = frozenset({"bright", "focus"})
# In these states a number that is not finite looks like none of the others.
_ODD: Final = frozenset({"plain", "pending", "done", "bright"})
# What a state adds to the role of a line or a label.
_ENDINGS: Final[Mapping[EdgeState, str]] = {
    "dim": ".dim",
    "plain": "",
    "pending": ".pending",
    "done": ".done",
    "bright": ".bright",
    "focus": ".focus",
    "current": ".current",
}
_Printed = tuple[VisibleLine, Cell, str]


def paint(
    layout: Layout,
    nodes: Mapping[str, NodeLook],
    edges: Mapping[Edge, EdgeLook],
    *,
    scale: float | None = None,
    heat: FilledHeatMaps | None = None,
    window: Window | None = None,
) -> Picture:
    """Paint a network at one step.

    Args:
        layout: where everything stands.
        nodes: how neurons look; those without a look are blank. The first neuron of an image has
            the image as its thumbnail.
        edges: how connections look; those without a look are not drawn. It is enough to give those
            in `layout.edges`, the heat maps' `lines`, and the ones in the spotlight (`current`,
            `bright`, `focus`), which are drawn from and to folds, too. Of the others, the strongest
            60 across each gap are drawn.
        scale: the |weight| with strength 1; by default the largest given.
        heat: the filled heat maps of the layout; without it the maps stay blank.
        window: the part to paint; the other rows stay blank, the other columns are left out.

    Raises:
        KeyError: a connection of a neuron that the layout does not know.
    """
    columns = None if window is None else layout.cells_of(window.columns)
    canvas = Canvas(layout.width, layout.height, columns, None if window is None else window.rows)
    at_hand = {name for name, look in nodes.items() if look.mark == "current"}
    at_hand |= {edge[1] for edge, look in edges.items() if look.state == "current"}
    lines = select(layout, edges, scale, at_hand)
    current = [line for line in lines if line.look.state == "current"]
    _draw_lines(canvas, [line for line in lines if line.look.state != "current"])
    if heat is not None:
        _draw_heat(canvas, layout, lines, heat)
    _draw_current(canvas, layout, current)
    labels = _labels(layout, lines, current)
    for line, (x, y), text in labels:
        signed = -max(line.strength, WEAK) if line.negative else line.strength
        role = "label" + (".odd" if _is_odd(line) else _ENDINGS[line.look.state])
        canvas.text(x, y, text, cells(text), role, signed if line.look.weight else None)
        if line.look.state == "focus":
            for beside, angle in ((x - 1, "‹"), (x + cells(text), "›")):
                canvas.cell(beside, y, angle, role, signed)
    _draw_stops(canvas, lines, labels)
    for line in current:
        _draw_bead(canvas, layout, line, labels)
    ends = [name for line in current for name in line.edge]
    areas = [
        draw_box(canvas, box, nodes, ends, layout.value_width) for box in layout.boxes_in(window)
    ]
    stand = {line.edge: (*slot, cells(text)) for line, slot, text in labels}
    traces = tuple(
        Trace(
            line.edge, line.legs, stand.get(line.edge), _edge_role(line), line.strength,
            _pattern(line), line.dots,
        )
        for line in lines
    )  # fmt: skip
    return Picture(layout.width, layout.height, canvas.rows(), tuple(areas), traces, canvas.left)


def _draw_lines(canvas: Canvas, lines: Iterable[VisibleLine]) -> None:
    dots: dict[Cell, int] = {}
    owner: dict[Cell, tuple[str, float]] = {}
    for line in lines:
        look = (_edge_role(line), line.strength)
        pattern = _pattern(line)
        for leg in line.legs:
            for cell, bits in stroke(leg, pattern, line.dots):
                dots[cell] = dots.get(cell, 0) | bits
                owner[cell] = look
    canvas.dots(dots, owner)


def _edge_role(line: VisibleLine) -> str:
    state = line.look.state
    if state == "current":
        return "edge.current"
    if _is_odd(line):
        return "edge.odd"
    sign = "negative" if line.negative else "positive" if line.look.weight else "zero"
    return f"edge.{sign}{_ENDINGS[state]}"


def _is_odd(line: VisibleLine) -> bool:
    return line.look.state in _ODD and not math.isfinite(line.look.weight)


def _pattern(line: VisibleLine) -> str:
    ahead = line.look.ahead or line.look.state == "pending"
    if line.trace:
        return _TRACE_PENDING if ahead else _TRACE
    return (_PENDING if ahead and line.look.state != "current" else _WHOLE)[line.negative]


def _draw_current(canvas: Canvas, layout: Layout, current: Iterable[VisibleLine]) -> None:
    """Draw the lines that are being computed where they always are, with an arrowhead."""
    for line in current:
        legs = _all_legs(layout, line)
        _draw_lines(canvas, [line._replace(legs=legs)])
        if line.look.forward is not None:
            x, y, head = (*legs[-1][2:], "►") if line.look.forward else (*legs[0][:2], "◄")
            canvas.cell(x, y, head, "edge.current", line.strength)


def _all_legs(layout: Layout, line: VisibleLine) -> tuple[Leg, ...]:
    tail = layout.tail(line.edge[1])
    return line.legs if tail is None else (*line.legs, tail)


def _draw_heat(
    canvas: Canvas, layout: Layout, lines: Iterable[VisibleLine], heat: FilledHeatMaps
) -> None:
    """Draw the maps, but none that would hide highlighted lines."""
    out = {layout.homes[line.edge[1]].column for line in lines if line.look.state in _OUT}
    hidden = {column for column, each in layout.heat_maps.items() if each.alone and column in out}
    for shade in heat.shades:
        if shade.column not in hidden:
            role = "heat.negative" if shade.negative else "heat.positive"
            text = shade.mark * shade.width
            canvas.text(shade.x, shade.y, text, shade.width, role, shade.strength)
    for column, each in layout.heat_maps.items():
        if each.rows and each.rows[0][0] > 0 and column not in hidden:
            _draw_axis(canvas, each, each.rows[0][0] - 1, heat.scales.get(column, 0.0))


def _draw_axis(canvas: Canvas, heat: HeatMap, y: int, scale: float) -> None:
    """Write above a map which sources its columns are, and what the strongest shade stands for."""
    first, last = heat.ends
    axis = f"{first}…{last} →"
    scaled = f"{axis} ±{scale:.2g}" if scale else axis
    wordings = (scaled, axis, f"{first}…", "→")
    room = len(heat.room)
    wording = next((each for each in wordings if cells(each) <= room), "")
    if wording:
        x = min(heat.x, heat.room.stop - cells(wording))
        canvas.text(x, y, wording, cells(wording), "axis")


def _draw_stops(canvas: Canvas, lines: Iterable[VisibleLine], labels: Sequence[_Printed]) -> None:
    """Draw a dot before the label of each connection with a breakpoint, or else on its line."""
    stops = [line for line in lines if line.look.stop]
    if not stops:
        return
    slots = {line.edge: slot for line, slot, _ in labels}
    taken = {cell for _, slot, text in labels for cell in cover(slot, cells(text))}
    for line in stops:
        if line.edge in slots:
            x, y = slots[line.edge]
            canvas.cell(x - 1, y, STOP, "stop")
            continue
        free = [cell for cell in path(line.legs[-1]) if cell not in taken]
        if free:
            canvas.cell(*free[len(free) // 2], STOP, "stop")


def _labels(layout: Layout, lines: list[VisibleLine], current: list[VisibleLine]) -> list[_Printed]:
    """Choose the labels to print, each in its own place.

    One that has none is printed in the spotlight only, where it covers no other; those out of it
    give way.
    """
    taken: set[Cell] = set()
    printed: list[_Printed] = []
    way = {cell for line in current for leg in line.legs for cell in path(leg)}
    spotlit = [line for line in lines if line.spotlit]
    crowd = crowd_of([line.legs[-1] for line in spotlit])
    # The last to be drawn is the first to be labelled, and one that has a place before the others.
    order = sorted(lines, key=lambda line: (line.spotlit, line.edge in layout.slots))
    for line in reversed(order):
        if not line.look.label or line.trace:
            continue
        is_current = line.look.state == "current"
        text = cut(line.look.label, layout.label_width or (_LABEL if is_current else 0))
        width = cells(text)
        room = max(width, layout.label_width)
        slot = layout.slots.get(line.edge)
        if slot and any(cell in taken for cell in cover(slot, room)):
            slot = None
        if slot is None and line.spotlit:
            start = layout.gap_before(line.edge[1])
            slot = best_slot(line.legs[-1], room, taken, crowd, start=start)
        if slot is None or width == 0:
            continue
        covered = cover(slot, room)
        if not is_current and any(cell in way for cell in covered):
            continue
        taken.update(covered)
        x, y = slot
        printed.append((line, (x + max(0, (layout.label_width - width) // 2), y), text))
    return printed


_NEAR: Final = 1
"""So many rows from the bead its caption may stand: further off it would be another line’s."""


def _draw_bead(
    canvas: Canvas, layout: Layout, line: VisibleLine, labels: Sequence[_Printed]
) -> None:
    """Draw the product that travels, and beside the place where it arrives what it is."""
    look = line.look
    if look.bead is None:
        return
    legs = _all_legs(layout, line)
    way = list(dict.fromkeys(cell for leg in legs for cell in path(leg)))
    first, last = (0, len(way) - 2) if look.forward else (1, len(way) - 1)
    written = {(slot[0] + i, slot[1]) for _, slot, text in labels for i in range(cells(text))}
    place = min(max(round(look.bead * (len(way) - 1)), first), max(last, first))
    bare = [n for n in range(first, last + 1) if way[n] not in written]  # it hides no sign
    canvas.cell(*way[min(bare, key=lambda n: abs(n - place), default=place)], BEAD, "bead")
    x, y = way[max(len(way) - 2, 0)] if look.forward else way[min(1, len(way) - 1)]
    leg = legs[-1] if look.forward else legs[0]
    start = max(leg.x0, layout.gap_before(line.edge[1])) if look.forward else leg.x0
    for wording in look.product:
        width = cells(wording)
        for row in sorted(range(y - _NEAR, y + _NEAR + 1), key=lambda row: abs(row - y)):
            free = (
                left
                for left in range(start + 1, leg.x1 - width + 1)
                if canvas.is_blank(left - 1, row, width + 2)
            )
            left = min(free, key=lambda left: abs(left + width // 2 - x), default=None)
            if left is not None:
                canvas.text(left, row, wording, width, "bead.caption")
                return
    if look.product:
        wording = look.product[-1]
        taken = {cell for _, slot, text in labels for cell in cover(slot, cells(text))}
        taken.add((x, y))
        slot = best_slot(
            leg, cells(wording), taken, {}, start=start, along=0.75 if look.forward else 0.25
        )
        if slot is not None:
            canvas.text(*slot, wording, cells(wording), "bead.caption")


_ROWS: Final = range(5, 41)
"""The heights that a drawing takes of its own accord."""
ROWS_EACH: Final = 4
"""Rows of such a drawing for each neuron of its largest layer: a box and a gap."""


def drawing(
    draft: Draft,
    biases: Mapping[str, float],
    weights: Mapping[Edge, float],
    captions: Mapping[str, str],
    *,
    width: int = 80,
    height: int | None = None,
) -> str:
    """Draw a network as lines of text: neurons with their biases, connections with their weights.

    `captions` stand beside the neurons' names: their activation functions.
    Without a `height`, the drawing takes what its largest layer needs.
    """
    if height is None:
        largest = max(map(len, draft.columns), default=0)
        height = min(max(ROWS_EACH * largest, _ROWS.start), _ROWS.stop - 1)
    contents = {name: Content(captions.get(name, ""), symbol=1) for name in draft.incoming}
    plan = lay_out(draft, width, height, contents=contents)

    def shown(bias: float) -> str:
        texts = (f"{bias:+.2f}", f"{bias:+.2f}".replace("0.", ".", 1), f"{bias:+.1f}")
        return next((text for text in texts if len(text) <= plan.value_width), f"{bias:+.0f}")

    nodes = {
        name: NodeLook(number, caption=captions.get(name, ""), readings=(Reading("b", number),))
        for name, bias in biases.items()
        for number in (shown(bias),)
    }
    heat = fill_heat_maps(plan, partial(map, weights.get))
    edges = {
        edge: EdgeLook(weights[edge], f"{weights[edge]:+.2f}")
        for edge in (*plan.edges, *heat.lines)
        if edge in weights
    }
    return paint(plan, nodes, edges, heat=heat).text()
