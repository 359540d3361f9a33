"""Pictures of the editor, and of a document that is wrong. Look before accepting one."""

from __future__ import annotations

from pathlib import Path

import pytest

from nntui.samples import samples
from nntui.tui.app import NntuiApp
from nntui.tui.dialogs.fault import FaultScreen


async def edited(pilot):
    """A neuron was added, and is connected; another one, which is not trained, is chosen."""
    await pilot.press("M", "a", "tab", "tab", "tab", *"relu", "enter")
    await pilot.press("up", "up", "up", "t")
    await pilot.pause()


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
def test_the_editor(snap_compare, app_on, size):
    assert snap_compare(app_on("xor"), terminal_size=size, run_before=edited)


def test_a_document_that_is_wrong(snap_compare, tmp_path, monkeypatch, until):
    text = samples()["sample"].read_text(encoding="utf-8")
    (tmp_path / "wrong.json").write_text(text.replace('"tanh"', '"tahn"', 1), encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    async def shown(pilot):
        await until(pilot, lambda: isinstance(pilot.app.screen, FaultScreen))

    app = NntuiApp(document=Path("wrong.json"), keep_state=False)
    assert snap_compare(app, terminal_size=(80, 24), run_before=shown)
