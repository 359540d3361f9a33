"""Real terminals with the installed command in them, in a home of their own."""

from __future__ import annotations

import sys

import pytest
from support.terminal import CLI, Terminal

from nntui.tui.user_files import PreferencesFile


@pytest.fixture
def environment(tmp_path):
    """A home of its own, where the tour was seen: enter would go on with it."""
    state = tmp_path / "state" / "nntui"
    PreferencesFile(kept=True, folder=state).change(tour_seen=True)
    return {
        "PATH": "/usr/bin:/bin", "TERM": "xterm-256color", "HOME": str(tmp_path),
        "XDG_STATE_HOME": str(tmp_path / "state"), "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "LANG": "C.UTF-8", "PYTHONPATH": ":".join(sys.path),
    }  # fmt: skip


@pytest.fixture
def terminal(environment):
    opened = []

    def open_terminal(*arguments, command=CLI, **more):
        opened.append(Terminal(*arguments, environment=environment | more, command=command))
        return opened[-1]

    yield open_terminal
    for each in opened:
        each.child.close(force=True)
