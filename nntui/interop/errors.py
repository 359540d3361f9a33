"""What cannot be converted, in one sentence."""

from __future__ import annotations

from nntui.model.errors import NntuiError


class ConversionError(NntuiError):
    """A model that nntui cannot represent exactly, or that lacks something."""
