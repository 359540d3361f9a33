"""The terminal on POSIX: Textual's driver, for redirected streams and terminals that go away."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from time import monotonic
from typing import Any, Final, TextIO

from textual.drivers.linux_driver import LinuxDriver
from textual.events import Key
from textual.message import Message

EARLY: Final = 0.2
"""Seconds from the start of reading keys in which those come that were typed before."""


class TerminalDriver(LinuxDriver):
    """Draws on standard error, or on standard output where only that is a terminal.

    ``sent``: how many bytes it was sent so far.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        streams = (sys.__stderr__, sys.__stdout__)
        terminals = (s for s in streams if s is not None and s.isatty())
        self._file: Any = LastingFile(next(terminals, self._file))
        self.sent = 0
        self._reads_since = 0.0

    @property
    def taken(self) -> int:
        """How many of the bytes sent the terminal has taken: a slow one lets the rest wait."""
        return self._file.written  # type: ignore[no-any-return]

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
        self.sent += _bytes(data)
        super().write(data)

    def _get_terminal_size(self) -> tuple[int, int]:
        """Ask the terminal that is drawn on: Textual asks standard output, which may be a file."""
        with suppress(OSError):
            columns, rows = os.get_terminal_size(self._file.fileno())
            if columns and rows:
                return columns, rows
        return super()._get_terminal_size()


def _bytes(text: str) -> int:
    return len(text.encode(errors="replace"))


class LastingFile:
    """A terminal that takes what is written to it, also when it is gone.

    An error would end the thread that writes, and the screen would wait for that thread for ever.
    ``written``: how many bytes were written.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.fileno = file.fileno
        self.written = 0

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._file.write(text)
            self._file.flush()
        self.written += _bytes(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._file.flush()
