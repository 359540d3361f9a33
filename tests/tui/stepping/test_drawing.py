"""The drawing on screen: its views, folds and sizes, and the ways to a neuron."""

from __future__ import annotations

import json

import pytest

from nntui.document.load import load
from nntui.network_view.views import VIEWS
from nntui.samples import samples
from nntui.tui.app import NntuiApp


def title(app):
    return str(app.screen_stack[1].network_pane.border_title)


def focus(app):
    return app.screen_stack[1].neuron_focus.neuron


async def test_the_view_follows_the_run_until_one_is_pinned(app_on):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("s", "s")
        assert title(app).startswith("Network · activations")
        await pilot.press(*"fff")  # into the pass back
        assert title(app).startswith("Network · gradients")
        await pilot.press("v", "v")
        assert title(app).startswith("Network · weights, pinned")
        await pilot.press("F", "F", "F")
        assert title(app).startswith("Network · weights, pinned")
        await pilot.press("V", "V")
        assert "pinned" not in title(app)


async def test_the_change_since_the_last_update_is_there_at_once_when_it_is_asked_for(
    app_on, seen, debugger_of
):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("u", "s", "V")
        assert title(app).startswith("Network · change, pinned")
        before = load(samples()["sample"]).network.weights["x1", "h1"]
        change = debugger_of(app)["w[x1,h1]"] - before
        await pilot.pause()
        assert f"{change:+.2f}"[:5] in seen(app)


async def test_what_travels_is_told_below_the_drawing(app_on, debugger_of):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("s", "s")
        assert debugger_of(app).last.kind == "forward_edge"
        assert "w·a = " in str(app.screen.network_pane.border_subtitle)
        await pilot.press("s", "s")
        assert "w·a" not in str(app.screen.network_pane.border_subtitle)


async def test_left_and_right_follow_the_strongest_connection(app_on):
    app = app_on("xor")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("right", "right")
        w = app.screen.latest.snapshot.w
        net = app.screen.latest.snapshot.net
        assert focus(app) == max(net.targets["x1"], key=lambda j: abs(w["x1", j]))
        here = focus(app)
        await pilot.press("left")
        assert focus(app) == max(net.sources[here], key=lambda i: abs(w[i, here]))


@pytest.mark.parametrize(("typed_name", "found"), [("h2", "h2"), ("2", "x2"), ("out", "out")])
async def test_a_neuron_is_found_by_its_name(app_on, typed, typed_name, found):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("/")
        await typed(pilot, typed_name)
        assert focus(app) == found
        assert not app.screen.command_line.shown


async def test_a_name_that_no_neuron_has_is_told_with_the_nearest_and_can_be_put_right(
    app_on, typed, refusal
):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("/")
        await typed(pilot, "h11")
        assert "there is no neuron called “h11”" in refusal(app)
        assert "h1" in refusal(app)
        assert app.screen.command_line.shown
        await pilot.press("backspace")
        await typed(pilot, "")
        assert focus(app) == "h1"


async def test_names_are_completed(app_on):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("/", "o", "tab")
        assert app.screen.command_line.value == "/out"
        assert app.screen.completions("/h") == ["/h1", "/h2"]
        assert app.screen.completions("/2") == ["/x2", "/h2"]


async def test_a_layer_is_folded_and_unfolded(app_on, seen, status):
    app = app_on("xor")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("h")
        assert "choose a neuron first" in status(app)
        await pilot.press("right", "right", "h")
        await pilot.pause()
        assert "h1…h3" in seen(app) or focus(app) in seen(app)
        assert "folded" in status(app)
        assert app.screen.network_pane._laid_out().folds
        await pilot.press("h")
        assert "unfolded" in status(app)
        assert not app.screen.network_pane._laid_out().folds
        await pilot.press("H")
        assert app.screen.network_pane._laid_out().folds
        await pilot.press("*")
        assert not app.screen.network_pane._laid_out().folds


