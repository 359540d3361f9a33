"""A large network on screen."""

from __future__ import annotations

import json

import pytest

from nntui.document.load import load
from nntui.explain.numbers import fitted
from nntui.tui.app import NntuiApp
from nntui.tui.editor.preview import Preview


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
    pane = app.screen_stack[1].network_pane
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
        assert "into h1_7" in drawn(large)
        assert "out of h1_7" in drawn(large)
        await pilot.press("f", "s", "escape")
        await pilot.pause()
        assert "into y" in drawn(large)


def previewed(app):
    pane = app.screen.query_one(Preview)
    rows = range(pane.extent()[1])
    return "\n".join("".join(s.text for s in pane.segments(row)) for row in rows)


async def test_the_editor_draws_the_maps_and_the_lines_of_the_chosen_neuron(large):
    async with large.run_test(size=(120, 36)) as pilot:
        await pilot.press("M")
        await pilot.pause()
        assert "…x89" in previewed(large)
        assert "╋" in previewed(large)
        assert "‹x1" in previewed(large)
        network = large.document.edited.experiment.network

        def labelled(source):
            """How many of the weights from a neuron stand in the drawing."""
            text = previewed(large)
            weights = {network.weight((source, j)) for j in network.wiring().targets[source]}
            return sum(fitted(weight, 5, sign=True) in text for weight in weights)

        before = labelled("x1"), labelled("x2")
        await pilot.press("down")
        after = labelled("x1"), labelled("x2")
        assert before[0] > after[0]  # not 0: other weights may read the same
        assert before[1] < after[1]


async def test_the_editor_lists_every_connection_in_order(large, seen):
    async with large.run_test(size=(120, 36)) as pilot:
        network = large.document.edited.experiment.network
        rows = network.wiring().edges
        assert list(rows) == [(each.source, each.target) for each in network.connections]
        await pilot.press("M", "tab")
        large.screen.action_row(len(rows))  # a page at a time it would take a while
        await pilot.press("up", "t")
        await pilot.pause()
        last = large.document.edited.experiment.network.connections[-2]
        assert not last.trainable
        assert f"› {last.source}" in seen(large)


async def test_a_change_of_a_number_leaves_the_plan_of_the_drawing_as_it_is(large):
    async with large.run_test(size=(120, 36)) as pilot:
        await pilot.press("M", "tab")
        await pilot.pause()
        preview = large.screen.query_one(Preview)
        plan, before = preview._layout, previewed(large)
        await pilot.press("enter", *"9", "enter")
        await pilot.pause()
        assert preview._layout is plan
        assert previewed(large) != before
        await pilot.press("delete")
        await pilot.pause()
        assert preview._layout is not plan


async def test_of_a_long_chain_only_what_is_seen_is_painted_wherever_it_is_scrolled_to(tmp_path):
    document = {
        "format": "nntui/1",
        "network": {"layers": [1] * 60},
        "data": {"inputs": [[1.0]], "targets": [[1.0]]},
    }
    path = tmp_path / "chain.json"
    path.write_text(json.dumps(document))
    app = NntuiApp(load(path), keep_state=False)
    async with app.run_test(size=(120, 36)) as pilot:
        pane = app.screen_stack[1].network_pane
        for keys in ("2n", "20n", "30n", "25N"):
            await pilot.press(*keys)
            await pilot.pause()
            neuron = app.screen_stack[1].latest.neuron
            assert f" {neuron} " in "\n".join(pane.render_line(y).text for y in range(9))
            assert all(sum(len(s.text) for s in pane.segments(row)) < 200 for row in range(3))
