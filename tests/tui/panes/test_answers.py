"""The pane Answers: the examples as rows, and the plane above or beside them."""

from __future__ import annotations

import json

import pytest
from support.pilot import until

from nntui.document.load import load
from nntui.tui.app import NntuiApp
from nntui.tui.panes.answer_table import bar_of, number_format
from nntui.tui.panes.answers import AnswersPane


async def answers(pilot) -> AnswersPane:
    """The pane, once the answers are computed."""
    screen = pilot.app.screen_stack[1]
    pane, source = screen.query_one(AnswersPane), screen.answer_source
    await until(
        pilot,
        lambda: source.latest is not None and not source.is_waiting and not pane.is_waiting,
    )
    return pane


def rows_of(pane: AnswersPane) -> list[str]:
    return [pane._strip(row).text.rstrip() for row in range(pane.extent()[1])]


def table_of(pane: AnswersPane) -> list[str]:
    """The rows of the examples, without the plane above or beside them."""
    places = pane._places
    return [row[places.left :] for row in rows_of(pane)[places.top + 1 :] if row[places.left :]]


async def test_every_example_has_what_is_wanted_and_what_is_said(app_on):
    app = app_on("xor")
    async with app.run_test(size=(120, 40)) as pilot:
        pane = await answers(pilot)
        assert "Answers · 2 of 4 right" in pane._titles
        first = table_of(pane)
        assert [row.split()[:4] for row in first] == [
            ["1", "0", "0", "0"], ["2", "0", "1", "1"], ["3", "1", "0", "1"], ["4", "1", "1", "0"],
        ]  # fmt: skip
        await pilot.press("R")
        pane = await answers(pilot)
        assert "Answers · 4 of 4 right" in pane._titles
        assert all("✓" in row for row in table_of(pane))
        await pilot.press("r")
        pane = await answers(pilot)
        assert table_of(pane) == first


async def test_the_example_at_hand_is_marked_in_its_row_and_on_the_plane(app_on):
    app = app_on("xor")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("3", "e")
        pane = await answers(pilot)
        assert [row.split()[0] for row in table_of(pane) if "◀ now" in row] == ["3"]
        assert sum(row.count("◉") for row in rows_of(pane)[: pane._places.plane[1]]) == 1


async def test_its_keys_sort_choose_the_wrong_ones_and_go_to_an_example(
    app_on, debugger_of, status
):
    app = app_on("xor")
    async with app.run_test(size=(120, 40)) as pilot:
        pane = await answers(pilot)
        await pilot.press("tab")
        assert pane.has_focus
        await pilot.press("ampersand")
        wrong = [row.lstrip("› ") for row in table_of(pane)]
        assert len(wrong) == 2
        assert all("✗" in row for row in wrong)
        await pilot.press("ampersand", "number_sign")
        assert [len(row) > 0 for row in table_of(pane)] == [True] * 4
        found = pane._answers.predictions
        assert [found.loss[n] for n in pane._order] == sorted(found.loss, reverse=True)
        await pilot.press("number_sign", "pageup", "down", "down", "enter")
        debugger = debugger_of(app)
        assert debugger.last.kind == "load"
        assert debugger.last.position.example == 2
        assert "example 3 in update 1" in status(app)
        await pilot.press("R", "enter")
        assert debugger.last.position.example == 2
        assert "comes no more" in status(app)


async def test_an_example_kept_for_testing_has_no_pass(app_on, debugger_of, status):
    app = app_on("classifier")
    async with app.run_test(size=(120, 40)) as pilot:
        pane = await answers(pilot)
        test = debugger_of(app).experiment.test_examples[0]
        pane.post_message(AnswersPane.Chosen(test))
        await pilot.pause()
        assert debugger_of(app).at_start
        assert "is kept for testing" in status(app)
        pane.post_message(AnswersPane.Chosen(debugger_of(app).experiment.train_examples[4]))
        await pilot.pause()
        assert debugger_of(app).last.kind == "load"


