"""``nntui FILE``: the screen, and how its process ends."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from threading import Thread
from time import sleep
from types import FrameType
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

from nntui.cli.endings import FAULT, ended, say
from nntui.cli.files import Whole, file_argument, is_document, model_options, opened, options_said
from nntui.model.errors import NntuiError, unexpected

if TYPE_CHECKING:
    from nntui.model.experiment import Experiment
    from nntui.tui.app import NntuiApp

GRACE: Final = 1.0
"""Seconds from a signal until the process ends without its screen, which may be stuck."""
KEEPING: Final = 0.7
"""Seconds that are left then to keep what is unsaved."""
INSTEAD: Final = "nntui exec, show, trace and run need none of that"


@click.command("open", short_help="Open FILE on the screen: the same as nntui FILE.")
@file_argument
@model_options
@click.option(
    "--no-state",
    is_flag=True,
    help="Leave alone the breakpoints, displays, branches and position kept for this document.",
)
@click.option(
    "--present",
    is_flag=True,
    help="Show the network and its step alone, as large as the terminal is: for a projector.",
)
@click.option(
    "--at",
    type=Whole(min=0),
    metavar="N",
    help="Begin right after step N of the document's run, wherever it was left.",
)
def open_file(file: Path, no_state: bool, present: bool, at: int | None) -> None:
    """Open FILE on the screen, to step through its training with the keyboard.

    FILE is a document, the name of a bundled sample, or a model of another library: .npz,
    .safetensors or .pt (weights; the rest is asked for, or said by options), .onnx, JSON of
    brain.js, an address of TensorFlow Playground. Nothing in it is ever executed, and nothing is
    fetched. The word "open" may be left out, unless the file is called like a command.

    The screen is as it was left: breakpoints, displays, branches and the position are kept for each
    document in your state directory. What no longer fits a document that was changed is named.
    """
    open_on_screen(file, keep_state=not no_state, present=present, at=at)


def open_on_screen(
    file: Path | None = None,
    *,
    keep_state: bool = True,
    present: bool = False,
    at: int | None = None,
) -> NoReturn:
    """Open a file on the screen, after so many steps; without one, a list of files and samples."""
    _require_terminal(file)
    if file is not None and not _may_be_document(file) and not is_document(file):
        _open_model(file, keep_state=keep_state, present=present, at=at)
    if file is not None:
        # Next to nothing is garbage until the document is open; to look for it would take a tenth
        # of that time, and half of it with a large document.
        gc.disable()
    # The threads of numpy's OpenBLAS spin for a tenth of a second while it is loaded, on a core
    # that the terminal needs too; only the answers to many inputs are matrix products.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from nntui.tui.app import NntuiApp

    # When stdout goes elsewhere, there may be no user to correct a bad document.
    wait = sys.stdout is not None and sys.stdout.isatty()
    app = NntuiApp(document=file, keep_state=keep_state, wait=wait, present=present, at=at)
    ended(lambda: _run(app), _leave)


def _may_be_document(file: Path) -> bool:
    """Whether the app is to find out what a file is: what that needs is loaded after its paint."""
    return file.name.endswith(".json") and not options_said()


def _open_model(file: Path, **options: Any) -> NoReturn:
    """Open a model of another library, or the form that asks for what its file does not say.

    Raises:
        NntuiError: it cannot be opened, whatever is said of it.
    """
    from nntui.interop.sketch import IncompleteError
    from nntui.tui.app import NntuiApp
    from nntui.tui.user_files import remember

    try:
        app = NntuiApp(opened(file), **options)
    except IncompleteError as error:
        app = NntuiApp(incomplete=error, **options)
    else:
        if file.is_file():  # and no address
            remember(file)
    ended(lambda: _run(app), _leave)


def open_new_on_screen(experiment: Experiment | None) -> NoReturn:
    """Open an experiment that no file holds; without one, the form that asks for it."""
    _require_terminal(None, "nntui new … --save OUT writes the document instead")
    from nntui.tui.app import NntuiApp

    app = NntuiApp(new=experiment or True)
    ended(lambda: _run(app), _leave)


def _run(app: NntuiApp) -> int:
    """Run the app, and return the status to exit with.

    Raises:
        NntuiError: the document can't be read, and the user has left without putting it right.
    """
    # (asyncio.run would wait for every thread at the end.)
    loop = asyncio.new_event_loop()
    ending = Ending(app, loop)
    failure = app.run(loop=loop)
    if ending.number is not None:
        return 128 + ending.number
    if failure is not None:
        raise failure
    if app.crash is None:
        return 0
    kept = "; what was unsaved is kept for the next start" if app.keep_state else ""
    say(unexpected(app.crash) + kept)
    return FAULT


def _leave(status: int) -> NoReturn:
    """End the process at once: a thread may still read a document that is not wanted any more."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):
            stream.flush()
    os._exit(status)


class Ending:
    """Ends an app at a signal, or when its terminal is gone, whatever its threads do.

    What is unsaved is kept first. ``number``: the signal.
    """

    number: int | None = None

    def __init__(self, app: NntuiApp, loop: asyncio.AbstractEventLoop) -> None:
        if sys.platform == "win32":
            return  # a console that is closed ends its processes
        self._app, self._loop = app, loop
        self._noticed, self._notices = os.pipe()
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._notice)
        Thread(target=self._watch, name="ending", daemon=True).start()

    def _notice(self, number: int, frame: FrameType | None) -> None:
        os.write(self._notices, bytes([number]))

    def _watch(self) -> None:
        self.number = number = self._wait()
        with suppress(RuntimeError):  # it has ended by itself
            self._loop.call_soon_threadsafe(self._app.exit)
        sleep(GRACE)
        keeping = Thread(target=self._app.keep_unsaved, daemon=True)
        keeping.start()
        keeping.join(KEEPING)
        os._exit(128 + number)

    def _wait(self) -> int:
        """Wait for a signal, and return it; a terminal may go away without one."""
        import select

        poll = select.poll()
        poll.register(self._noticed, select.POLLIN)
        poll.register(sys.stdin.fileno(), 0)
        while True:
            for file, event in poll.poll():
                if file == self._noticed:
                    return os.read(file, 1)[0]
                if event & select.POLLHUP:
                    return signal.SIGHUP
                poll.unregister(file)  # a system that can't watch a terminal so


def _require_terminal(file: Path | None, instead: str = INSTEAD) -> None:
    """Refuse a terminal that can't show the screen, before anything is written to it.

    What is wrong with the document comes first.
    """
    drawn_on = next((s for s in (sys.stderr, sys.stdout) if s is not None and s.isatty()), None)
    term = os.environ.get("TERM", "")
    if sys.stdin is None or not sys.stdin.isatty():
        problem = "the screen needs a terminal, and standard input is none"
    elif drawn_on is None:
        problem = "the screen needs a terminal, and standard output and error are none"
    elif sys.platform != "win32" and term in ("", "dumb", "unknown"):
        name = f"TERM is {term}" if term else "TERM is not set"
        problem = f"the screen needs a terminal that can place text anywhere, and {name}"
    elif "utf" not in drawn_on.encoding.lower():
        problem = (
            f"the screen needs UTF-8, and this terminal is set to {drawn_on.encoding}; "
            "set LC_ALL=C.UTF-8, or another locale of UTF-8"
        )
    else:
        return
    if file is not None:
        opened(file)
    raise NntuiError(f"{problem} ({instead})")
