"""What cannot be converted, in one sentence."""

from __future__ import annotations

from nntui.model.errors import NntuiError
from nntui.model.names import escaped


class ConversionError(NntuiError):
    """A model that nntui cannot represent exactly, or that lacks something."""


def said_by(error: Exception) -> str:
    """Return the first line of what an exception of another library says, or else its name."""
    return escaped(str(error).split("\n")[0] or type(error).__name__, 300)
