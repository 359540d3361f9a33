"""A finished drawing as an SVG document."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Final, NamedTuple

from nntui.draw.picture import Picture, Span
from nntui.text import cells

WIDTH: Final = 8.4
"""Pixels of a cell, sideways and upright; the letters are 14 high."""
HEIGHT: Final = 18.0
_SIZE: Final = 14
_BASE: Final = 13.5
_MARGIN: Final = 12.0
_FONTS: Final = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"


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

    `pen` says what each span looks like; `title` is for screen readers.
    """
    width, height = picture.width * WIDTH + 2 * _MARGIN, picture.height * HEIGHT + 2 * _MARGIN
    font = f'font-family="{_FONTS}" font-size="{_SIZE}"'
    box = f"0 0 {width:g} {height:g}"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" {font} fill="{foreground}">',
        f"<title>{escape(title, quote=False)}</title>",
        f'<rect width="100%" height="100%" fill="{background}"/>',
    ]
    texts = []
    for row, spans in enumerate(picture.rows):
        column, y = 0, _MARGIN + row * HEIGHT
        for span in spans:
            x, across, look = _MARGIN + column * WIDTH, cells(span.text) * WIDTH, pen(span)
            column += cells(span.text)
            if look.ground is not None:
                size = f'width="{across:g}" height="{HEIGHT:g}"'
                lines.append(f'<rect x="{x:g}" y="{y:g}" {size} fill="{look.ground}"/>')
            if not span.text.isspace():
                texts.append(
                    f'<text x="{x:g}" y="{y + _BASE:g}" textLength="{across:g}" '
                    f'lengthAdjust="spacingAndGlyphs" xml:space="preserve"{_attributes(look)}>'
                    f"{escape(span.text, quote=False)}</text>"
                )
    return "\n".join([*lines, *texts, "</svg>", ""])  # the grounds lie below all texts


def _attributes(pen: Pen) -> str:
    fill = f' fill="{pen.colour}"' if pen.colour is not None else ""
    bold = ' font-weight="bold"' * pen.bold
    return fill + bold + ' text-decoration="underline"' * pen.underline + ' opacity="0.6"' * pen.dim
