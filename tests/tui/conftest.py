from __future__ import annotations

import pytest

from nntui.bundled import samples
from nntui.debugger.debugger import Debugger
from nntui.document.load import load
from nntui.tui.app import NntuiApp
from nntui.tui.screens.stepping import SteppingScreen


@pytest.fixture(autouse=True)
def _own_state_directory(tmp_path, monkeypatch):
    monkeypatch.setattr("nntui.tui.recent.user_state_path", lambda name: tmp_path / name)


@pytest.fixture
def app_on():
    """The app on a bundled sample."""
    return lambda name="sample": NntuiApp(load(samples()[name]))


@pytest.fixture
def debugger_of():
    """The debugger of the run that an app shows."""

    def find(app: NntuiApp) -> Debugger:
        assert isinstance(app.screen, SteppingScreen)
        return app.screen._debugger

    return find


@pytest.fixture
def seen():
    """What a person reads on the screen, as text."""

    def read(app: NntuiApp) -> str:
        strips = app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip) for strip in strips)

    return read
