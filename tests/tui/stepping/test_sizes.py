"""The screen at odd sizes and with odd documents: alive, and never interpreting a name."""

from __future__ import annotations

import pytest

from nntui.model.dataset import Dataset
from nntui.model.experiment import Experiment, Training
from nntui.model.network import Network
from nntui.tui.app import NntuiApp
from nntui.tui.dialogs.question import Answer, Question


@pytest.mark.deep
@pytest.mark.parametrize(
    "size", [(1, 1), (10, 3), (40, 10), (60, 16), (80, 24), (120, 20), (500, 200)]
)
@pytest.mark.parametrize("sample", ["sample", "classifier", "notebook-diamond"])
async def test_every_size_can_be_stepped_in(app_on, debugger_of, size, sample):
    app = app_on(sample)
    async with app.run_test(size=size) as pilot:
        await pilot.press("s", "f", "f", "n", "u", "S", "enter", "tab", "tab", "tab", "tab")
        await pilot.pause()
        assert debugger_of(app).position > 0


async def test_a_resize_lays_the_panes_out_anew(app_on, pane_layout):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("s")
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert "loss" not in pane_layout(app).seen
        await pilot.resize_terminal(120, 36)
        await pilot.pause()
        assert "loss" in pane_layout(app).seen


async def test_names_are_shown_as_they_are(seen):
    net = Network()
    net.add_neuron("[red]in[/red]", role="input")
    net.add_neuron("神経", role="output", activation="tanh", bias=0.5)
    net.connect("[red]in[/red]", "神経", 2.0)
    app = NntuiApp(Experiment(net, Dataset.of([[1.0]], [[0.0]]), Training(epochs=2)))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("s", "s", "right", "enter")
        await pilot.pause()
        assert "[red]in[/red" in seen(app)
        assert "神経" in seen(app)


async def test_a_diverging_run_is_shown_to_its_end(debugger_of, until):
    net = Network()
    net.add_neuron("x", role="input")
    net.add_neuron("y", role="output", activation="square", bias=3.0)
    net.connect("x", "y", 2.0)
    data = Dataset.of([[10.0]], [[0.0]])
    app = NntuiApp(Experiment(net, data, Training(epochs=50)))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("3", "0", "u")
        await pilot.press("c")
        await until(pilot, lambda: app.screen.latest.snapshot.at_end)
        assert debugger_of(app).at_end


async def test_nothing_moves_when_a_command_is_typed(app_on, seen):
    app = app_on("xor")
    async with app.run_test(size=(60, 16)) as pilot:
        await pilot.pause()
        before = seen(app).splitlines()
        await pilot.press("colon", "b")
        await pilot.pause()
        after = seen(app).splitlines()
        above = next(n for n, row in enumerate(after) if row.startswith("▔"))  # of the commands
        assert above >= 8
        assert after[:above] == before[:above]
        assert after[-3].startswith(" : b")
        assert after[-2] == before[-2]


@pytest.mark.parametrize(("width", "rows"), [(60, 3), (100, 1)])
async def test_a_question_puts_its_answers_where_all_of_them_are_read(app_on, seen, width, rows):
    app = app_on()
    answers = Answer("t", "take", "take them up"), Answer("d", "discard", "discard them")
    async with app.run_test(size=(width, 16)) as pilot:
        app.push_screen(Question("Unsaved", "words", *answers, otherwise="ask again later"))
        await pilot.pause()
        await pilot.pause()
        words = ("take them up", "discard them", "ask again later")
        lines = {n for n, line in enumerate(seen(app).splitlines()) for w in words if w in line}
        assert all(word in seen(app) for word in words)
        assert len(lines) == rows
