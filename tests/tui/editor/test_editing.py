"""Editing the document on screen: its forms, undo and redo, and the run that starts again."""

from __future__ import annotations

from threading import Event

import pytest
from textual.widgets import Input

from nntui.debugger.session import carried_over
from nntui.tui.editor.forms import EditForm
from nntui.tui.editor.screen import EditorScreen
from nntui.tui.keys import EDITOR
from nntui.tui.stepping.screen import SteppingScreen


async def write(pilot, field: str, text: str) -> None:
    pilot.app.screen.query_one(f"#edit-{field}", Input).value = text
    await pilot.pause()


def network(app):
    return app.document.edited.experiment.network


async def test_a_neuron_is_added_connected_and_the_run_starts_again_with_it(
    app_on, debugger_of, status, until, seen
):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("right", "right", "b", "7", "s", "M", "a")
        await write(pilot, "name", "extra")
        await write(pilot, "beside", "")
        await write(pilot, "activation", "leaky_relu slope 0.5")
        await pilot.press("enter")
        await pilot.pause()
        assert "extra added" in seen(app)
        assert "no output can be reached from" in seen(app)
        await pilot.press("c")
        await write(pilot, "from", "extra")
        await write(pilot, "to", "out")
        await write(pilot, "weight", "0.75")
        await pilot.press("enter", "escape")
        await until(pilot, lambda: "extra" in debugger_of(app).experiment.network)
        debugger = debugger_of(app)
        assert debugger["w[extra,out]"] == 0.75
        assert debugger.at_start
        assert [row.text for row in debugger.breakpoints] == ["break h1"]
        await until(pilot, lambda: "starts again" in status(app))
        assert "● edited" in status(app)


async def test_what_cannot_be_is_said_in_the_form_and_nothing_is_changed(app_on, seen):
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        before = app.document.edited
        await pilot.press("M", "a")
        await write(pilot, "name", "h1")
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, EditForm)
        assert "already a neuron called" in seen(app)
        await pilot.press("escape", "escape")
        assert app.document.edited is before


async def test_the_last_output_stays_and_the_model_says_why(app_on, seen):
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("M", "down", "down", "down", "down", "delete")
        await pilot.pause()
        assert "out" in network(app)
        assert "needs an output neuron" in seen(app)


async def test_connections_training_and_data_are_edited_in_their_lists(app_on, debugger_of, until):
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("M", "tab", "enter")
        await write(pilot, "weight", "-2")
        await pilot.press("enter", "t", "tab", "enter")
        await write(pilot, "loss", "mae")
        await pilot.press("enter", "tab", "enter")
        await write(pilot, "inputs", "3, 4")
        gone = app.document.edited.experiment.data.inputs[1]
        await pilot.press("enter", "down", "delete", "escape")
        await until(pilot, lambda: debugger_of(app).experiment.training.loss.name == "mae")
        experiment = debugger_of(app).experiment
        connection = experiment.network.connections[0]
        assert (connection.weight, connection.trainable) == (-2.0, False)
        assert experiment.data.inputs[0] == (3.0, 4.0)
        assert len(experiment.data) == 3
        assert gone not in experiment.data.inputs


async def test_a_list_longer_than_the_screen_is_walked_through_row_by_row(app_on, seen):
    app = app_on("classifier")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("M", "tab", *["down"] * 18, "pagedown", "up", "t")
        await pilot.pause()
        connection = network(app).connections[-2]
        assert not connection.trainable
        assert f"› {connection.source}" in seen(app)
        (chosen,) = (line for line in seen(app).splitlines() if "› " in line)
        assert chosen.split("→")[1].split()[:2] == [connection.target, "no"]


async def test_the_data_say_where_they_came_from(app_on, seen):
    app = app_on("classifier")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("M")
        await pilot.pause()
        assert "data from" not in seen(app)
        await pilot.press("shift+tab")
        await pilot.pause()
        assert "· data from classifier.csv" in seen(app)


async def test_what_is_typed_into_a_field_replaces_what_it_held(app_on):
    app = app_on()
    async with app.run_test(size=(60, 16)) as pilot:
        await pilot.press("M", "a", *"gate", "enter")
        await pilot.pause()
        assert "gate" in app.document.edited.experiment.network.names
        await pilot.press("enter", "tab", "tab", *"0.25", "enter")
        await pilot.pause()
        gate = next(n for n in app.document.edited.experiment.network.neurons if n.name == "gate")
        assert gate.bias == 0.25


async def test_what_was_added_is_seen_below_a_warning_of_two_lines(app_on, seen):
    app = app_on("xor")
    async with app.run_test(size=(60, 16)) as pilot:
        await pilot.press("M", "a", *"gate")
        await write(pilot, "beside", "")
        await pilot.press("enter")
        await pilot.pause()
        await pilot.pause()
        lines = seen(app).splitlines()
        warned = next(n for n, line in enumerate(lines) if "but no output" in line)
        assert lines[warned + 1].startswith(' "gate"')
        assert any(line.startswith("│› gate") for line in lines)


