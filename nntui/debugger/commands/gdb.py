"""What the fingers of gdb's users type: the command that does it here, or what to type instead."""

from __future__ import annotations

from typing import Final

SAME: Final = {
    "br": "break", "adv": "until", "advance": "until", "un": "until", "ne": "next", "di": "display",
    "dis": "disable", "si": "step", "stepi": "step", "ni": "next", "nexti": "next",
    "rsi": "reverse-step", "rni": "reverse-next", "fg": "continue", "inspect": "print",
    "output": "print", "call": "print",
}  # fmt: skip
"""gdb's words and short forms, each with the command that does the same here."""

KEYS: Final = {
    letter if way > 0 else letter.upper(): name if way > 0 else f"reverse-{name}"
    for letter, name in (
        ("s", "step"), ("n", "next"), ("f", "finish"), ("e", "example"), ("u", "update"),
        ("p", "epoch"), ("c", "continue"),
    )
    for way in (1, -1)
}  # fmt: skip
"""The screen's keys for movements: what a letter behind a count means."""

_STACK: Final = "there is no stack; where says the step, why VALUE what made a value"
_MEMORY: Final = (
    "nothing stops at reads; watch VALUE stops at each change, break x1->h1 at a connection"
)
_PROGRAM: Final = "the screen shows the program; where says the last step, nntui trace prints steps"
_SHELL: Final = "leave with quit, or use another terminal"
_SCREEN: Final = "the screen (nntui FILE) is laid out with keys: ? there lists them"
_PYTHON: Final = "loops and functions are Python's: nntui.Interpreter(debugger).execute(COMMAND)"
_TEXT: Final = 'print EXPRESSION says a value here, break PLACE log "TEXT {EXPRESSION}" at a place'

ADVICE: Final = {
    "up": _STACK, "down": _STACK, "list": _PROGRAM, "l": _PROGRAM,
    "start": "goto start goes to the start, run runs from there",
    "restart": "goto start goes to the start, run runs from there",
    "clear": "info breakpoints lists them with their numbers, delete NUMBER deletes one",
    "commands": 'break PLACE log "TEXT {EXPRESSION}" writes there, display EXPRESSION at each stop',
    "rwatch": _MEMORY, "awatch": _MEMORY,
    "jump": "goto goes to any position; set changes a number there", "j": "goto goes to a position",
    "return": "finish goes to the end of this pass",
    "ptype": "values are numbers; info values lists them",
    "whatis": "values are numbers; info values lists them",
    "record": "the whole run is always recorded: every movement has its reverse-",
    "checkpoint": "bookmark NAME names this position, goto NAME comes back to it",
    "kill": "goto start goes back to the start, quit leaves",
    "k": "goto start goes back to the start, quit leaves",
    "shell": _SHELL, "!": _SHELL, "echo": _TEXT, "printf": _TEXT,
    "layout": _SCREEN, "tui": _SCREEN, "winheight": _SCREEN,
    "define": _PYTHON, "python": _PYTHON, "py": _PYTHON, "while": _PYTHON,
    "file": "one document is open: leave with quit, then nntui exec OTHER",
}  # fmt: skip
"""Words of gdb that mean nothing here, each with what to do instead."""
