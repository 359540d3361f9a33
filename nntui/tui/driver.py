"""The terminal on POSIX: Textual's driver, for redirected streams and terminals that go away.

What stands on the terminal is known cell by cell, and only cells that differ are sent again.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from time import monotonic
from typing import Any, Final, TextIO

from rich.cells import cell_len, get_character_cell_size
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Key
from textual.message import Message

EARLY: Final = 0.2
"""Seconds from the start of reading keys in which those come that were typed before."""
_TOKEN: Final = re.compile(r"\x1b\[(\d+);(\d+)H|\x1b\[([\d;]*)m|(\n)|([^\x1b\n]+)")
_MODES: Final = re.compile(
    r"(?:\x1b\[[?<=>][\d;]*\$?[a-zA-Z]|\x1b\]\d+;[^\x1b\x07]*(?:\x07|\x1b\\))+"
)
"""Sequences that change no cell: modes, and what is for the terminal itself, such as its title."""
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1a\x1c-\x1f\x7f-\x9f]")
_OTHER_SCREEN: Final = "\x1b[?1049"
_COLOUR: Final = re.compile(r"(?:^|;)([34]8;(?:2;\d+;\d+;\d+|5;\d+)|[34]\d|9[0-7]|10[0-7])(?=;|$)")
_NEAR: Final = 6
"""Cells that are sent again rather than passed over: moving takes about as many bytes."""
_PLAIN: Final = ""

Cell = tuple[str, str]
"""A character and its style, as the parameters of SGR."""


class TerminalDriver(LinuxDriver):
    """Draws on standard error, or on standard output where only that is a terminal."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        streams = (sys.__stderr__, sys.__stdout__)
        terminals = (s for s in streams if s is not None and s.isatty())
        self._file: Any = LastingFile(next(terminals, self._file))
        self._given = 0
        """Characters given to the thread that writes."""
        self._reads_since = 0.0

    @property
    def traffic(self) -> tuple[int, bool]:
        """The bytes sent to the terminal so far, and whether more wait: a slow one lets them."""
        return self._file.sent, self._file.taken < self._given

    def start_application_mode(self) -> None:
        self._reads_since = monotonic()
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def process_message(self, message: Message) -> None:
        """Hand an event on; one that was typed before the terminal was in raw mode as it was meant.

        Until then the terminal makes a line feed of enter.
        """
        early = monotonic() - self._reads_since < EARLY
        if early and isinstance(message, Key) and message.key == "ctrl+j":
            message = Key("enter", "\r")
        super().process_message(message)

    def write(self, data: str) -> None:
        self._given += len(data)
        super().write(data)

    def _get_terminal_size(self) -> tuple[int, int]:
        """Ask the terminal that is drawn on: Textual asks standard output, which may be a file."""
        with suppress(OSError):
            columns, rows = os.get_terminal_size(self._file.fileno())
            if columns and rows:
                return columns, rows
        return super()._get_terminal_size()


