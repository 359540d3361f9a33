"""Paint the boxes of a layout: neurons, folds, images."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Final

from msgspec.structs import replace

from nntui.draw.canvas import Canvas
from nntui.draw.picture import Area, Mark, NodeLook, Reading
from nntui.draw.plan import WEAK, Box
from nntui.text import cells, cut, padded

STOP: Final = "●"
"""Marks a neuron or a connection that has a breakpoint."""
RIGHT: Final = {True: "✓", False: "✗"}
"""The signs of verdicts."""

# mark: (left rim, right rim, role) of a box of one row
_RIMS: Final[Mapping[Mark, tuple[str, str, str]]] = {
    "plain": ("▏", "▕", "box"),
    "current": ("▐", "▌", "box.current"),
    "focus": ("‹", "›", "box.focus"),
    "dim": (" ", " ", "box.dim"),
}
# mark: the corners, sides and ending of the roles of a box with a frame
_FRAMES: Final[Mapping[Mark, tuple[tuple[str, ...], str]]] = {
    "plain": (tuple("╭─╮│╰╯"), ""),
    "current": (tuple("┏━┓┃┗┛"), ".current"),
    "focus": (tuple("╔═╗║╚╝"), ".focus"),
    "dim": (tuple("╭┄╮┊╰╯"), ".dim"),
}
_FOLD: Final = "⋮"

# A fold shows the first of its neurons with the first of these marks that any of them has.
_SHOWN_IN_FOLD: Final[tuple[Mark, ...]] = ("current", "focus")
_BLANK: Final = NodeLook()


def draw_box(
    canvas: Canvas, box: Box, nodes: Mapping[str, NodeLook], ends: Iterable[str], value_width: int
) -> Area:
    """Draw a neuron's box, an image, or a fold: as its current or focused neuron, if any.

    `ends` are the neurons of connections that are being computed, `value_width` the cells of a
    number.
    """
    if box.image is not None:
        return _draw_image(canvas, box, nodes)
    name: str | None = box.names[0]
    if box.folded:
        marked = {nodes[name].mark: name for name in reversed(box.names) if name in nodes}
        shown = next((marked[mark] for mark in _SHOWN_IN_FOLD if mark in marked), None)
        name = shown or next((name for name in ends if name in box.names), None)
    look = _BLANK if name is None else nodes.get(name, _BLANK)
    if box.framed:
        _draw_frame(canvas, box, name, look)
        readings = _draw_inside(canvas, box, name, look, value_width)
    else:
        _draw_row(canvas, box, name, look, value_width)
        readings = ()
    return Area(name or box.names[0], box.x, box.y, box.width, box.height, readings=readings)


def _draw_row(canvas: Canvas, box: Box, name: str | None, look: NodeLook, value_width: int) -> None:
    """Draw a box of one row, with name and number side by side."""
    inner = box.width - 2
    if name is None:
        canvas.text(box.x, box.y, f" {padded(_hidden(box, inner), inner)} ", box.width, "fold")
        return
    left, right, role = _RIMS[look.mark]
    role, tone = _toned(role, look)
    # In the place of the blank, a neuron shown in a fold has the fold's sign.
    between = _FOLD if box.folded else " "
    number = padded(look.value, value_width, right=True)
    sign = "" if look.right is None else f" {RIGHT[look.right]}"
    text = padded(padded(name, box.name_width) + between + number + sign, inner)
    rim = STOP if look.stop else left
    canvas.text(box.x, box.y, rim + text + right, box.width, role, tone)


def _hidden(box: Box, room: int) -> str:
    """Say which neurons a fold hides, in the words that have room."""
    count, first, last = len(box.names), box.names[0], box.names[-1]
    span = f"{first}…{last}"
    wordings = (f"{span} ({count})", span, f"{_FOLD} {count} more", f"{_FOLD} {count}", _FOLD)
    return next((each for each in wordings if cut(each, room) == each), "")


def _draw_frame(canvas: Canvas, box: Box, name: str | None, look: NodeLook) -> None:
    (corner, level, corner_right, upright, below, below_right), ending = _FRAMES[look.mark]
    role, x, y, right = f"frame{ending}", box.x, box.y, box.x + box.width - 1
    bottom = y + box.height - 1
    canvas.text(x, y, corner + level * (box.width - 2) + corner_right, box.width, role)
    canvas.text(x, bottom, below + level * (box.width - 2) + below_right, box.width, role)
    side = upright + " " * (box.width - 2) + upright
    for row in range(y + 1, bottom):
        canvas.text(x, row, side, box.width, role)
    if look.stop:
        canvas.cell(x, y, STOP, "stop")
    if name is None:
        return
    roomy = box.width >= box.name_width + 6
    title = cut(name, box.name_width)
    if roomy:
        title = f" {title} "
    canvas.text(x + 1 + roomy, y, title, cells(title), f"name{ending}")
    if box.caption and look.caption:
        room = box.width - cells(title) - 5
        caption = f" {cut(look.caption, room - 2)} "
        canvas.text(right - 1 - cells(caption), y, caption, cells(caption), "caption")
    if look.foot and not box.folded:
        sign = "" if look.right is None else RIGHT[look.right]
        wordings = (f" {sign} {look.foot} ", f" {sign} ") if sign else (f" {look.foot} ",)
        foot = next((each for each in wordings if cells(each) <= box.width - 4), "")
        verdict = {None: "symbol", True: "right", False: "wrong"}[look.right]
        canvas.text(right - 1 - cells(foot), bottom, foot, cells(foot), verdict)


def _draw_inside(
    canvas: Canvas, box: Box, name: str | None, look: NodeLook, value_width: int
) -> tuple[tuple[int, str], ...]:
    """Draw the numbers and the map inside a frame; return the row and the symbol of each."""
    inner = box.width - 2
    if name is None:
        canvas.text(box.x + 1, box.middle, padded(_hidden(box, inner), inner), inner, "fold")
        return ()
    left, right = box.x + 1 + box.pad, box.x + box.width - 1 - box.pad
    if box.thumbnail:
        columns, rows = box.thumbnail
        top = box.numbers if box.below else (box.inside - rows) // 2
        for row, spans in enumerate(look.thumbnail, box.y + 1 + top):
            canvas.spans(left, row, spans)
        left += 0 if box.below else columns + 1
    only = (Reading("", look.value, leads=True),) if look.value else ()
    readings = (look.readings or only)[: box.numbers]
    first = box.y + 1 + (box.numbers - len(readings)) // 2
    stand: list[tuple[int, str]] = []
    for row, reading in enumerate(readings, first):
        stand.append((row, reading.symbol))
        if reading.right is not None:
            text = f"{RIGHT[reading.right]} {reading.value}"
            text = text if cells(text) <= right - left else RIGHT[reading.right]
            canvas.text(left, row, text, cells(text), "right" if reading.right else "wrong")
            continue
        if box.symbol_width:
            symbol = padded(reading.symbol[: box.symbol_width], box.symbol_width)
            canvas.text(left, row, symbol, box.symbol_width, "symbol")
        width = min(value_width, right - left)
        number = padded(reading.value, width, right=True)
        place = left + box.symbol_width + box.pad if box.symbol_width else right - width
        if reading.leads:
            role, tone = _toned(_RIMS[look.mark][2], look)
            canvas.text(place, row, number, width, role, tone)
        else:
            canvas.text(place, row, number, width, "number")
    return tuple(stand)


def _toned(role: str, look: NodeLook) -> tuple[str, float | None]:
    """Return the role of a number and its shade."""
    if look.tone is None:
        return role, None
    if math.isnan(look.tone):
        return ("box.odd" if role == "box" else role), None
    tone = round(max(-1.0, min(1.0, look.tone)), 2)
    return role, tone or min(math.copysign(WEAK, look.tone), 0.0)


def _draw_image(canvas: Canvas, box: Box, nodes: Mapping[str, NodeLook]) -> Area:
    """Draw the neurons of a layer as the points of an image."""
    assert box.image is not None
    columns, rows = box.image
    looks = [nodes[name] for name in box.names if name in nodes]
    marks = {look.mark for look in looks}
    mark: Mark = next((mark for mark in _SHOWN_IN_FOLD if mark in marks), "plain")
    stop = any(look.stop for look in looks)
    first = nodes.get(box.names[0], _BLANK)
    span = f"{box.names[0]}…{box.names[-1]}"
    size = f"{columns} × {rows}"
    caption = f"{first.caption} · {size}" if first.caption else size
    look = NodeLook(mark=mark, stop=stop, caption=caption)
    room = box.width - 6
    fits = cells(span) + cells(caption) + 3 <= room
    title = replace(box, name_width=min(cells(span), room), caption=fits)
    _draw_frame(canvas, title, span, look)
    for row, spans in enumerate(first.thumbnail[: box.inside]):
        canvas.spans(box.x + 1, box.y + 1 + row, spans)
    points = tuple(box.names[row * columns : (row + 1) * columns] for row in range(rows))
    return Area(box.names[0], box.x, box.y, box.width, box.height, points)
