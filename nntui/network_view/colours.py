"""The colours of each role of a drawing, on dark and on light backgrounds.

Blue is positive and orange negative, which colour-blind people tell apart. Colour never carries
meaning alone: signs, dots and marks say the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import copysign, inf
from typing import Final, NamedTuple


class RGB(NamedTuple):
    """A colour: red, green and blue, 0 to 255 each."""

    red: int
    green: int
    blue: int

    @classmethod
    def of(cls, text: str) -> RGB:
        """The colour written ``#5fafff``."""
        return cls(*bytes.fromhex(text.removeprefix("#")))

    @property
    def text(self) -> str:
        """The colour as ``#5fafff``."""
        return "#" + bytes(self).hex()

    def blend(self, other: RGB, amount: float) -> RGB:
        """Mix this colour with an amount (0 to 1) of another one."""
        mixed = (a + (b - a) * amount for a, b in zip(self, other, strict=True))
        return RGB(*(min(255, max(0, round(part))) for part in mixed))

    @property
    def luminance(self) -> float:
        """The relative luminance, 0 to 1 (WCAG 2.1)."""
        parts = (part / 255 for part in self)
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    def contrast(self, other: RGB) -> float:
        """The contrast ratio of two colours, 1 to 21 (WCAG 2.1)."""
        low, high = sorted((self.luminance, other.luminance))
        return (high + 0.05) / (low + 0.05)


POSITIVE: Final = {True: RGB.of("#5fafff"), False: RGB.of("#005fb8")}
NEGATIVE: Final = {True: RGB.of("#ffaf5f"), False: RGB.of("#a84b00")}
FOCUS: Final = {True: RGB.of("#d7a6ff"), False: RGB.of("#7a2ea0")}
STOP: Final = {True: RGB.of("#ff6b6b"), False: RGB.of("#b3001b")}
RIGHT: Final = {True: RGB.of("#7fd88f"), False: RGB.of("#1d6f42")}
MARK: Final = {True: RGB.of("#ffe066"), False: RGB.of("#6b4e00")}
"""Each by whether the background is dark. MARK is what is computed now, and nothing else."""

CLASSES: Final = {
    True: tuple(map(RGB.of, (
        "#5fafff", "#ffaf5f", "#5fd7a0", "#d78fd7", "#d7d75f", "#5fd7d7", "#ff8787", "#afaf87",
        "#af87ff", "#87af5f",
    ))),
    False: tuple(map(RGB.of, (
        "#005fb8", "#a84b00", "#1d6f42", "#87338f", "#6b5e00", "#00696b", "#b3001b", "#5f5f4b",
        "#5b3fb8", "#4b6b1d",
    ))),
}  # fmt: skip
"""The hues of classes, by whether the background is dark; of more classes some share one."""

FAINT: Final = 0.7
"""How much of the foreground a faint text has: just enough to be read (WCAG AA)."""

_BLACK, _WHITE = RGB(0, 0, 0), RGB(255, 255, 255)
_LEAST: Final = 3.0
"""The contrast that a line or a frame has at least (WCAG 2.1, graphics)."""
_LEAST_TEXT: Final = 4.5
"""The same of a text."""
_OUT: Final = frozenset({"bright", "focus"})


@dataclass(frozen=True, slots=True)
class Ink:
    """How a span of a drawing is printed; without a colour, as its surroundings."""

    colour: RGB | None = None
    ground: RGB | None = None
    bold: bool = False
    underline: bool = False
    dim: bool = False


_BOXES: Final = {
    "box.current": Ink(bold=True),
    "box.focus": Ink(bold=True, underline=True),
    "box.dim": Ink(dim=True),
}


