from __future__ import annotations

import shutil

import pytest
from support.pilot import not_rendered, parsed_once, until, until_idle

from nntui.debugger.debugger import Debugger
from nntui.document.load import load
from nntui.samples import samples
from nntui.tui.app import NntuiApp
from nntui.tui.stepping.screen import SteppingScreen


@pytest.fixture(autouse=True)
def own_directories(tmp_path, monkeypatch):
    """The user's state and configuration directories, empty."""
    monkeypatch.setattr(
        "nntui.document.user_state.user_state_path", lambda name: tmp_path / "state" / name
    )
    monkeypatch.setattr(
        "nntui.tui.keymap.user_config_path", lambda name: tmp_path / "config" / name
    )
    (tmp_path / "config" / "nntui").mkdir(parents=True)
    return tmp_path


@pytest.fixture(autouse=True)
def exact_pauses(monkeypatch):
    """Let the pilot go on when the app is idle, after each key and in ``pause()``."""
    for module in ("app", "pilot"):
        monkeypatch.setattr(f"textual.{module}.wait_for_idle", until_idle)


@pytest.fixture(autouse=True)
def styles_parsed_once(monkeypatch):
    """Let apps share the rules of their style sheets, which take a fifth of an app's start."""
    monkeypatch.setattr("textual.css.stylesheet.Stylesheet._parse_rules", parsed_once)


@pytest.fixture(autouse=True)
def nothing_rendered_in_vain(request, monkeypatch):
    """Render the screen only where it is looked at; deep tests and pictures render each change."""
    deep = request.node.get_closest_marker("deep")
    if not deep and "snap_compare" not in request.fixturenames:
        monkeypatch.setattr("textual._compositor.Compositor.render_update", not_rendered)


@pytest.fixture(autouse=True)
def nothing_moves(monkeypatch):
    """Let no product run along its line: a step is painted as it stays."""
    monkeypatch.setattr("textual.constants.TEXTUAL_ANIMATIONS", "none")


@pytest.fixture(autouse=True)
def in_the_foreground(monkeypatch):
    """Let no movement go on in a thread, however slow the machine: see ``in_the_background``."""
    monkeypatch.setattr("nntui.tui.stepping.background.AT_ONCE", 60.0)


@pytest.fixture
def in_the_background(monkeypatch, in_the_foreground):
    """Let every movement be made in a thread."""
    monkeypatch.setattr("nntui.tui.stepping.background.AT_ONCE", 0.0)


@pytest.fixture
def app_on():
    """The app on a bundled sample, with no session to take up."""
    return lambda name="sample": NntuiApp(load(samples()[name]), keep_state=False)


@pytest.fixture
def debugger_of():
    """The debugger of the run that an app shows."""

    def find(app: NntuiApp) -> Debugger:
        screen = app.screen_stack[1]
        assert isinstance(screen, SteppingScreen)
        return screen.debugger

    return find


@pytest.fixture
def seen():
    """What a user reads on the screen, as text."""

    def read(app: NntuiApp) -> str:
        strips = app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip) for strip in strips)

    return read


@pytest.fixture
def status():
    """What header, timeline and message say."""

    def read(app: NntuiApp) -> str:
        screen = app.screen_stack[1]
        assert isinstance(screen, SteppingScreen)
        said = screen.header.text, screen.timeline.position, screen.status_line.text
        return "  ".join(part for part in said if part)

    return read


@pytest.fixture
def refusal():
    """What stands above the command line: why it was refused."""
    return lambda app: str(app.screen_stack[1].query_one("#offers").content)


@pytest.fixture
def toasts():
    """What was said in toasts."""
    return lambda app: "\n".join(f"{n.title}: {n.message}" for n in app._notifications)


@pytest.fixture
def pane_layout():
    """The layout of the panes."""
    return lambda app: app.screen_stack[1].pane_layout


@pytest.fixture
def typed():
    """Types a text as a user would, and enter behind it."""

    async def type_text(pilot, text: str) -> None:
        for character in text:
            await pilot.press("space" if character == " " else character)
        await pilot.press("enter")
        await pilot.pause()

    return type_text


@pytest.fixture(name="until")
def waiting():
    """Waits for a condition: support.pilot.until."""
    return until


@pytest.fixture
def document(tmp_path):
    """A document of the user's own."""
    return shutil.copy(samples()["sample"], tmp_path / "mine.json")


@pytest.fixture
def shows():
    """A condition: the app shows a screen of this kind."""
    return lambda app, screen: lambda: isinstance(app.screen, screen)


@pytest.fixture
def edited(shows, until):
    """Adds a neuron h3, in the editor of an opened document."""

    async def edit(pilot) -> None:
        await until(pilot, shows(pilot.app, SteppingScreen))
        await pilot.press("M", "a", "enter")
        await pilot.pause()

    return edit