async def test_a_click_on_a_point_or_a_row_selects_an_example_and_two_go_there(app_on, debugger_of):
    app = app_on("xor")
    async with app.run_test(size=(120, 40)) as pilot:
        pane = await answers(pilot)
        (cell, example) = next(iter(pane._plane.examples.items()))
        inside = (pane.content_region.x - pane.region.x, pane.content_region.y - pane.region.y)
        await pilot.click(pane, offset=(cell[0] + inside[0], cell[1] + inside[1]))
        assert pane.selected == example
        row = (pane._places.left + 3 + inside[0], pane._places.top + 4 + inside[1])
        await pilot.click(pane, offset=row)
        assert pane.selected == 3
        await pilot.click(pane, offset=row, times=2)
        assert debugger_of(app).last.position.example == 3


async def test_the_focused_neuron_takes_the_plane_over(app_on):
    app = app_on("xor")
    async with app.run_test(size=(120, 40)) as pilot:
        pane = await answers(pilot)
        before = rows_of(pane)[: pane._places.plane[1]]
        await pilot.press("right")
        neuron = app.screen.neuron_focus.neuron
        while neuron not in app.screen.net.neurons:
            await pilot.press("right")
            neuron = app.screen.neuron_focus.neuron
        await answers(pilot)
        assert f"· {neuron} ·" in pane._titles[0]
        assert rows_of(pane)[: pane._places.plane[1]] == before or pane._plane is not None
        await pilot.press("escape")
        await answers(pilot)
        assert "Answers · 2 of 4 right" in pane._titles


@pytest.fixture
def document(tmp_path):
    """Write a document and open an app on it."""

    def make(layers, inputs, targets, **training):
        file = tmp_path / "document.json"
        file.write_text(
            json.dumps({
                "format": "nntui/1",
                "network": {"layers": layers},
                "data": {"inputs": inputs, "targets": targets},
                "training": {"loss": "mse", "epochs": 3, **training},
            })
        )  # fmt: skip
        return NntuiApp(load(file), keep_state=False)

    return make


async def test_two_of_many_inputs_are_chosen_for_the_plane(document):
    app = document([4, 3, 1], [[0, 1, 2, 3], [1, 0, 5, 2]], [[0.3], [0.7]])
    async with app.run_test(size=(120, 40)) as pilot:
        pane = await answers(pilot)
        assert pane._plane is None
        await pilot.press("tab", "x")
        pane = await answers(pilot)
        assert pane._plane is not None
        below = rows_of(pane)[pane._places.plane[1] - 1]
        assert "x1" in below
        await pilot.press("x")  # x2 goes upwards already
        pane = await answers(pilot)
        assert "x3" in rows_of(pane)[pane._places.plane[1] - 1]
        assert "mean error" in pane._titles[0]


async def test_a_diverged_network_answers_without_a_fault(document):
    app = document(
        [2, 2, 1], [[1, 1], [2, 3]], [[0.0], [1.0]],
        optimizer={"name": "sgd", "learning_rate": 1e200},
    )  # fmt: skip
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("R")
        pane = await answers(pilot)
        assert all("✗" in row for row in table_of(pane))
        assert any("NaN" in row or "∞" in row for row in table_of(pane))


@pytest.mark.parametrize("size", [(80, 24), (60, 16), (200, 60)])
async def test_it_is_complete_in_every_size(app_on, size):
    app = app_on("classifier")
    async with app.run_test(size=size) as pilot:
        await pilot.press("e")
        app.screen.open_pane("answers")
        pane = await answers(pilot)
        rows = rows_of(pane)
        assert any("want" in row for row in rows)
        assert any("◀" in row for row in rows)
        assert max(map(len, rows)) <= pane.size.width


def test_a_column_has_one_format_and_never_a_negative_zero():
    write = number_format((-2.0, 1.5))
    assert [write(x) for x in (-0.001, 0.5, -2.0)] == ["0.00", "0.50", "-2.00"]
    assert [number_format((0, 12), whole=True)(x) for x in (0.0, 12.0)] == ["0", "12"]
    assert number_format((0.0, 0.0001))(0.0001) == "1.00e-4"


def test_a_bar_is_as_long_as_the_error():
    assert [bar_of(x, 4) for x in (0.0, 0.5, 1.0, 7.0)] == ["", "██", "████", "████"]
    assert bar_of(float("nan"), 4) == "?"
