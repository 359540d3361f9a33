"""Where the parts of a step's explanation stand."""

from __future__ import annotations

import pytest
from textual.theme import BUILTIN_THEMES

from nntui.debugger.debugger import Debugger
from nntui.document.load import load
from nntui.explain.formulas import formula
from nntui.explain.numbers import rounded
from nntui.explain.sums import RunningSum, running_sum
from nntui.explain.symbols import math_name
from nntui.samples import samples
from nntui.tui.panes.step import Equations, column_of, outcome
from nntui.tui.theme import Colours


@pytest.fixture
def debugger():
    return Debugger(load(samples()["xor"]))


def equations(debugger, width=58):
    colours = Colours.of(BUILTIN_THEMES["textual-dark"], {})
    return Equations(colours, column_of(debugger.experiment.network.wiring()), width)


def texts(rows) -> list[str]:
    return ["".join(segment.text for segment in row) for row in rows]


def written(debugger, position, height=7, width=58) -> list[str]:
    debugger.seek(position)
    step = debugger.snapshot().last
    return texts(equations(debugger, width).rows(formula(step, rounded(5), math_name, 12), height))


def test_an_equation_takes_three_lines_symbols_numbers_and_the_result(debugger):
    assert written(debugger, 31) == [
        "        z[h1] = z[h1] + w[x2,h1] · a[x2]",
        "              = 0 + (-0.5) · 1",
        "              = -0.5   was 0, -0.5",
    ]


def test_every_equals_sign_of_a_run_stands_in_one_column(debugger):
    columns = set()
    for position in range(2, 125):
        for row in written(debugger, position):
            if " = " in row:
                columns.add(row.index(" = "))
    assert len(columns) == 1


def test_in_the_narrow_column_of_100_cells_they_do_too_and_the_sum_below_them(debugger):
    columns = set()
    for position in range(2, 125):
        for row in written(debugger, position, 7, width=47):
            if " = " in row:
                columns.add(row.index(" = "))
        step = debugger.snapshot().last
        terms = running_sum(step.operation, debugger.experiment.network.wiring())
        if terms is not None:
            (row,) = texts([equations(debugger, 47).sum(terms)])
            assert "…" not in row.partition(" = ")[0]
            columns.add(row.index(" = "))
    assert len(columns) == 1


@pytest.mark.parametrize(("height", "second"), [(7, 3), (4, 2), (2, 1)])
def test_the_second_equation_of_a_backward_edge_is_always_in_the_same_row(debugger, height, second):
    backward = range(17, 30)
    for position in backward:
        debugger.seek(position)
        if debugger.snapshot().last.kind == "backward_edge":
            rows = written(debugger, position, height)
            assert rows[0].lstrip().startswith("∂L/∂w")
            assert rows[second].lstrip().startswith("∂L/∂a")


def test_with_few_rows_the_result_stands_behind_the_numbers(debugger):
    assert written(debugger, 31, 2) == [
        "        z[h1] = z[h1] + w[x2,h1] · a[x2]",
        "              = 0 + (-0.5) · 1 = -0.5   was 0, -0.5",
    ]
    assert written(debugger, 31, 1) == ["        z[h1] = 0 + (-0.5) · 1 = -0.5   was 0, -0.5"]


def test_no_row_is_wider_than_the_pane(debugger):
    for width in (30, 40, 58, 90):
        for position in range(1, 125):
            for row in written(debugger, position, 7, width):
                assert len(row) <= width, row


def test_what_was_there_before_gives_way_to_the_numbers(debugger):
    row = written(debugger, 31, 1, width=36)[0]
    assert row.endswith("= -0.5")


@pytest.mark.parametrize(
    ("done", "shown"),
    [
        (1, "z[j] = b + x1 ✓ + x2 + x3   1 of 3 added"),
        (2, "z[j] = b + x1 + x2 ✓ + x3   2 of 3 added"),
        (3, "z[j] = b + x1 + x2 + x3 ✓   3 of 3 added"),
    ],
)
def test_a_sum_shows_what_is_in_and_what_is_to_come(debugger, done, shown):
    row = equations(debugger).sum(RunningSum("z[j]", "b", ("x1", "x2", "x3"), done))
    assert texts([row])[0].lstrip() == shown


@pytest.mark.parametrize("done", [1, 2, 300, 783, 784])
def test_of_a_long_sum_the_neighbours_are_shown(debugger, done):
    terms = tuple(f"x{n}" for n in range(1, 785))
    text = texts([equations(debugger, 68).sum(RunningSum("z[j]", "b", terms, done))])[0]
    assert len(text) <= 68
    assert f"x{done}" in text.split()
    assert text.endswith(f"{done} of 784 added")
    assert ("… + " in text) == (done > 5)
    assert (f"✓ + x{done + 1}" in text) == (done < 784)
    assert (" + …   " in text) == (done < 782)


def test_the_outcome_of_an_update_is_both_values(debugger):
    debugger.seek(125)
    lines = formula(debugger.snapshot().last, rounded(5), math_name)
    assert outcome(lines[-1]) == "-0.5 → -0.46486"
