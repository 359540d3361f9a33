"""Breakpoints and watchpoints: what they are, how they are read, and how a run finds them."""

from nntui.debugger.breakpoints.breakpoint import (
    AnyBreakpoint,
    Breakpoint,
    Message,
    Place,
    StopError,
    Watchpoint,
    message_of,
)
from nntui.debugger.breakpoints.parse import (
    breakpoint_of,
    from_plain,
    place_of,
    row_of,
    to_plain,
    watchpoint_of,
)
from nntui.debugger.breakpoints.table import BreakpointTable

__all__ = [
    "AnyBreakpoint",
    "Breakpoint",
    "BreakpointTable",
    "Message",
    "Place",
    "StopError",
    "Watchpoint",
    "breakpoint_of",
    "from_plain",
    "message_of",
    "place_of",
    "row_of",
    "to_plain",
    "watchpoint_of",
]
