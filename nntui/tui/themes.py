"""nntui's own themes: dark, light, and one of high contrast. Textual's own are there beside them.

The hues of signs, marks and breakpoints are not a theme's: see ``nntui.tui.colours``.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import Final

from textual.theme import Theme

DARK: Final = Theme(
    name="nntui-dark",
    primary="#5fafff",
    secondary="#3d6b99",
    accent="#ffaf5f",
    warning="#ffaf5f",
    error="#ff6b6b",
    success="#7fd88f",
    foreground="#dfe5ec",
    background="#101419",
    surface="#181e25",
    panel="#222a33",
    dark=True,
)
LIGHT: Final = Theme(
    name="nntui-light",
    primary="#005fb8",
    secondary="#3d6b99",
    accent="#a84b00",
    warning="#a84b00",
    error="#b3001b",
    success="#1d6f42",
    foreground="#1b1f24",
    background="#fbfbf9",
    surface="#f1f1ec",
    panel="#e6e6df",
    dark=False,
)
CONTRAST: Final = Theme(
    name="nntui-contrast",
    primary="#00d7ff",
    secondary="#5fd7ff",
    accent="#ffff5f",
    warning="#ffff5f",
    error="#ff8787",
    success="#5fff87",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1c1c1c",
    dark=True,
    text_alpha=1.0,
)
OWN: Final = (DARK, LIGHT, CONTRAST)


def first_theme(preferred: str | None, available: Collection[str]) -> str | None:
    """The theme to start with; None is Textual's choice: ``TEXTUAL_THEME`` was set."""
    if preferred in available:
        return preferred
    return None if os.environ.get("TEXTUAL_THEME") else DARK.name
