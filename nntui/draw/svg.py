"""A finished drawing as an SVG document: lines and frames as shapes, the rest as text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape
from typing import Final, NamedTuple

from nntui.draw.picture import Area, Picture, Span, Trace
from nntui.draw.plan import FRAMED
from nntui.text import cells

WIDTH: Final = 8.4
"""Pixels of a cell, sideways and upright; the letters are 14 high."""
HEIGHT: Final = 18.0
_SIZE: Final = 14
_BASE: Final = 13.5
_MARGIN: Final = 12.0
_FONTS: Final = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"

_STROKES: Final = {1: 1.5, 2: 3.0, 3: 5.0}
"""Pixels of a line that is so many dots wide."""
_DASHES: Final = {"1": "", "111100": "10 6", "100": "1 6", "100100000": "1 6 1 14"}
"""Pixels of dashes and gaps; of other patterns those of ``_SPARSE``."""
_SPARSE: Final = "8 14"


class Pen(NamedTuple):
    """How a span is drawn: colours as ``#rrggbb`` (None: the page's)."""

    colour: str | None = None
    ground: str | None = None
    bold: bool = False
    underline: bool = False
    dim: bool = False


def svg(
    picture: Picture,
    pen: Callable[[Span], Pen],
    *,
    background: str,
    foreground: str,
    title: str = "",
) -> str:
    """Draw a picture as an SVG document of its own.

    `pen` says what each span looks like, and a line what a span of its role would; `title` is for
    screen readers.
    """
    width, height = picture.width * WIDTH + 2 * _MARGIN, picture.height * HEIGHT + 2 * _MARGIN
    font = f'font-family="{_FONTS}" font-size="{_SIZE}"'
    box = f"0 0 {width:g} {height:g}"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" {font} fill="{foreground}">',
        f"<title>{escape(title, quote=False)}</title>",
        f'<rect width="100%" height="100%" fill="{background}"/>',
        *(_line(trace, pen) for trace in picture.traces),
        *_frames(picture, pen, background),
    ]
    texts: list[str] = []
    for row, spans in enumerate(picture.rows):
        column, y = 0, _MARGIN + row * HEIGHT
        for span in spans:
            across = cells(span.text)
            x, look = _MARGIN + column * WIDTH, pen(span)
            column += across
            if span.below is not None:  # half blocks
                lines.append(_rectangle(x, y, across * WIDTH, HEIGHT / 2, look.colour))
                lines.append(_rectangle(x, y + HEIGHT / 2, across * WIDTH, HEIGHT / 2, look.ground))
                continue
            text = _without_lines(span)
            if look.ground is not None:
                lines.append(_rectangle(x, y, across * WIDTH, HEIGHT, look.ground))
            elif not text.isspace() and not span.role.startswith("edge"):
                # No line runs through a text.
                lines.append(_rectangle(x, y, across * WIDTH, HEIGHT, background))
            if not text.isspace():
                texts.append(
                    f'<text x="{x:g}" y="{y + _BASE:g}" textLength="{across * WIDTH:g}" '
                    f'lengthAdjust="spacingAndGlyphs" xml:space="preserve"{_attributes(look)}>'
                    f"{escape(text, quote=False)}</text>"
                )
    return "\n".join([*lines, *texts, "</svg>", ""])  # the grounds lie below all texts


def _line(trace: Trace, pen: Callable[[Span], Pen]) -> str:
    """Draw a connection along its straight pieces, from box to box."""
    points = [
        f"{_MARGIN + x * WIDTH:g},{_MARGIN + (y + 0.5) * HEIGHT:g}"
        for x0, y0, x1, y1 in trace.legs
        for x, y in ((x0 - 0.5, y0), (x1 + 1.5, y1))  # to the frames, in the middle of their cells
    ]
    dashes = _DASHES.get(trace.pattern, _SPARSE)
    colour = pen(Span("", trace.role, trace.value)).colour or "currentColor"
    dashed = f' stroke-dasharray="{dashes}" stroke-linecap="round"' if dashes else ""
    return (
        f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" '
        f'stroke-width="{_STROKES[trace.dots]:g}"{dashed}/>'
    )


def _frames(picture: Picture, pen: Callable[[Span], Pen], background: str) -> Iterator[str]:
    """Draw the frames of boxes; what runs behind a box is hidden."""
    for area in picture.areas:
        if area.height >= FRAMED:
            look = pen(Span("", _frame_role(picture, area)))
            x, y = _MARGIN + (area.x + 0.5) * WIDTH, _MARGIN + (area.y + 0.5) * HEIGHT
            width, height = (area.width - 1) * WIDTH, (area.height - 1) * HEIGHT
            size = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="6"'
            stroke = f'stroke="{look.colour}" stroke-width="{2 if look.bold else 1}"'
            yield f'<rect {size} fill="{background}" {stroke}/>'


def _frame_role(picture: Picture, area: Area) -> str:
    """Return the role of a frame's left side."""
    column = 0
    for span in picture.rows[area.y + 1]:
        column += cells(span.text)
        if column > area.x:
            return span.role
    return "frame"


def _rectangle(x: float, y: float, width: float, height: float, fill: str | None) -> str:
    size = f'width="{width:g}" height="{height:g}"'
    return f'<rect x="{x:g}" y="{y:g}" {size} fill="{fill}" shape-rendering="crispEdges"/>'


def _without_lines(span: Span) -> str:
    """Leave out what is drawn as lines: frames, and the dots of connections."""
    if span.role.startswith("frame"):
        return " " * cells(span.text)
    if not span.role.startswith("edge"):
        return span.text
    return "".join(
        " " if "\u2800" <= character <= "\u28ff" else character for character in span.text
    )


def _attributes(pen: Pen) -> str:
    fill = f' fill="{pen.colour}"' if pen.colour is not None else ""
    bold = ' font-weight="bold"' * pen.bold
    return fill + bold + ' text-decoration="underline"' * pen.underline + ' opacity="0.6"' * pen.dim