class LastingFile:
    """A terminal that takes what is written to it, also when it is gone.

    An error would end the thread that writes, and the screen would wait for that thread for ever.
    Only what changes cells of the terminal is sent. ``taken``: how many characters were written,
    ``sent``: how many bytes they came to.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.fileno = file.fileno
        self.taken = self.sent = 0
        self._cells = TerminalCells(lambda: os.get_terminal_size(file.fileno()))

    def write(self, text: str) -> None:
        with suppress(OSError):
            changes = self._cells.changes(text)
            self.sent += len(changes.encode(errors="replace"))
            self._file.write(changes)
            self._file.flush()
        self.taken += len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._file.flush()


class TerminalCells:
    """Takes what Textual writes and returns what of it a terminal needs that shows it already.

    Textual paints whole rows of a widget, each run of a style with all of its colours. Returned are
    runs of cells that differ from those sent before, with the parts of a style that change. What is
    not understood is returned as it is, and all cells count as unknown from then on; so they do
    when the terminal has another size, and when the whole screen is painted.
    """

    def __init__(self, size: Callable[[], tuple[int, int]]) -> None:
        self._get_size, self._size = size, (0, 0)
        self._rows: list[list[Cell | None]] = []
        self._single: set[str] = set()
        """Characters that are known to be a cell wide."""
        self._out: list[str] = []
        self._cursor: tuple[int, int] | None = None
        self._style: str | None = None

    def changes(self, text: str) -> str:
        """Return what must be written in place of ``text``."""
        if _TOKEN.sub("", text) or _CONTROL.search(text):
            if not _MODES.fullmatch(text) or _OTHER_SCREEN in text:
                self._forget()
            return text
        size = self._get_size()
        whole = text.startswith("\x1b[1;1H") and text.count("\n") >= size[1] - 1
        if size != self._size or whole:
            self._size = size
            self._forget()
        self._out = []
        at: tuple[int, int] | None = None
        style = _PLAIN
        for row, column, parameters, newline, characters in _TOKEN.findall(text):
            if row:
                at = int(column) - 1, int(row) - 1
            elif newline:
                at = None
            elif not characters:
                style = _PLAIN if parameters in ("", "0") else parameters
            elif at is None or not self._holds(at):
                self._forget()
                return text
            else:
                self._write(*at, characters, style)
                at = at[0] + cell_len(characters), at[1]
        if at is not None and at != self._cursor:
            self._move(*at)
        if self._style != _PLAIN:
            self._out.append("\x1b[m")
            self._style = _PLAIN
        return "".join(self._out)

    def _forget(self) -> None:
        columns, rows = self._size
        self._rows = [[None] * columns for _ in range(rows)]
        self._cursor = self._style = None

    def _holds(self, at: tuple[int, int]) -> bool:
        return 0 <= at[0] < self._size[0] and 0 <= at[1] < self._size[1]

    def _write(self, x: int, y: int, characters: str, style: str) -> None:
        cells, columns = self._rows[y], self._size[0]
        if not self._are_single(characters) or x + len(characters) > columns:
            self._send(x, y, characters, style)
            end = min(x + cell_len(characters), columns)
            # A wide character over the edge, or over half of another one, may look like anything.
            first = max(x - 1, 0)
            cells[first : end + 1] = [None] * (len(cells[first : end + 1]))
            self._cursor = None
            return
        new: list[Cell | None] = [(character, style) for character in characters]
        old = cells[x : x + len(new)]
        if old == new:
            return
        cells[x : x + len(new)] = new
        if old[0] is None and old.count(None) == len(old):  # as in the first paint
            self._send(x, y, characters, style)
            return
        differing = [n for n, cell in enumerate(new) if cell != old[n]]
        begin = end = differing[0]
        for n in differing:
            if n - end > _NEAR:
                self._send(x + begin, y, characters[begin : end + 1], style)
                begin = n
            end = n
        self._send(x + begin, y, characters[begin : end + 1], style)

    def _are_single(self, characters: str) -> bool:
        if characters.isascii():
            return True
        unknown = set(characters) - self._single
        self._single.update(c for c in unknown if get_character_cell_size(c) == 1)
        return not unknown - self._single

    def _send(self, x: int, y: int, characters: str, style: str) -> None:
        if self._cursor != (x, y):
            self._move(x, y)
        if style != self._style:
            self._out.append(_change(self._style, style))
            self._style = style
        self._out.append(characters)
        end = x + cell_len(characters)
        # At the edge, terminals differ in where the cursor is.
        self._cursor = (end, y) if end < self._size[0] else None

    def _move(self, x: int, y: int) -> None:
        if self._cursor is not None and self._cursor[1] == y and x > self._cursor[0]:
            self._out.append(f"\x1b[{x - self._cursor[0]}C")
        else:
            self._out.append(f"\x1b[{y + 1};{x + 1}H")
        self._cursor = (x, y)


@lru_cache(4096)
def _parts(style: str) -> tuple[str, str, str]:
    """Return the foreground, the background and the rest of a style."""
    colours = _COLOUR.findall(style)
    fore = next((c for c in colours if c[0] in "39"), "39")
    back = next((c for c in colours if c[0] in "41"), "49")
    return fore, back, _COLOUR.sub("", style).strip(";")


def _change(before: str | None, after: str) -> str:
    """Return the sequence that leads from one style to another; None: from any."""
    if before is not None:
        (fore, back, rest), (new_fore, new_back, new_rest) = _parts(before), _parts(after)
        if rest == new_rest:
            changed = [new_fore] * (fore != new_fore) + [new_back] * (back != new_back)
            return f"\x1b[{';'.join(changed)}m" if changed else ""
    return f"\x1b[0;{after}m" if after else "\x1b[m"
