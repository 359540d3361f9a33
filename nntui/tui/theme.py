"""nntui's own themes: dark, light, and one of high contrast. Textual's own are there beside them.

The hues of signs, marks and breakpoints are the same in all: see ``nntui.network_view.colours``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from rich.cells import cell_len
from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.theme import Theme
from textual.widgets import Static

from nntui.network_view import colours
from nntui.network_view.colours import FAINT, MARK, NEGATIVE, POSITIVE, RGB, STOP, Palette

if TYPE_CHECKING:
    from textual.app import App


def _theme(name: str, dark: bool, success: str, ground: tuple[str, str, str], ink: str) -> Theme:
    """Return a theme in the hues of signs and breakpoints, on the grounds of panes and of boxes."""
    background, surface, panel = ground
    warning = NEGATIVE[dark].text
    return Theme(
        name, primary=POSITIVE[dark].text, secondary="#3d6b99", accent=warning, warning=warning,
        error=STOP[dark].text, success=success, foreground=ink, background=background,
        surface=surface, panel=panel, dark=dark,
    )  # fmt: skip


DARK: Final = _theme("nntui-dark", True, "#7fd88f", ("#101419", "#181e25", "#222a33"), "#dfe5ec")
LIGHT: Final = _theme("nntui-light", False, "#1d6f42", ("#fbfbf9", "#f1f1ec", "#e6e6df"), "#1b1f24")
CONTRAST: Final = Theme(
    "nntui-contrast", primary="#00d7ff", secondary="#5fd7ff", accent="#ffff5f", warning="#ffff5f",
    error="#ff8787", success="#5fff87", foreground="#ffffff", background="#000000",
    surface="#000000", panel="#1c1c1c", dark=True, text_alpha=1.0,
)  # fmt: skip
OWN: Final = (DARK, LIGHT, CONTRAST)


class HarmlessFilter(LineFilter):
    """The last door to the screen: what no pane or dialog made harmless is a sign of that width.

    Widgets measure what they show, so here nothing may become longer.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        if "".join([text for text, _, _ in segments]).isprintable():
            return segments
        from nntui.text import harmless  # seldom, and never before the first paint

        def sign(character: str) -> str:
            return character if harmless(character) == character else "\ufffd" * cell_len(character)

        return [
            Segment("".join(map(sign, text)), style, control) for text, style, control in segments
        ]


HARMLESS: Final = HarmlessFilter()


