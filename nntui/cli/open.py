"""``nntui FILE``: the screen."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

import click

from nntui.cli.files import file_argument
from nntui.model.errors import NntuiError


@click.command("open", short_help="Open FILE on the screen: the same as nntui FILE.")
@file_argument
@click.option(
    "--no-state",
    is_flag=True,
    help="Leave alone the breakpoints, displays, branches and position kept for this document.",
)
def open_file(file: Path, no_state: bool) -> None:
    """Open FILE on the screen, to step through its training with the keyboard.

    FILE is a document, or the name of a bundled sample. The word "open" may be left out, unless
    the file is called like a command.

    The screen is as it was left: breakpoints, displays, branches and the position are kept for each
    document, by what it computes, in your state directory.
    """
    open_on_screen(file, keep_state=not no_state)


def open_on_screen(file: Path | None = None, *, keep_state: bool = True) -> None:
    """Open a file on the screen; without one, a list of samples and recent files."""
    _require_terminal(file)
    if file is not None:
        # Next to nothing is garbage until the document is open; to look for it would take a tenth
        # of that time, and half of it with a large document.
        gc.disable()
    from nntui.tui.app import open_screen

    # When stdout goes elsewhere, there may be no user to correct a bad document.
    open_screen(file, keep_state=keep_state, wait=sys.stdout is not None and sys.stdout.isatty())


def _require_terminal(file: Path | None) -> None:
    # The screen reads keys from stdin and draws on stderr, so stdout may go elsewhere.
    for stream in (sys.stdin, sys.stderr):
        if stream is None or not stream.isatty():
            if file is not None:
                from nntui.document.load import load

                load(file)  # what is wrong with the document comes first
            raise NntuiError(
                "the screen needs a terminal (nntui exec, show, trace and run need none)"
            )
