"""A large network on screen."""

from __future__ import annotations

import json

import pytest

from nntui.document.load import load
from nntui.tui.app import NntuiApp


@pytest.fixture
def large(tmp_path):
    """The app on 90-40-3."""
    document = {
        "format": "nntui/1",
        "network": {"layers": [90, 40, 3]},
        "data": {"inputs": [[n / 90 for n in range(90)]], "targets": [[1.0, 0.0, 0.0]]},
        "training": {"epochs": 2},
    }
    path = tmp_path / "large.json"
    path.write_text(json.dumps(document))
    return NntuiApp(load(path), keep_state=False)


def drawn(app):
    pane = app.screen_stack[1].drawing
    top = pane.scroll_offset.y
    rows = range(top, min(top + pane.size.height, pane.extent()[1]))
    return "\n".join("".join(s.text for s in pane.segments(row)) for row in rows)


async def test_large_layers_fold_and_their_weights_are_a_map(large):
    async with large.run_test(size=(120, 36)):
        assert "…x89" in drawn(large)
        assert "╋" in drawn(large)
        assert "━" in drawn(large)


async def test_an_unfolded_layer_is_painted_where_it_is_scrolled_to(large):
    async with large.run_test(size=(120, 36)) as pilot:
        await pilot.press("H")
        assert "▏x1 " in drawn(large)
        assert "▏x90" not in drawn(large)
        await pilot.press("slash", *"x90", "enter")
        await pilot.pause()
        assert "‹x90" in drawn(large)
        assert "▏x1 " not in drawn(large)
        await pilot.press("asterisk")
        await pilot.pause()
        assert "▏x1 " in drawn(large)


async def test_the_executing_neuron_of_an_unfolded_layer_is_scrolled_to(large):
    async with large.run_test(size=(120, 36)) as pilot:
        await pilot.press("H", *"20n")
        await pilot.pause()
        last = large.screen_stack[1].debugger.last
        assert last is not None
        assert last.neuron is not None
        assert f"▐{last.neuron}" in drawn(large)


async def test_a_wide_pane_lists_the_connections_of_the_focused_neuron(large):
    async with large.run_test(size=(200, 60)) as pilot:
        await pilot.press("slash", *"h1_7", "enter")
        await pilot.pause()
        assert "→ h1_7" in drawn(large)
        assert "h1_7 →" in drawn(large)
        await pilot.press("f", "s", "escape")
        await pilot.pause()
        assert "→ y" in drawn(large)
