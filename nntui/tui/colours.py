"""The colours of a theme: what each role of a drawing looks like, on dark and on light alike.

Blue for positive and orange for negative, which colour-blind people tell apart. Colour never
carries meaning alone: signs, dots and marks say the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rich.style import Style
from textual.color import Color
from textual.theme import Theme

_POSITIVE: Final = {True: Color.parse("#5fafff"), False: Color.parse("#005fb8")}
_NEGATIVE: Final = {True: Color.parse("#ffaf5f"), False: Color.parse("#a84b00")}
_BOXES: Final = {
    "box.current": Style(bold=True),
    "box.focus": Style(bold=True, underline=True),
    "box.dim": Style(dim=True),
}
_PASS: Final = {"done": 1.0, "pending": 0.6}
"""How much of its strength a line shows that the pass has been through, or is still to come to."""
_STOP: Final = {True: Color.parse("#ff6b6b"), False: Color.parse("#b3001b")}
_MARK: Final = {True: Color.parse("#ffe066"), False: Color.parse("#6b4e00")}


@dataclass(frozen=True)
class Colours:
    """The colours of one theme; ``background`` and ``foreground`` are those of the panes."""

    dark: bool
    background: Color
    foreground: Color

    @classmethod
    def of(cls, theme: Theme, variables: dict[str, str]) -> Colours:
        """The colours that go with a theme of Textual's, given its variables."""
        plain = "#121212" if theme.dark else "#ffffff"
        background = _parsed(variables.get("background", plain), plain)
        ink = "#e0e0e0" if theme.dark else "#1a1a1a"
        return cls(theme.dark, background, _parsed(variables.get("foreground", ink), ink))

    def signed(self, value: float) -> Color:
        """The hue of a sign."""
        return (_NEGATIVE if value < 0 else _POSITIVE)[self.dark]

    @property
    def plain(self) -> Style:
        """Ordinary text."""
        return Style(color=self.foreground.rich_color, bgcolor=self.background.rich_color)

    @property
    def faint(self) -> Style:
        """Text beside the point."""
        return Style(color=self.background.blend(self.foreground, 0.55).rich_color)

    @property
    def mark(self) -> Style:
        """What is being computed at this moment."""
        return Style(color=_MARK[self.dark].rich_color, bold=True)

    @property
    def stop(self) -> Style:
        """Where a breakpoint stands."""
        return Style(color=_STOP[self.dark].rich_color, bold=True)

    @property
    def current_line(self) -> Style:
        """The line of a list that is meant."""
        return Style(bgcolor=self.background.blend(_MARK[self.dark], 0.18).rich_color, bold=True)

    def role(self, role: str, value: float | None) -> Style:
        """What a span of a drawing looks like, given its role and shade."""
        state = role.rpartition(".")[2]
        if role.startswith("box"):
            return self._box(role, value)
        if role in ("edge.current", "label.current"):
            return self.mark
        if role == "stop":
            return self.stop
        if role.startswith("edge"):
            return self._edge("negative" in role, state, value)
        if role.startswith("label"):
            return self._label(state, value)
        return self.faint if role == "fold" else Style()

    def _box(self, role: str, tone: float | None) -> Style:
        if tone is None:
            ground = self.background.blend(self.foreground, 0.10)
        else:
            ground = self.background.blend(self.signed(tone), 0.15 + 0.6 * min(abs(tone), 1.0))
        ink = ground.get_contrast_text(0.95)
        return Style(color=ink.rich_color, bgcolor=ground.rich_color) + _BOXES.get(role, Style())

    def _edge(self, negative: bool, state: str, value: float | None) -> Style:
        amount = {"dim": 0.25, "bright": 1.0, "focus": 1.0}.get(state)
        signed = -1.0 if negative else 1.0
        if amount is None:
            strength = 0.5 if value is None else value
            amount = (0.45 + 0.45 * strength) * _PASS.get(state, 0.85)
        colour = self.background.blend(self.signed(signed), amount)
        return Style(color=colour.rich_color, bold=state in ("bright", "focus"))

    def _label(self, state: str, value: float | None) -> Style:
        amount = {"dim": 0.4, "bright": 1.0, "focus": 1.0, "done": 0.95, "pending": 0.55}.get(
            state, 0.8
        )
        colour = self.background.blend(self.signed(value or 0.0), amount)
        return Style(
            color=colour.rich_color,
            bold=state in ("bright", "focus"),
            underline=state == "focus",
        )


def _parsed(text: str, otherwise: str) -> Color:
    """A colour of the theme; "ansi_default" and the like have no numbers to blend with."""
    colour = Color.parse(text)
    return Color.parse(otherwise) if colour.ansi is not None else colour
