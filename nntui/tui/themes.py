"""nntui's own themes: dark, light, and one of high contrast. Textual's own are there beside them.

The hues of signs, marks and breakpoints are not a theme's: see ``nntui.network_view.colours``.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import Final

from textual.theme import Theme

from nntui.network_view.colours import NEGATIVE, POSITIVE, STOP

DARK: Final = Theme(
    name="nntui-dark",
    primary=POSITIVE[True].text,
    secondary="#3d6b99",
    accent=NEGATIVE[True].text,
    warning=NEGATIVE[True].text,
    error=STOP[True].text,
    success="#7fd88f",
    foreground="#dfe5ec",
    background="#101419",
    surface="#181e25",
    panel="#222a33",
    dark=True,
)
LIGHT: Final = Theme(
    name="nntui-light",
    primary=POSITIVE[False].text,
    secondary="#3d6b99",
    accent=NEGATIVE[False].text,
    warning=NEGATIVE[False].text,
    error=STOP[False].text,
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
