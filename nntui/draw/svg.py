"""A picture as SVG: the same cells, in a file that any browser shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple
from xml.sax.saxutils import escape

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
    """How a span is printed: colours as ``#rrggbb`` (None: as the page)."""

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
    """Return a picture as an SVG document that needs nothing else.

    `pen` says what each span looks like; `title` is what is read out to who cannot see it.
    """
    width, height = picture.width * WIDTH + 2 * _MARGIN, picture.height * HEIGHT + 2 * _MARGIN
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'font-family="{_FONTS}" font-size="{_SIZE}" fill="{foreground}">'
    )
    lines = [
        head,
        f"<title>{escape(title)}</title>",
        f'<rect width="100%" height="100%" fill="{background}"/>',
        *_grounds(picture, pen),
        *_texts(picture, pen),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _placed(picture: Picture) -> Iterator[tuple[Span, float, float, float]]:
    """Each span with where it begins and how wide it is."""
    for row, spans in enumerate(picture.rows):
        column = 0
        for span in spans:
            width = cells(span.text)
            yield span, _MARGIN + column * WIDTH, _MARGIN + row * HEIGHT, width * WIDTH
            column += width


def _grounds(picture: Picture, pen: Callable[[Span], Pen]) -> Iterator[str]:
    for span, x, y, width in _placed(picture):
        ground = pen(span).ground
        if ground is not None:
            size = f'width="{width:g}" height="{HEIGHT:g}"'
            yield f'<rect x="{x:g}" y="{y:g}" {size} fill="{ground}"/>'


def _texts(picture: Picture, pen: Callable[[Span], Pen]) -> Iterator[str]:
    for span, x, y, width in _placed(picture):
        if span.text.isspace():
            continue
        look = pen(span)
        extra = "".join(
            attribute
            for attribute, wanted in (
                (f' fill="{look.colour}"', look.colour is not None),
                (' font-weight="bold"', look.bold),
                (' text-decoration="underline"', look.underline),
                (' opacity="0.6"', look.dim),
            )
            if wanted
        )
        yield (
            f'<text x="{x:g}" y="{y + _BASE:g}" textLength="{width:g}" '
            f'lengthAdjust="spacingAndGlyphs" xml:space="preserve"{extra}>'
            f"{escape(span.text)}</text>"
        )
