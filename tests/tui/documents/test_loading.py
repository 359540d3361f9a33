"""Opening a document: something is seen before anything heavy is loaded."""

from __future__ import annotations

import subprocess
import sys

import pytest
from support.pilot import until
from textual._compositor import Compositor

from nntui.document.errors import DocumentError
from nntui.samples import samples
from nntui.tui.app import NntuiApp
from nntui.tui.dialogs.question import OpeningScreen
from nntui.tui.stepping.screen import SteppingScreen
from nntui.tui.user_files import remember


async def _opened(pilot):
    await until(pilot, lambda: isinstance(pilot.app.screen, SteppingScreen))


@pytest.mark.parametrize("heavy", ["numpy", "networkx", "plotext", "msgspec", "nntui.debugger"])
def test_nothing_heavy_stands_between_the_command_and_the_first_paint(heavy):
    code = f"import sys, nntui.cli, nntui.tui.app; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_document_is_opened_without_what_only_models_of_other_libraries_and_charts_need():
    code = """
import sys
from nntui.samples import samples
from nntui.tui.documents.loading import opened
opened(samples()["sample"], keep_state=False)
sys.exit(any(m in sys.modules for m in ("nntui.interop.files", "nntui.tui.editor", "plotext")))
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


async def test_a_run_is_painted_whole_once_when_it_is_opened(monkeypatch):
    whole, render_update = [], Compositor.render_update

    def noted(compositor, full=False, *args, **options):
        if full or compositor.size.region in compositor._dirty_regions:
            whole.append(compositor)
        return render_update(compositor, full, *args, **options)

    monkeypatch.setattr(Compositor, "render_update", noted)
    app = NntuiApp(document=samples()["xor"], keep_state=False)
    async with app.run_test(size=(120, 36)) as pilot:
        await _opened(pilot)
        await pilot.pause()
        assert whole.count(app.screen._compositor) == 1


async def test_the_opening_screen_names_the_document_and_gives_way_to_its_run(seen, debugger_of):
    app = NntuiApp(document=samples()["xor"], keep_state=False)
    painted = []
    async with app.run_test(size=(120, 36)) as pilot:
        while isinstance(app.screen, OpeningScreen):
            painted.append(seen(app))
            await pilot.pause()
        await _opened(pilot)
        assert "opening xor.json" in painted[0]
        assert len(app.screen_stack) == 2
        await pilot.press("s")
        assert debugger_of(app).position == 1


async def test_a_document_that_cannot_be_read_ends_the_app_when_nobody_would_see_it(tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_text('{"format": "nntui/1"')
    app = NntuiApp(document=bad, wait=False)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.return_value is not None)
    assert isinstance(app.return_value, DocumentError)
    assert "bad.json" in str(app.return_value)


async def test_the_session_is_taken_up_behind_the_opening_screen(debugger_of):
    first = NntuiApp(document=samples()["sample"])
    async with first.run_test(size=(120, 36)) as pilot:
        await _opened(pilot)
        await pilot.press("1", "2", "s", "q")
    second = NntuiApp(document=samples()["sample"])
    async with second.run_test(size=(120, 36)) as pilot:
        await _opened(pilot)
        assert debugger_of(second).position == 12


async def test_the_picker_names_the_keys_that_choose_and_open(seen, until):
    app = NntuiApp(keep_state=False)
    async with app.run_test(size=(60, 16)) as pilot:
        await until(pilot, lambda: "Open:" in seen(app))
        footer = seen(app).splitlines()[-1]
        assert "enter open" in footer
        assert "back" not in footer  # there is nothing behind it
        await pilot.press("down", "escape", "enter")
        await until(pilot, lambda: app.stepping is not None and app.screen is app.stepping)
        assert app.document.name == "classifier.json"
        await pilot.press("o")
        await until(pilot, lambda: "Open:" in seen(app))
        assert "esc back" in seen(app).splitlines()[-1]
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.stepping)


async def test_the_picker_lists_a_sample_once(seen, until, tmp_path):
    own = tmp_path / "own.json"
    own.write_text(samples()["xor"].read_text(encoding="utf-8"), encoding="utf-8")
    remember(own)
    remember(samples()["xor"])
    app = NntuiApp()
    async with app.run_test(size=(60, 16)) as pilot:
        await until(pilot, lambda: "Open:" in seen(app))
        lines = [line for line in seen(app).splitlines() if "xor" in line]
        assert len(lines) == 1
        assert any("own.json" in line for line in seen(app).splitlines())