async def test_leaving_a_form_as_it_was_is_no_edit(app_on):
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("M", "down", "down", "enter")
        await pilot.pause()
        assert isinstance(app.screen, EditForm)
        await pilot.press("enter")
        assert isinstance(app.screen, EditorScreen)
        assert app.document.edited.undoes is None


async def test_undo_and_redo_work_in_the_editor_and_on_the_run(app_on, debugger_of, until):
    app = app_on()
    first = app._first_experiment
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("M", "a", "enter", "t")
        assert len(app.document.edited.versions) == 3
        await pilot.press("ctrl+z", "ctrl+z", "ctrl+y", "escape")
        await until(pilot, lambda: "h3" in debugger_of(app).experiment.network)
        await pilot.press("ctrl+u")
        await until(pilot, lambda: debugger_of(app).experiment is first)
        await pilot.press("ctrl+y")
        await until(pilot, lambda: "h3" in debugger_of(app).experiment.network)


async def test_branches_come_back_when_the_edit_after_them_is_undone(
    app_on, debugger_of, until, typed
):
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("5", "s", "colon")
        await typed(pilot, "set b[h1] 0.3")
        assert not app.document.edited.unsaved
        branches = len(debugger_of(app).branches)
        await pilot.press("M", "a", "enter", "escape")
        await until(pilot, lambda: "h3" in debugger_of(app).experiment.network)
        assert any("branch" in toast.message for toast in app._notifications)
        await pilot.press("ctrl+u")
        await until(pilot, lambda: "h3" not in debugger_of(app).experiment.network)
        assert len(debugger_of(app).branches) == branches == 2


@pytest.mark.parametrize("size", [(80, 24), (60, 16), (120, 36)])
async def test_every_key_of_the_editor_is_shown(app_on, seen, size):
    app = app_on()
    async with app.run_test(size=size) as pilot:
        await pilot.press("M")
        await pilot.pause()
        text = seen(app)
        for key in EDITOR:
            assert f" {key.footer}" in text


def test_no_two_keys_of_the_editor_are_the_same():
    keys = [each for key in EDITOR for each in key.keys.split(",")]
    assert len(keys) == len(set(keys))


async def test_breakpoints_and_watches_follow_a_neuron_that_is_renamed_and_back(
    app_on, debugger_of, until, typed, toasts
):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("right", "right", "b", "3", "s", "m")
        await typed(pilot, "here")
        await pilot.press("colon")
        await typed(pilot, "display a[h1] * 2")
        await pilot.press("M", "down", "down", "enter")
        await write(pilot, "name", "g1")
        await pilot.press("enter", "escape")
        await until(pilot, lambda: "g1" in debugger_of(app).experiment.network)
        debugger = debugger_of(app)
        assert [row.text for row in debugger.breakpoints] == ["break g1"]
        assert [each.expression.text for each in debugger.displays] == ["a[g1] * 2"]
        assert [each.name for each in debugger.bookmarks] == ["here"]
        assert "not kept" not in toasts(app)
        await pilot.press("ctrl+u")
        await until(pilot, lambda: "h1" in debugger_of(app).experiment.network)
        assert [row.text for row in debugger_of(app).breakpoints] == ["break h1"]
        assert [each.expression.text for each in debugger_of(app).displays] == ["a[h1] * 2"]


async def test_a_complaint_names_its_field_and_leads_to_it(app_on, seen):
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("M", "down", "down", "enter")
        await write(pilot, "bias", "a lot")
        await pilot.press("enter")
        await pilot.pause()
        assert 'bias: found "a lot", expected a number' in seen(app)
        assert app.focused.id == "edit-bias"
        await write(pilot, "bias", "0.1")
        await write(pilot, "activation", "leaky_relu slop 2")
        await pilot.press("enter")
        await pilot.pause()
        assert "activation: found the unknown key" in seen(app)
        assert app.focused.id == "edit-activation"


async def test_a_row_of_the_data_is_complained_about_by_its_number_on_the_screen(app_on, seen):
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("M", "tab", "tab", "tab", "down", "enter")
        await write(pilot, "inputs", "1 2 3")
        await pilot.press("enter")
        await pilot.pause()
        assert "inputs: found 3 numbers, expected 2" in seen(app)
        assert app.focused.id == "edit-inputs"
        await pilot.press("escape", "shift+tab", "enter")
        await write(pilot, "loss", "cross_entropy")
        await pilot.press("enter")
        await pilot.pause()
        assert "the target of example 2: found weights" in seen(app)


