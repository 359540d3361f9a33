"""End a command: with an exit status, and at most one line that says why."""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final, NoReturn, TextIO

import click

from nntui.model.errors import NntuiError, unexpected
from nntui.model.names import escaped

WRONG_RESULT: Final = 1
"""The command worked and found something wrong."""

UNUSABLE: Final = 2
"""The command could not work: a bad document, option or file."""

DIVERGED: Final = 3
"""A run ended in a NaN, an infinity or a loss beyond all bounds."""

FAULT: Final = 70
"""nntui itself is at fault: an error that nobody foresaw."""

INTERRUPTED: Final = 130
"""Ended by Ctrl-C, as shells count it: 128 + SIGINT."""

TERMINATED: Final = 143
"""Ended by ``kill``, as shells count it: 128 + SIGTERM."""

READER_GONE: Final = 141
"""The reader of the output has closed it (``| head``): 128 + SIGPIPE."""

_MESSAGE_LENGTH: Final = 4000


class SystemRefusalError(Exception):
    """An ``OSError``, wrapped because click would end a closed pipe with status 1."""

    def __init__(self, error: OSError) -> None:
        super().__init__(error)
        self.error = error


def say(message: str) -> None:
    """Print a message in one line on stderr."""
    click.echo(f"nntui: {escaped(message, _MESSAGE_LENGTH)}", err=True)


def ended(run: Callable[[], object], leave: Callable[[int], NoReturn] = sys.exit) -> NoReturn:
    """Run a command, say in one line why it failed, and leave with its status (None: 0)."""
    try:
        _survive_any_encoding(sys.stdout, sys.stderr)
        status = run()
        if sys.stdout is not None:  # closed from the start: nntui samples >&-
            sys.stdout.flush()
    except (click.Abort, KeyboardInterrupt):
        status = INTERRUPTED
    except click.UsageError as error:
        from nntui.cli.usage import sentence

        status = error.exit_code
        command = error.ctx.command_path if error.ctx else "nntui"
        say(f"{sentence(error)} ({command} --help says more)")
    except click.ClickException as error:
        status = UNUSABLE
        say(error.format_message())
    except NntuiError as error:
        status = UNUSABLE
        say(str(error))
    except (SystemRefusalError, OSError) as refusal:
        failure = refusal.error if isinstance(refusal, SystemRefusalError) else refusal
        _silence(sys.stdout)
        # Windows reports a closed pipe as an invalid argument.
        closed = os.name == "nt" and failure.errno == errno.EINVAL
        if closed or isinstance(failure, BrokenPipeError):
            status = READER_GONE
        else:
            status = UNUSABLE
            where = f"{escaped(os.fsdecode(failure.filename), 1000)}: " if failure.filename else ""
            say(where + (failure.strerror or str(failure) or type(failure).__name__))
    except Exception as error:
        status = FAULT
        say(unexpected(error))
    leave(status if isinstance(status, int) else 0)


def _silence(stream: TextIO | None) -> None:
    """Discard what a stream still holds, so that its last flush cannot fail again."""
    with suppress(OSError, ValueError):  # no real file behind it: nothing to flush either
        if stream is None:
            return
        file = stream.fileno()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, file)
        os.close(nowhere)


def _survive_any_encoding(*streams: TextIO | None) -> None:
    """Write a question mark for a character that the terminal's encoding lacks."""
    for stream in streams:
        reconfigure = getattr(stream, "reconfigure", None)
        if stream and reconfigure and "utf" not in (stream.encoding or "").lower():
            reconfigure(errors="replace")


@contextmanager
def noticing_interrupts(said: str = "") -> Iterator[Callable[[], int]]:
    """Only notice the first Ctrl-C or SIGTERM, printing a line on stderr; the next one raises.

    The function that is given returns the exit status of the one that came, or 0.
    """
    noticed = 0

    def notice(number: int, frame: FrameType | None) -> None:
        nonlocal noticed
        if noticed:
            _raise(number, frame)
        noticed = 128 + number
        # The stream's own buffer may be in use right now; its file takes the words at any time.
        with suppress(OSError, ValueError):
            os.write(sys.stderr.fileno(), f"\n{said}\n".encode() if said else b"\n")

    with _handling(notice, signal.SIGINT, signal.SIGTERM):
        yield lambda: noticed


@contextmanager
def terminable() -> Iterator[None]:
    """Let SIGTERM raise ``SystemExit`` with its status, so that what must be done still is."""
    with _handling(_raise, signal.SIGTERM):
        yield


def _raise(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(128 + number)


@contextmanager
def _handling(
    handler: Callable[[int, FrameType | None], None], *numbers: signal.Signals
) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield  # signals reach the main thread only
        return
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
