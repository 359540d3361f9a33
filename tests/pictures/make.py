"""Makes the pictures in README.md from the real app, so that they stay true.

    python tests/pictures/make.py            make them all
    python tests/pictures/make.py --check    say which are no longer what the app shows (status 1)

Each picture is an SVG beside this file.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path
from typing import Any, Final, NamedTuple

from textual.pilot import Pilot
from textual_plotext import PlotextPlot

from nntui.document.load import load
from nntui.samples import samples
from nntui.tui.app import NntuiApp
from nntui.tui.panes.answers import AnswersPane
from nntui.tui.panes.inspector import InspectorPane
from nntui.tui.panes.loss import LossPane
from nntui.tui.stepping.screen import SteppingScreen

HERE: Final = Path(__file__).resolve().parent
DARK: Final = "nntui-dark"
LIGHT: Final = "nntui-light"


class Picture(NamedTuple):
    """A document, a size, the keys pressed before, the theme; ``name`` is the file's."""

    name: str
    document: str
    size: tuple[int, int]
    keys: tuple[str, ...]
    theme: str = DARK


_LAST_EXAMPLE: Final = ("3", "0", "u", "4", "e", "f", "f", "n", "n", "s")
"""Of XOR, whose inputs are both 1, after thirty updates; on the way back, at a hidden neuron."""

PICTURES: Final = (
    Picture("backward", "xor", (120, 36), (*_LAST_EXAMPLE, "s")),
    Picture("inspector", "xor", (120, 36), (*_LAST_EXAMPLE, "right", "right", "enter"), LIGHT),
    Picture(
        "large", "classifier", (200, 60), ("2", "p", "f", "f", "n", "s", "s", "right", "right")
    ),
)


async def drawn(pilot: Pilot[Any]) -> None:
    """Wait for what is drawn a moment after the step: the answers, the chart, a neuron's past."""
    screen = pilot.app.screen_stack[1]
    loss, inspector = screen.query_one(LossPane), screen.query_one(InspectorPane)
    assert isinstance(screen, SteppingScreen)
    await pilot.pause()
    while screen.answer_source.is_waiting or screen.query_one(AnswersPane).is_waiting:
        await pilot.pause(0.02)
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()
    while loss.is_waiting or (loss.display and not loss.query(PlotextPlot)) or inspector.is_waiting:
        await pilot.pause(0.02)
    await pilot.pause()


async def made(picture: Picture) -> str:
    """Open the app without a terminal, press the keys, and take the picture."""
    app = NntuiApp(load(samples()[picture.document]), keep_state=False)
    app.animation_level = "none"
    async with app.run_test(size=picture.size) as pilot:
        app.theme = picture.theme
        await pilot.press(*picture.keys)
        await drawn(pilot)
        return app.export_screenshot(title="nntui")


def stale(pictures: dict[str, str], folder: Path = HERE) -> list[str]:
    """The names of the files that are no longer what the app shows, or missing."""
    files = {folder / f"{name}.svg": svg for name, svg in pictures.items()}
    return [
        file.name
        for file, svg in files.items()
        if not file.exists() or file.read_text(encoding="utf-8") != svg
    ]


def all_made() -> dict[str, str]:
    """Every picture by its name."""
    return {picture.name: asyncio.run(made(picture)) for picture in PICTURES}


def main(check: bool) -> int:
    """Make the pictures, or see whether they are true."""
    with tempfile.TemporaryDirectory() as folder:  # nothing of the user's own may be seen
        os.environ |= {"XDG_CONFIG_HOME": folder, "XDG_STATE_HOME": folder}
        os.environ.pop("NO_COLOR", None)
        pictures = all_made()
    if check:
        old = stale(pictures)
        print(f"no longer true: {', '.join(old)}" if old else "all pictures are true")
        return int(bool(old))
    for name, svg in pictures.items():
        (HERE / f"{name}.svg").write_text(svg, encoding="utf-8")
    print(f"made {len(pictures)} pictures")
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
