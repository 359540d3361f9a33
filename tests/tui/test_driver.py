"""Only changes are sent, and the terminal shows what it would show if it were sent everything."""

from __future__ import annotations

import random

import pyte
import pytest
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.strip import Strip

from nntui.document.load import load
from nntui.samples import samples
from nntui.tui.app import NntuiApp
from nntui.tui.driver import TerminalCells

COLUMNS, ROWS = 40, 8
CONSOLE = Console(force_terminal=True, color_system="truecolor")
TEXTS = [
    "x",
    "h1 +0.74",
    "   ",
    "▀▀▀",
    "∂L/∂w",
    "漢字",
    "e\u0301",
    "─" * 12,
    "⠁⠂",
    "\xa0",
]
STYLES = [
    Style(),
    Style(bold=True),
    Style(color="#102030"),
    Style(color="#102030", bgcolor="#a0b0c0"),
    Style(color="#405060", bgcolor="#a0b0c0"),
    Style(color="red", reverse=True),
    Style(bgcolor="bright_blue", dim=True),
]


class Both:
    """Two terminals: one is sent everything, the other what is left of it."""

    def __init__(self, columns=COLUMNS, rows=ROWS):
        self.size = columns, rows
        self.screens = [pyte.Screen(*self.size) for _ in range(2)]
        self.streams = [pyte.Stream(screen) for screen in self.screens]
        self.cells = TerminalCells(lambda: self.size)
        self.all = self.sent = 0
        self.write("\x1b[?1049h")
        self.write("\x1b[?7l")

    def write(self, text):
        changes = self.cells.changes(text)
        self.all, self.sent = self.all + len(text), self.sent + len(changes)
        for stream, part in zip(self.streams, (text, changes), strict=True):
            # In the terminal's cooked output a line feed returns the carriage too.
            stream.feed(part.replace("\n", "\r\n"))
        assert self.pictures[0] == self.pictures[1]

    @property
    def pictures(self):
        columns, rows = self.size
        return [
            [[screen.buffer[y][x] for x in range(columns)] for y in range(rows)]
            for screen in self.screens
        ]

    def resize(self, columns, rows):
        self.size = columns, rows
        for screen in self.screens:
            screen.resize(rows, columns)


def frame(rng, columns, rows):
    """Some rows painted from some column on, as Textual does."""
    parts = []
    for y in sorted(rng.sample(range(rows), rng.randint(1, rows))):
        x = rng.choice([0, 0, rng.randrange(columns)])
        segments = [
            Segment(rng.choice(TEXTS), rng.choice(STYLES)) for _ in range(rng.randint(1, 6))
        ]
        strip = Strip(segments).crop(0, columns - x)
        parts.append(f"\x1b[{y + 1};{x + 1}H{strip.render(CONSOLE)}")
    return "\n".join(parts) + "\x1b[1;1H"


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_painted_the_terminal_shows_the_same(seed):
    rng, both = random.Random(seed), Both()
    for n in range(60):
        both.write(frame(rng, *both.size))
        if n % 20 == 7:
            both.resize(*rng.choice([(40, 8), (30, 6), (50, 9)]))
        if n % 20 == 13:
            both.write("\x1b[2J")
        if n % 9 == 4:
            both.write("\x1b[?2026h")


def test_what_stands_there_already_is_not_sent():
    cells = TerminalCells(lambda: (COLUMNS, ROWS))
    painted = "\x1b[2;3H\x1b[1;31mh1\x1b[0m +0.5\x1b[1;1H"
    assert "h1" in cells.changes(painted)
    assert cells.changes(painted) == ""
    assert cells.changes(painted.replace("+0.5", "+0.7")) == "\x1b[2;9H7\x1b[1;1H"


def test_of_a_style_only_what_differs_is_sent():
    cells = TerminalCells(lambda: (COLUMNS, ROWS))
    ground = "48;2;10;20;30"
    cells.changes(f"\x1b[1;1H\x1b[38;2;1;1;1;{ground}ma\x1b[0m\x1b[38;2;1;1;1;{ground}mb\x1b[0m")
    sent = cells.changes(
        f"\x1b[1;1H\x1b[38;2;2;2;2;{ground}ma\x1b[0m\x1b[38;2;3;3;3;{ground}mb\x1b[0m"
    )
    assert sent.endswith("a\x1b[38;2;3;3;3mb\x1b[m")


def test_the_whole_screen_is_painted_anew_whatever_stood_there():
    cells = TerminalCells(lambda: (4, 2))
    whole = "\x1b[1;1Habcd\n\x1b[2;1Hefgh"
    assert cells.changes(whole) == cells.changes(whole)


def test_what_is_no_picture_goes_through_as_it_is():
    cells = TerminalCells(lambda: (COLUMNS, ROWS))
    for text in (
        "\x1b[?25l",
        "\x1b[?2026$p",
        "\x1b[>9u",
        "\x1b]52;c;aGk=\x07",
        "\x1b[6n",
        "\x1b[2K",
        "\r",
    ):
        assert cells.changes(text) == text


@pytest.mark.deep
async def test_a_session_on_the_screen_looks_the_same(monkeypatch):
    both, frames = Both(120, 36), []

    def display(app, screen, renderable):
        if renderable is not None and hasattr(renderable, "render_segments"):
            frames.append(renderable.render_segments(app.console) + "\x1b[1;1H")
        app.post_display_hook()

    monkeypatch.setattr(App, "_display", display)
    app = NntuiApp(load(samples()["xor"]), keep_state=False)
    keys = ["s"] * 12 + ["right", "u", "u", "question_mark", "escape", "W", "escape", "f", "f"]
    async with app.run_test(size=(120, 36)) as pilot:
        for key in [*keys, "enter", "v", "v", "v", "R", "r", "z", "z", "colon", "escape", "tab"]:
            await pilot.press(key)
            await pilot.pause()
            for painted in frames:
                both.write(painted)
            frames.clear()
    assert both.sent < 0.6 * both.all
