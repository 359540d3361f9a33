"""Values as a reply shows them."""

from __future__ import annotations

from nntui.explain.numbers import exact


def shown(value: float | bool | str | None) -> str:
    """A number exactly, ``true`` or ``false``, ``blank``; text as it is."""
    if value is None:
        return "blank"
    if isinstance(value, str):
        return value
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else exact(value)
