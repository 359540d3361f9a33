"""Makes the pictures in README.md from the real app, so that they stay true.

    python tests/pictures/make.py            make them all
    python tests/pictures/make.py --check    say which are no longer what the app shows (status 1)

Each picture is an SVG beside this file. The first block of characters in README.md that begins with
``╭`` is the first picture once more, as text.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Final, NamedTuple

HERE: Final = Path(__file__).resolve().parent
README: Final = HERE.parents[1] / "README.md"
_BLOCK: Final = re.compile(r"```\n╭.*?```\n", re.DOTALL)


class Picture(NamedTuple):
    """A document, a size, the keys pressed before, the theme; ``name`` is the file's."""

    name: str
    document: str
    size: tuple[int, int]
    keys: tuple[str, ...]
    theme: str = "textual-dark"


class Made(NamedTuple):
    """A picture as an SVG and as text."""

    svg: str
    text: str


PICTURES: Final = (
    Picture("forward", "sample", (120, 36), ("2", "u", "n", "s", "s")),
    Picture("backward", "xor", (120, 36), ("3", "0", "u", "f", "f", "n", "s", "right", "right")),
    Picture("light", "xor", (120, 36), ("5", "p", "f", "n", "enter"), "textual-light"),
    Picture("large", "classifier", (200, 60), ("2", "p", "f", "f", "n", "s", "s")),
)


async def made(picture: Picture) -> Made:
    """Open the app without a terminal, press the keys, and take the picture."""
    from nntui.bundled import samples
    from nntui.document.load import load
    from nntui.tui.app import NntuiApp
    from nntui.tui.widgets.loss import LossPane

    app = NntuiApp(load(samples()[picture.document]), keep_state=False)
    app.animation_level = "none"
    async with app.run_test(size=picture.size) as pilot:
        app.theme = picture.theme
        await pilot.press(*picture.keys)
        await app.workers.wait_for_complete()
        await pilot.pause()
        while app.screen.query_one(LossPane).is_waiting:  # it is drawn a moment after the step
            await pilot.pause(0.02)
        await pilot.pause(0.1)
        strips = app.screen._compositor.render_strips()
        lines = ("".join(segment.text for segment in strip).rstrip() for strip in strips)
        return Made(app.export_screenshot(title="nntui"), "\n".join(lines))


def with_text(readme: str, text: str) -> str:
    """README.md with the picture in characters."""
    return _BLOCK.sub(lambda _: f"```\n{text}\n```\n", readme, count=1)


def stale(pictures: dict[str, Made], folder: Path = HERE, readme: Path = README) -> list[str]:
    """What is no longer what the app shows."""
    found = []
    for name, picture in pictures.items():
        file = folder / f"{name}.svg"
        if not file.exists() or file.read_text(encoding="utf-8") != picture.svg:
            found.append(file.name)
    text = readme.read_text(encoding="utf-8")
    first = next(iter(pictures.values()))
    if with_text(text, first.text) != text:
        found.append(readme.name)
    return found


def all_made() -> dict[str, Made]:
    """Every picture by its name."""
    return {picture.name: asyncio.run(made(picture)) for picture in PICTURES}


def main(check: bool) -> int:
    """Make the pictures, or see whether they are true."""
    with tempfile.TemporaryDirectory() as folder:  # nothing of the person's own may be seen
        os.environ |= {"XDG_CONFIG_HOME": folder, "XDG_STATE_HOME": folder}
        os.environ.pop("NO_COLOR", None)
        pictures = all_made()
    if check:
        old = stale(pictures)
        print(f"no longer true: {', '.join(old)}" if old else "all pictures are true")
        return int(bool(old))
    for name, picture in pictures.items():
        (HERE / f"{name}.svg").write_text(picture.svg, encoding="utf-8")
    readme = README.read_text(encoding="utf-8")
    README.write_text(with_text(readme, next(iter(pictures.values())).text), encoding="utf-8")
    print(f"made {len(pictures)} pictures")
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
