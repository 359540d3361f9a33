"""Breakpoints and watchpoints: what they are, how they are read, and how a run finds them."""

from nntui.debugger.stops.errors import StopError
from nntui.debugger.stops.hunt import Hunt, resume
from nntui.debugger.stops.message import Message, message_of
from nntui.debugger.stops.place import Place
from nntui.debugger.stops.plain import from_plain, row_of, to_plain
from nntui.debugger.stops.reading import breakpoint_of, place_of, watchpoint_of
from nntui.debugger.stops.rows import AnyRow, Breakpoint, Watchpoint
from nntui.debugger.stops.stop import Stop
from nntui.debugger.stops.table import Stops

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