async def test_to_connect_the_chosen_neuron_only_the_other_is_typed(app_on, typed, seen):
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("M", "a")
        await write(pilot, "name", "the new")
        await write(pilot, "beside", "")
        await pilot.press("enter", "c")
        await typed(pilot, "h1")  # nothing leads to it yet: it is the target
        assert ("h1", "the new") in network(app).weights
        assert "› the new" in seen(app)  # the list stays where it was
        await pilot.press("c")
        await pilot.press("enter")  # from it: the other is asked for
        await typed(pilot, "out")
        assert ("the new", "out") in network(app).weights


async def test_a_neuron_joins_the_layer_of_its_siblings_with_their_connections(app_on, seen):
    app = app_on("xor")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("M", "a", "enter")
        await pilot.pause()
        net = network(app)
        assert net.wiring().sources["h4"] == ("x1", "x2")
        assert net.wiring().targets["h4"] == ("y",)
        assert str(net.neuron("h4").activation) == "tanh"
        assert "weights drawn by xavier_uniform, seed 0" in " ".join(seen(app).split())
        assert "no output can be reached" not in seen(app)


async def test_of_another_role_it_joins_the_last_neuron_that_has_it(app_on):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("M", "a")
        await write(pilot, "name", "x3")
        await write(pilot, "role", "input")
        await pilot.press("enter")
        await pilot.pause()
        assert network(app).wiring().inputs == ("x1", "x2", "x3")
        assert network(app).wiring().targets["x3"] == ("h1", "h2")
        await pilot.press("a")
        await write(pilot, "beside", "h1")
        await write(pilot, "role", "output")
        await pilot.press("enter")
        await pilot.pause()
        assert "output beside h1" in str(app.screen.query_one("#form-error").render())


async def test_what_may_be_connected_and_which_loss_fits_is_said_in_the_forms(app_on, seen):
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("M", "c", "tab")
        await pilot.pause()
        assert "h1 h2 " in seen(app)
        assert "x1 x2 h1" not in seen(app)
        await pilot.press("escape", "tab", "tab", "enter")
        await pilot.pause()
        assert "one class of several" in seen(app)
        await pilot.press("escape", "down", "down", "enter", *"0.25", "enter")
        await pilot.pause()
        assert app.document.edited.experiment.training.optimizer.learning_rate == 0.25


async def test_the_data_stand_in_columns_with_headings(app_on, seen):
    app = app_on("classifier")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("M", "shift+tab")
        await pilot.pause()
        lines = [line[60:] for line in seen(app).splitlines()]  # beside the drawing
        heading = next(line for line in lines if "sweetness" in line and "→" in line)
        rows = [line for line in lines if "→" in line and line is not heading][:8]
        points = {tuple(n for n, c in enumerate(row) if c == ".") for row in rows}
        assert len(points) == 1
        assert {row.index("→") for row in rows} == {heading.index("→")}


async def test_the_drawing_stays_where_it_is_in_every_list(app_on):
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("M")
        regions = set()
        for _ in range(4):
            await pilot.pause()
            regions.add(app.screen.query_one("#preview").region)
            await pilot.press("tab")
        assert len(regions) == 1


async def test_the_run_that_starts_again_is_looked_at_as_the_one_before(
    app_on, debugger_of, pane_layout, until, shows
):
    app = app_on()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("right", "right", "right_square_bracket", "a", "l", "v", "v", "enter")
        await pilot.press("M", "down", "down", "enter")
        await write(pilot, "name", "g1")
        await pilot.press("enter", "escape")
        await until(pilot, lambda: "g1" in debugger_of(app).experiment.network)
        await until(pilot, shows(app, SteppingScreen))
        screen = app.screen
        assert screen.neuron_focus.edge == ("x1", "g1")
        assert pane_layout(app).current == "inspector"
        assert screen.network_pane.pinned == "weights"
        assert screen.precision == 2
        assert screen.chart.log
        await pilot.press("M", "down", "down", "delete", "escape")
        await until(pilot, lambda: "g1" not in debugger_of(app).experiment.network)
        await until(pilot, shows(app, SteppingScreen))
        assert app.screen.neuron_focus.neuron is None


async def test_the_run_of_a_large_document_begins_beside_the_screen_which_says_so(
    app_on, debugger_of, until, seen, monkeypatch, shows
):
    may_begin = Event()

    def carried_over_slowly(*arguments):
        assert may_begin.wait(20)
        return carried_over(*arguments)

    monkeypatch.setattr("nntui.tui.documents.document.LARGE", 1)
    monkeypatch.setattr("nntui.debugger.session.carried_over", carried_over_slowly)
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("right", "right", "b", "M", "a", "enter", "escape")
        await until(pilot, lambda: "beginning the run of Which is greater?" in seen(app))
        may_begin.set()
        await until(pilot, lambda: "h3" in debugger_of(app).experiment.network)
        await until(pilot, shows(app, SteppingScreen))
        assert [row.text for row in debugger_of(app).breakpoints] == ["break h1"]
        await pilot.press("ctrl+u")
        await until(pilot, lambda: "h3" not in debugger_of(app).experiment.network)
        await until(pilot, shows(app, SteppingScreen))