async def test_the_drawing_is_made_larger_and_fits_again(app_on, status):
    app = app_on("xor")
    async with app.run_test(size=(120, 36)) as pilot:
        fits = app.screen.network_pane.extent()
        await pilot.press(")", ")")
        assert "2 times as large" in status(app)
        assert app.screen.network_pane.extent()[1] > 1.5 * fits[1]  # a scroll bar takes a row
        await pilot.press("(", "(", "(")
        assert app.screen.network_pane.extent() == fits
        await pilot.press(")", "*")
        assert app.screen.network_pane.extent() == fits


async def test_the_pointer_tells_about_the_neuron_under_it(app_on):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("s")
        drawing = app.screen.network_pane
        box = drawing._laid_out().homes["x1"]
        await pilot.hover(drawing, offset=(box.x + 3, box.y + 1))
        assert "x1" in str(drawing.tooltip)
        assert "a 1.0" in str(drawing.tooltip)
        await pilot.hover("#step")
        assert drawing.tooltip is None


@pytest.mark.deep
async def test_every_view_is_drawn_on_every_sample(app_on):
    for name in samples():
        app = app_on(name)
        async with app.run_test(size=(100, 30)) as pilot:
            await pilot.press("u", "s", "s")
            for _ in range(len(VIEWS) + 1):
                await pilot.press("v", "e")
            assert app.screen.latest.snapshot.position > 0


@pytest.fixture
def deep(tmp_path):
    """The app on a network of many layers."""
    path = tmp_path / "deep.json"
    document = {
        "format": "nntui/1",
        "network": {"layers": [2] * 9},
        "data": {"inputs": [[1, 2]], "targets": [[1, 0]]},
    }
    path.write_text(json.dumps(document))
    return NntuiApp(load(path), keep_state=False)


async def test_a_drawing_that_is_too_wide_scrolls_sideways_only_with_a_thin_line(deep):
    async with deep.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        drawing = deep.screen.network_pane
        assert drawing.extent()[0] > drawing.content_size.width
        assert drawing.show_horizontal_scrollbar
        assert not drawing.show_vertical_scrollbar
        bar = drawing.horizontal_scrollbar.region
        row = deep.screen._compositor.render_strips()[bar.y]
        assert set(row.crop(bar.x, bar.right).text) == {"─", "━"}


async def test_a_drawing_that_is_too_wide_fits_without_numbers_on_its_lines(deep):
    async with deep.run_test(size=(120, 36)) as pilot:
        drawing = deep.screen_stack[1].network_pane
        assert drawing.extent()[0] > drawing.size.width
        await pilot.press("left_parenthesis")
        assert drawing.extent()[0] <= drawing.size.width
        await pilot.press("asterisk")
        assert drawing.extent()[0] > drawing.size.width


@pytest.mark.parametrize(
    ("width", "title"),
    [(120, "δ in the boxes, ∂L/∂w on the lines"), (60, "δ in boxes, ∂L/∂w on lines")],
)
async def test_the_title_says_what_stands_where_in_the_words_that_fit(app_on, width, title):
    app = app_on("xor")
    async with app.run_test(size=(width, 36)) as pilot:
        await pilot.press("f", "f", "s")
        assert str(app.screen.network_pane.border_title) == f"Network · gradients: {title}"


@pytest.mark.parametrize("sample", ["skip", "notebook-chain", "notebook-diamond"])
async def test_the_samples_are_seen_whole_at_120_columns(app_on, sample):
    async with app_on(sample).run_test(size=(120, 36)) as pilot:
        await pilot.press("s")
        drawing = pilot.app.screen.network_pane
        assert drawing.extent()[0] <= drawing.content_size.width


async def test_the_title_says_the_view_after_another_layout_too(app_on):
    app = app_on("xor")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("s")
        await pilot.resize_terminal(120, 36)
        await pilot.pause()
        assert "activations" in str(app.screen.network_pane.border_title)


async def test_where_there_is_no_colour_the_drawing_does_not_say_what_it_stands_for(
    app_on, seen, monkeypatch
):
    async with app_on().run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        assert "colour = sign · width = size" in seen(pilot.app)
    monkeypatch.setenv("NO_COLOR", "1")
    async with app_on().run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        assert "width = size" in seen(pilot.app)
        assert "colour" not in seen(pilot.app)
