"""Breakpoints and watchpoints: what they are, how they are read, and how a run finds them."""

from nntui.debugger.breakpoints.breakpoint import (
    AnyRow,
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
from nntui.debugger.breakpoints.search import Hunt, resume
from nntui.debugger.breakpoints.stop import Stop
from nntui.debugger.breakpoints.table import Stops

__all__ = [
    "AnyRow",
    "Breakpoint",
    "Hunt",
    "Message",
    "Place",
    "Stop",
    "StopError",
    "Stops",
    "Watchpoint",
    "breakpoint_of",
    "from_plain",
    "message_of",
    "place_of",
    "resume",
    "row_of",
    "to_plain",
    "watchpoint_of",
]
