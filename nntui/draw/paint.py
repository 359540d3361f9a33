"""Paint a layout, with the looks of neurons and connections at one step, as a picture."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Final

from nntui.draw.canvas import Canvas, Cell, stairs, thin
from nntui.draw.layers import Draft, Edge
from nntui.draw.layout import best_slot, cover, crowd_of, lay_out
from nntui.draw.picture import Area, EdgeLook, EdgeState, Mark, NodeLook, Picture, Trace
from nntui.draw.plan import Box, FilledHeatMaps, Layout, fill_heat_maps
from nntui.draw.visible import VisibleLine, select
from nntui.text import cells, cut, padded

# mark: (left rim, right rim, role)
_MARKS: Final[Mapping[Mark, tuple[str, str, str]]] = {
    "plain": ("▏", "▕", "box"),
    "current": ("▐", "▌", "box.current"),
    "focus": ("‹", "›", "box.focus"),
    "dim": (" ", " ", "box.dim"),
}
_FOLD: Final = "⋮"
STOP: Final = "●"
"""Marks a neuron or a connection that has a breakpoint."""


# How many dots in a row a line has, and how many are then left out: a positive one, a negative one.
_DOTS: Final = {False: (1, 0), True: (3, 2)}
_PENDING: Final = {False: (1, 2), True: (1, 3)}
_TRACE: Final = (1, 5)
_TRACE_DONE: Final = (1, 3)
_BESIDE: Final = (1, 2)
_BESIDE_AHEAD: Final = (1, 6)

_LABEL: Final = 5
"""Cells of the one label in a drawing without labels, where its gap has the room."""

# A fold shows the first of its neurons with the first of these marks that any of them has.
_SHOWN_IN_FOLD: Final[tuple[Mark, ...]] = ("current", "focus")
_BLANK: Final = NodeLook()
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


def paint(
    layout: Layout,
    nodes: Mapping[str, NodeLook],
    edges: Mapping[Edge, EdgeLook],
    *,
    scale: float | None = None,
    heat: FilledHeatMaps | None = None,
    window: range | None = None,
) -> Picture:
    """Paint a network at one step.

    Args:
        layout: where everything stands.
        nodes: how neurons look; those without a look are blank.
        edges: how connections look; those without a look are not drawn. It is enough to give those
            in `layout.edges`, the heat maps' `lines`, and the ones in the spotlight (`current`,
            `bright`, `focus`), which are drawn from and to folds, too. Of the others, the strongest
            60 across each gap are drawn.
        scale: the |weight| with strength 1; by default the largest given.
        heat: the filled heat maps of the layout; without it the maps stay blank.
        window: the rows to paint; the others stay blank.

    Raises:
        KeyError: a connection of a neuron that the layout does not know.
    """
    canvas = Canvas(layout.width, layout.height, window)
    at_hand = {name for name, look in nodes.items() if look.mark == "current"}
    at_hand |= {edge[1] for edge, look in edges.items() if look.state == "current"}
    lines = select(layout, edges, scale, at_hand)
    _draw_thin(canvas, [line for line in lines if line.look.state != "current"])
    if heat is not None:
        _draw_heat(canvas, layout, lines, heat)
    current = [line for line in lines if line.look.state == "current"]
    for line in current:
        tail = layout.tail(line.edge[1])
        legs = line.legs if tail is None else (*line.legs, tail)
        for leg in legs:
            for (x, y), mark in stairs(leg, line.negative).items():
                canvas.cell(x, y, mark, "edge.current", line.strength)
        if line.look.forward is not None:
            x, y, head = (*legs[-1][2:], "►") if line.look.forward else (*legs[0][:2], "◄")
            canvas.cell(x, y, head, "edge.current", line.strength)
    labels = _labels(layout, lines, current)
    for line, slot, text in labels:
        signed = -line.strength if line.negative else line.strength
        role = "label" + (".odd" if _is_odd(line) else _ENDINGS[line.look.state])
        canvas.text(*slot, text, cells(text), role, signed)
        if line.look.state == "focus":
            x, y = slot
            for beside, angle in ((x - 1, "‹"), (x + cells(text), "›")):
                canvas.cell(beside, y, angle, role, signed)
    _draw_stops(canvas, lines, labels)
    ends = [name for line in current for name in line.edge]
    areas = [
        _draw_box(canvas, layout, box, nodes, ends)
        for box in layout.boxes
        if window is None or box.y in window or box.y + box.height - 1 in window
    ]
    stand = {line.edge: (*slot, cells(text)) for line, slot, text in labels}
    traces = tuple(Trace(line.edge, line.legs, stand.get(line.edge)) for line in lines)
    return Picture(layout.width, layout.height, canvas.rows(), tuple(areas), traces)


def _draw_thin(canvas: Canvas, lines: Iterable[VisibleLine]) -> None:
    dots: dict[Cell, int] = {}
    owner: dict[Cell, tuple[str, float]] = {}
    for line in lines:
        look = (_edge_role(line), line.strength)
        on, off = _stroke(line)
        for leg in line.legs:
            for cell, bits in thin(leg, on, off):
                dots[cell] = dots.get(cell, 0) | bits
                owner[cell] = look
    for (x, y), bits in dots.items():
        canvas.cell(x, y, chr(0x2800 + bits), *owner[x, y])


def _edge_role(line: VisibleLine) -> str:
    state = line.look.state
    if _is_odd(line):
        return "edge.odd"
    sign = "negative" if line.negative else "positive"
    ending = ".ahead" if state == "dim" and line.look.ahead else _ENDINGS[state]
    return f"edge.{sign}{ending}"


def _is_odd(line: VisibleLine) -> bool:
    return line.look.state in _ODD and not math.isfinite(line.look.weight)


def _stroke(line: VisibleLine) -> tuple[int, int]:
    ahead = line.look.ahead or line.look.state == "pending"
    if line.look.state == "dim":
        return _BESIDE_AHEAD if ahead else _BESIDE
    if line.trace:
        return _TRACE_DONE if line.look.state == "done" else _TRACE
    return (_PENDING if ahead else _DOTS)[line.negative]


def _draw_heat(
    canvas: Canvas, layout: Layout, lines: Iterable[VisibleLine], heat: FilledHeatMaps
) -> None:
    """Draw the maps, but none that would hide highlighted lines."""
    out = {layout.homes[line.edge[1]].column for line in lines if line.look.state in _OUT}
    hidden = {column for column, each in layout.heat_maps.items() if each.alone and column in out}
    for shade in heat.shades:
        if shade.column not in hidden:
            role = "heat.negative" if shade.negative else "heat.positive"
            for x in range(shade.x, shade.x + shade.width):
                canvas.cell(x, shade.y, shade.mark, role, shade.strength)


def _draw_stops(
    canvas: Canvas, lines: Iterable[VisibleLine], labels: Iterable[tuple[VisibleLine, Cell, str]]
) -> None:
    """Draw a dot before the label of each connection with a breakpoint, or else on its line."""
    slots = {line.edge: slot for line, slot, _ in labels}
    taken = {cell for _, slot, text in labels for cell in cover(slot, cells(text))}
    for line in lines:
        if not line.look.stop:
            continue
        if line.edge in slots:
            x, y = slots[line.edge]
            canvas.cell(x - 1, y, STOP, "stop")
            continue
        free = [cell for cell in stairs(line.legs[-1], False) if cell not in taken]
        if free:
            canvas.cell(*free[len(free) // 2], STOP, "stop")


def _labels(
    layout: Layout, lines: list[VisibleLine], current: list[VisibleLine]
) -> list[tuple[VisibleLine, Cell, str]]:
    """Choose the labels to print: the current one always, others where they cover no other."""
    taken: set[Cell] = set()
    printed: list[tuple[VisibleLine, Cell, str]] = []
    path = {cell for line in current for leg in line.legs for cell in stairs(leg, False)}
    spotlit = [line for line in lines if line.spotlit]
    crowd = crowd_of([line.legs[0 if line.look.at_source else -1] for line in spotlit])
    # The last to be drawn is the first to be labelled.
    for line in reversed(lines):
        if not line.look.label or line.trace:
            continue
        is_current = line.look.state == "current"
        text = cut(line.look.label, layout.label_width or (_LABEL if is_current else 0))
        width = cells(text)
        slot = None if line.look.at_source else layout.slots.get(line.edge)
        if slot and any(cell in taken for cell in cover(slot, width)):
            slot = None
        if slot is None and line.spotlit:
            far = line.look.at_source
            leg = line.legs[0 if far else -1]
            start = leg.x0 if far else layout.gap_before(line.edge[1])
            slot = best_slot(leg, width, taken, crowd, start=start, far=far)
        if slot is None or width == 0:
            continue
        covered = cover(slot, width)
        if not is_current and any(cell in path for cell in covered):
            continue
        taken.update(covered)
        printed.append((line, slot, text))
    return printed


def _draw_box(
    canvas: Canvas, layout: Layout, box: Box, nodes: Mapping[str, NodeLook], ends: Iterable[str]
) -> Area:
    """Draw a neuron's box, or a fold: as its current or focused neuron, if any; else as a span."""
    name: str | None = box.names[0]
    if box.folded:
        marked = {nodes[name].mark: name for name in reversed(box.names) if name in nodes}
        shown = next((marked[mark] for mark in _SHOWN_IN_FOLD if mark in marked), None)
        name = shown or next((name for name in ends if name in box.names), None)
    value: float | None = None
    inner = box.width - 2
    if name is None:
        count = len(box.names)
        span = f"{box.names[0]}…{box.names[-1]}"
        wordings = (f"{span} ({count})", span, f"{_FOLD} {count} more", f"{_FOLD} {count}", _FOLD)
        wording = next((each for each in wordings if cut(each, inner) == each), "")
        rows, role = [f" {padded(wording, inner)} "] * box.height, "fold"
    else:
        look = nodes.get(name, _BLANK)
        left, right, role = _MARKS[look.mark]
        texts = [padded(name, inner), padded(look.value, inner, right=True)]
        if box.height == 1:
            # In the place of the blank, a neuron shown in a fold has the fold's sign.
            between = _FOLD if box.folded else " "
            number = padded(look.value, layout.value_width, right=True)
            texts = [padded(padded(name, box.name_width) + between + number, inner)]
        rims = [STOP if look.stop else left, left]
        rows = [rim + text + right for rim, text in zip(rims, texts, strict=False)]
        if look.tone is not None and not math.isnan(look.tone):
            value = round(max(-1.0, min(1.0, look.tone)), 2)
        elif role == "box" and look.tone is not None:
            role = "box.odd"
    for i, row in enumerate(rows):
        canvas.text(box.x, box.y + i, row, box.width, role, value)
    return Area(name or box.names[0], box.x, box.y, box.width, box.height)


_ROWS: Final = range(5, 41)
"""The heights that a drawing takes of its own accord."""


def drawing(
    draft: Draft,
    biases: Mapping[str, float],
    weights: Mapping[Edge, float],
    *,
    width: int = 80,
    height: int | None = None,
) -> str:
    """Draw a network as lines of text: neurons with their biases, connections with their weights.

    Without a `height`, the drawing takes what its largest layer needs.
    """
    if height is None:
        largest = max(map(len, draft.columns), default=0)
        height = min(max(3 * largest, _ROWS.start), _ROWS.stop - 1)
    plan = lay_out(draft, width, height)

    def shown(bias: float) -> str:
        texts = (f"{bias:+.2f}", f"{bias:+.2f}".replace("0.", ".", 1), f"{bias:+.1f}")
        return next((text for text in texts if len(text) <= plan.value_width), f"{bias:+.0f}")

    nodes = {name: NodeLook(shown(bias)) for name, bias in biases.items()}
    heat = fill_heat_maps(plan, weights.get)
    edges = {
        edge: EdgeLook(weights[edge], f"{weights[edge]:+.2f}")
        for edge in (*plan.edges, *heat.lines)
        if edge in weights
    }
    return paint(plan, nodes, edges, heat=heat).text()
