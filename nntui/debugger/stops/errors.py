"""The error of a breakpoint or watchpoint that cannot be."""

from __future__ import annotations

from nntui.model.errors import NntuiError


class StopError(NntuiError, ValueError):
    """A place, breakpoint, watchpoint or number of one that means nothing; a sentence."""