_PLAIN: Final = {
    "frame": 0.45, "name": 1.0, "caption": FAINT, "symbol": FAINT, "number": 1.0, "axis": FAINT,
}  # fmt: skip
"""How much of the foreground a part of a box has."""


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours on one background; ``strong``: with more contrast."""

    dark: bool
    background: RGB
    foreground: RGB
    strong: bool = False

    def signed(self, value: float) -> RGB:
        """Return the hue of a number's sign, which −0 has, too."""
        return (NEGATIVE if copysign(1.0, value) < 0 else POSITIVE)[self.dark]

    def shown(self, colour: RGB, amount: float) -> RGB:
        """Blend an amount of a colour into the background; in high contrast, more of it."""
        lifted = amount + 0.5 * (1.0 - amount) if self.strong else amount
        return self.background.blend(colour, lifted)

    def clear(self, colour: RGB, amount: float, least: float) -> RGB:
        """Blend an amount of a colour into the background, or more, for a contrast of ``least``.

        Where the whole colour has less, it is blended into black or white.
        """
        least = least * 1.4 if self.strong else least
        extreme = max(_BLACK, _WHITE, key=self.background.contrast)
        for step in range(21):
            found = self.shown(colour, max(amount, step / 20))
            if self.background.contrast(found) >= least:
                return found
        blends = (colour.blend(extreme, step / 20) for step in range(1, 21))
        contrast = self.background.contrast
        return next((each for each in blends if contrast(each) >= least), extreme)

    def _plain(self, kind: str, state: str) -> Ink:
        """Choose the look of a frame and of the words and numbers in it."""
        bold = kind == "name" or state == "current"
        if state == "current":
            return Ink(self.clear(MARK[self.dark], 1.0, _LEAST_TEXT), bold=bold)
        if state == "focus":
            return Ink(self.clear(FOCUS[self.dark], 1.0, _LEAST_TEXT), bold=True)
        least = _LEAST if kind == "frame" or state == "dim" else _LEAST_TEXT
        amount = 0.0 if state == "dim" else _PLAIN[kind]
        return Ink(self.clear(self.foreground, amount, least), bold=bold and state != "dim")

    def tone(self, tone: float) -> RGB:
        """Return the colour of a tone from −1 over 0, a grey, to 1; inf: no finite number."""
        if tone == inf:
            return self.background.blend(STOP[self.dark], 0.5)
        grey = self.background.blend(self.foreground, 0.18)
        return grey.blend(self.signed(tone), abs(tone) ** 0.8)

    def region(self, code: float) -> RGB:
        """Return the colour of a class (the whole part), the more of it the surer (the rest)."""
        if code == inf:
            return self.background.blend(STOP[self.dark], 0.5)
        index, sure = int(code), code % 1.0
        hues = CLASSES[self.dark]
        return self.background.blend(hues[index % len(hues)], 0.22 + 0.5 * sure)

    def ink(self, role: str, value: float | None, below: float | None = None) -> Ink:
        """Choose the look of a span by its role (see ``draw.picture.ROLES``) and shades."""
        kind, _, rest = role.partition(".")
        state = rest.rpartition(".")[2]
        if kind == "box":
            return self._box(role, value)
        if kind in ("surface", "region"):
            return self._on_plane(role, value, below)
        if kind in _PLAIN:
            return self._plain(kind, state)
        if state == "current" or kind == "bead":
            return Ink(self.clear(MARK[self.dark], 1.0, _LEAST_TEXT), bold=True)
        if kind in ("stop", "wrong") or state == "odd":
            return Ink(self.clear(STOP[self.dark], 1.0, _LEAST_TEXT), bold=True)
        if kind == "right":
            return Ink(self.clear(RIGHT[self.dark], 1.0, _LEAST_TEXT), bold=True)
        if kind == "edge":
            zero = rest.startswith("zero")
            hue = self.foreground if zero else self.signed(-1.0 if "negative" in rest else 1.0)
            amount = 0.0 if state == "dim" else 0.35 if zero else 1.0
            return Ink(self.clear(hue, amount, _LEAST), bold=state in _OUT)
        if kind == "label":
            hue = self.foreground if value is None else self.signed(value)
            amount = 0.0 if state == "dim" else 0.6 if value is None else 1.0
            least = _LEAST if state == "dim" else _LEAST_TEXT
            colour = self.clear(hue, amount, least)
            return Ink(colour, bold=state in _OUT, underline=state == "focus")
        if kind == "heat":
            signed = self.signed(-1.0 if state == "negative" else 1.0)
            ground = self.background.blend(signed, 0.06 + 0.64 * (value or 0.0))
            sign = max(_BLACK, _WHITE, key=ground.contrast)
            return Ink(ground.blend(sign, 0.9 if self.strong else 0.45), ground)
        return Ink(self.shown(self.foreground, FAINT)) if kind == "fold" else Ink()

    def _on_plane(self, role: str, upper: float | None, lower: float | None) -> Ink:
        kind, _, state = role.partition(".")
        if upper is None:  # without colour
            return Ink(bold=bool(state), underline=state == "wrong")
        shade = self.tone if kind == "surface" else self.region
        ground = shade(upper)
        if not state:
            return Ink(ground, shade(upper if lower is None else lower))
        if state == "current":
            return Ink(MARK[self.dark], self.background, bold=True)
        ink = max(_BLACK, _WHITE, key=ground.contrast)
        return Ink(ink, ground, bold=True, underline=state == "wrong")

    def _box(self, role: str, tone: float | None) -> Ink:
        if role == "box.odd":
            ground = self.background.blend(STOP[self.dark], 0.4)
        elif tone is None:
            ground = self.background.blend(self.foreground, 0.10)
        else:
            ground = self.background.blend(self.signed(tone), 0.15 + 0.6 * min(abs(tone), 1.0))
        colour = max(_BLACK, _WHITE, key=ground.contrast)
        return replace(_BOXES.get(role, Ink()), colour=colour, ground=ground)
