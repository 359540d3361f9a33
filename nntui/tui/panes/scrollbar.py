"""A horizontal scroll bar that is a line: a slab of a row would be the heaviest thing there."""

from __future__ import annotations

from rich.color import Color
from rich.segment import Segment, Segments
from rich.style import Style
from textual.scrollbar import ScrollBar, ScrollBarRender

_TRACK = "─"
_THUMB = "━"


class LineScrollBar(ScrollBarRender):
    """Draws horizontal bars as lines, upright ones as Textual does."""

    @classmethod
    def render_bar(
        cls,
        size: int = 25,
        virtual_size: float = 50,
        window_size: float = 20,
        position: float = 0,
        thickness: int = 1,
        vertical: bool = True,
        back_color: Color = Color.parse("#555555"),  # noqa: B008 (as the method it overrides)
        bar_color: Color = Color.parse("bright_magenta"),  # noqa: B008
    ) -> Segments:
        if vertical:
            return super().render_bar(
                size,
                virtual_size,
                window_size,
                position,
                thickness,
                vertical,
                back_color,
                bar_color,
            )
        first, after = 0, 0
        if window_size and size and virtual_size > window_size:
            length = max(1, round(window_size * size / virtual_size))
            first = round((size - length) * position / (virtual_size - window_size))
            after = first + length
        style = Style(color=bar_color, bgcolor=back_color)
        parts = (
            (_TRACK * first, "scroll_up"),
            (_THUMB * (after - first), "grab"),
            (_TRACK * (size - after), "scroll_down"),
        )
        line = [
            Segment(text, style + Style(meta={"@mouse.down": action})) for text, action in parts
        ]
        return Segments([*line, Segment.line()] * thickness, new_lines=False)


def use_line_scrollbars() -> None:
    """Let every horizontal scroll bar of the app be a line."""
    ScrollBar.renderer = LineScrollBar