class MinusFilter(LineFilter):
    """Writes the sign of negative numbers as formulas write the operator, −.

    Texts keep the hyphen that everybody types, so that what is copied can be typed, too.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            Segment(with_minus(text), style, control) if "-" in text else segment
            for segment in segments
            for text, style, control in (segment,)
        ]


_SIGN: Final = re.compile(r"(?<![\w.)\]-])-(?=[\d.∞])")  # of no exponent, name or range
MINUS: Final = MinusFilter()


def with_minus(text: str) -> str:
    """Write the sign of the negative numbers in a text as the filter does: in a title, say."""
    return _SIGN.sub("−", text)


class NumbersText(Static):
    """A text whose negative numbers have that sign."""

    def get_line_filters(self) -> Sequence[LineFilter]:
        return *super().get_line_filters(), MINUS


FOCUS: Final = {dark: Color(*rgb) for dark, rgb in colours.FOCUS.items()}
"""The accent of what has the keyboard or was chosen, by whether the background is dark."""
VISIBLE: Final = 3.0
"""The contrast that lines need, by WCAG."""

_CODE: Final = {
    "keyword": {True: Color.parse("#c792ea"), False: Color.parse("#7a2ea0")},
    "value": {True: Color.parse("#7fdbca"), False: Color.parse("#00695c")},
    "number": {True: Color.parse("#f78fb3"), False: Color.parse("#a0305f")},
    "string": {True: Color.parse("#b5d67a"), False: Color.parse("#4a6600")},
}
# A part of a chart: its hue (none: that of text), and how much of it.
_CHART: Final[dict[str, tuple[Mapping[bool, RGB] | None, float]]] = {
    "train": (POSITIVE, 1.0), "ahead": (POSITIVE, 0.4), "test": (NEGATIVE, 1.0),
    "other": (None, 0.45), "gap": (STOP, 1.0), "here": (MARK, 1.0), "words": (None, 0.7),
    "line": (None, 0.5),
}  # fmt: skip
_BRANCHES: Final = (
    {dark: Color(*hue) for dark, hue in POSITIVE.items()},
    *(_CODE[kind] for kind in ("keyword", "value", "number", "string")),
)
"""The hues of the branches’ curves; main has the first."""
_CODE_BOLD: Final = ("keyword", "definition")


@dataclass(frozen=True)
class Colours:
    """The colours of one theme; ``background`` and ``foreground`` are those of the panes.

    ``strong``: faint text is less so (high contrast).
    """

    dark: bool
    background: Color
    foreground: Color
    strong: bool = False
    # The styles so far: a step shows hundreds of spans of few kinds, and Rich is slow to join two.
    _whole: dict[Style, Style] = field(default_factory=dict, init=False, compare=False)
    _roles: dict[tuple[str, float | None, float | None], Style] = field(
        default_factory=dict, init=False, compare=False
    )

    @classmethod
    def of_app(cls, app: App[Any]) -> Colours:
        """Return the colours of an app's current theme."""
        return cls.of(app.current_theme, app.theme_variables)

    @classmethod
    def of(cls, theme: Theme, variables: dict[str, str]) -> Colours:
        """Return the colours of one of Textual's themes, given its variables."""
        plain = "#121212" if theme.dark else "#ffffff"
        background = _parsed(variables.get("background", plain), plain)
        ink = "#e0e0e0" if theme.dark else "#1a1a1a"
        foreground = _parsed(variables.get("foreground", ink), ink)
        return cls(theme.dark, background, foreground, theme.name == CONTRAST.name)

    @cached_property
    def plain(self) -> Style:
        """Ordinary text."""
        return Style(color=self.foreground.rich_color, bgcolor=self.background.rich_color)

    def whole(self, style: Style | None) -> Style:
        """Return a style with what it leaves open filled in as in ordinary text."""
        if style is None:
            return self.plain
        found = self._whole.get(style)
        if found is None:
            found = self._whole[style] = self.plain + style
        return found

    @cached_property
    def faint(self) -> Style:
        """Text of less importance."""
        palette = self._palette
        return Style(color=RichColor.from_rgb(*palette.shown(palette.foreground, FAINT)))

    @cached_property
    def mark(self) -> Style:
        """What the last step computed."""
        return Style(color=Color(*MARK[self.dark]).rich_color, bold=True)

    @cached_property
    def flash(self) -> Style:
        """A value that was just written: it must be seen at once, among hundreds."""
        ground = self.background.blend(Color(*MARK[self.dark]), 0.32 if self.dark else 0.2)
        return self.mark + Style(bgcolor=ground.rich_color)

    @cached_property
    def rule(self) -> Color:
        """The faintest colour of a line that is visible on the background."""
        ground = RGB(*self.background.rgb)
        blends = (self.background.blend(self.foreground, n / 100) for n in range(20, 100))
        visible = (c for c in blends if RGB(*c.rgb).contrast(ground) >= VISIBLE)
        return next(visible, self.foreground)

    @cached_property
    def line(self) -> Style:
        """A line between two parts."""
        return Style(color=self.rule.rich_color)

    @cached_property
    def stop(self) -> Style:
        """The mark of a breakpoint."""
        return Style(color=Color(*STOP[self.dark]).rich_color, bold=True)

    @cached_property
    def current_line(self) -> Style:
        """The line of a text that is the present one."""
        return Style(
            bgcolor=self.background.blend(Color(*MARK[self.dark]), 0.15).rich_color, bold=True
        )

    @cached_property
    def chosen(self) -> Style:
        """The row that was chosen."""
        return Style(bgcolor=self.background.blend(FOCUS[self.dark], 0.15).rich_color, bold=True)

    def code(self, kind: str) -> Style:
        """Return the style of code: a keyword, definition, value, number, string or comment."""
        if kind == "comment":
            return Style(color=self.background.blend(self.foreground, 0.8).rich_color, italic=True)
        colour = _CODE[kind][self.dark].rich_color if kind in _CODE else None
        return Style(color=colour, bold=True if kind in _CODE_BOLD else None)

    def chart(self, kind: str) -> Color:
        """Return the colour of a part of a chart (a key of ``_CHART``)."""
        hue, amount = _CHART[kind]
        ink = self.foreground if hue is None else Color(*hue[self.dark])
        return self.background.blend(ink, amount)

    def shade(self, colour: Color, amount: float) -> Color:
        """Blend an amount of a colour into the background, or more where it would not be seen."""
        return Color(*self._palette.clear(RGB(*colour.rgb), amount, VISIBLE))

    def branch(self, number: int) -> Color:
        """Return the colour of a branch’s curve, by the branch’s number; main is 0."""
        return _BRANCHES[number % len(_BRANCHES)][self.dark]

    def role(self, role: str, value: float | None, below: float | None = None) -> Style:
        """Return the style of a span of a drawing, given its role and shades."""
        key = role, value, below
        found = self._roles.get(key)
        if found is None:
            ink = self._palette.ink(role, value, below)
            found = self._roles[key] = Style(
                color=None if ink.colour is None else RichColor.from_rgb(*ink.colour),
                bgcolor=None if ink.ground is None else RichColor.from_rgb(*ink.ground),
                bold=ink.bold or None,
                underline=ink.underline or None,
                dim=ink.dim or None,
            )
        return found

    @cached_property
    def _palette(self) -> Palette:
        background, foreground = RGB(*self.background.rgb), RGB(*self.foreground.rgb)
        return Palette(self.dark, background, foreground, self.strong)


def _parsed(text: str, otherwise: str) -> Color:
    """Parse a colour of the theme; "ansi_default" and the like have no numbers to blend with."""
    colour = Color.parse(text)
    return Color.parse(otherwise) if colour.ansi is not None else colour
