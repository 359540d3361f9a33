"""Lines, frames and labels are seen on every background (WCAG 2.1)."""

from __future__ import annotations

import pytest

from nntui.draw.picture import ROLES
from nntui.network_view.colours import RGB, Palette

LINES = [role for role in ROLES if role.startswith(("edge", "frame"))]
WORDS = ("label", "name", "caption", "symbol", "number", "right", "wrong", "bead", "axis")
TEXTS = [role for role in ROLES if role.startswith(WORDS)]
GRAPHICS, TEXT = 3.0, 4.5


@pytest.mark.parametrize(
    ("background", "foreground", "dark"),
    [
        ("#101419", "#dfe5ec", True), ("#fbfbf9", "#1b1f24", False), ("#000000", "#ffffff", True),
        ("#2e3440", "#d8dee9", True), ("#fdf6e3", "#586e75", False), ("#282828", "#fbf1c7", True),
        ("#4a4a4a", "#e0e0e0", True), ("#c0c0c0", "#303030", False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("strong", [False, True])
def test_every_line_has_a_contrast_of_3_and_every_text_of_4_5(background, foreground, dark, strong):
    ground = RGB.of(background)
    palette = Palette(dark, ground, RGB.of(foreground), strong)
    for value in (-1.0, -0.1, None, 0.0, 0.1, 1.0):
        for role in LINES:
            assert ground.contrast(palette.ink(role, value).colour) >= GRAPHICS, role
        for role in TEXTS:
            least = GRAPHICS if role.endswith(".dim") else TEXT
            ink = palette.ink(role, value)
            assert ground.contrast(ink.colour) >= (GRAPHICS if role == "name.current" else least), (
                role
            )


def test_what_is_out_of_focus_is_dimmer_than_what_is_not():
    ground = RGB.of("#101419")
    palette = Palette(True, ground, RGB.of("#dfe5ec"))
    for sign in ("positive", "negative"):
        dim, done = (palette.ink(f"edge.{sign}.{state}", 1.0).colour for state in ("dim", "done"))
        assert ground.contrast(dim) < 0.6 * ground.contrast(done)
