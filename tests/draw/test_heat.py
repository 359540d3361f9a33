"""HeatMap maps of the gaps that have too many connections for lines."""

from __future__ import annotations

import math
from functools import partial

import pytest

from nntui.draw.paint import paint
from nntui.draw.picture import EdgeLook
from nntui.draw.plan import fill_heat_maps

from .conftest import lay_out


def number_of(edge):
    """Positive from the first input on, ever weaker; negative to even targets."""
    source, target = (int(name.lstrip("xyh").split("_")[-1]) for name in edge)
    return (1 / source) * (-1 if target % 2 == 0 else 1)


@pytest.fixture
def map_of(dense):
    """The rows of a drawing of two layers, without any line."""

    def draw(sources: int, targets: int, width: int, height: int, numbers=number_of):
        plan = lay_out(dense(sources, targets), width, height)
        heat = fill_heat_maps(plan, partial(map, numbers))
        return paint(plan, {}, {}, heat=heat).text().splitlines()

    return draw


def test_sixty_connections_are_lines_and_sixty_one_are_a_map(dense):
    few, many = lay_out(dense(10, 6), 80, 12), lay_out(dense(61, 1), 80, 12)
    assert (few.heat_maps, len(few.edges)) == ({}, 60)
    assert list(many.heat_maps) == [1]
    assert many.edges == ()


def test_a_row_of_the_map_has_the_sources_of_its_target_in_order(map_of):
    rows = map_of(8, 8, 38, 9)
    inside = [row.split("▕")[1].split("▏")[0].strip() for row in rows[1:]]
    assert inside[:2] == ["╋++++···", "━----···"]


def test_the_map_stands_beside_the_boxes_of_its_targets(dense):
    plan = lay_out(dense(8, 9), 60, 24)
    assert [y for y, _ in plan.heat_maps[1].rows] == [box.middle for box in plan.columns[1]]


def test_above_a_map_stand_its_columns_and_what_the_strongest_shade_stands_for(map_of):
    assert map_of(8, 9, 60, 10)[0].strip() == "x1…x8 → ±1"
    assert map_of(8, 9, 33, 10)[0].strip() == "x1…x8 →"


def test_every_connection_of_a_shown_target_is_in_one_cell(dense):
    graph = dense(100, 7)
    plan = lay_out(graph, 60, 10)
    cells = [edge for _, row in plan.heat_maps[1].rows for cell in row for edge in cell]
    assert sorted(cells) == sorted(graph.edges)


def test_neighbours_that_share_a_cell_show_their_mean(dense):
    plan = lay_out(dense(200, 1), 60, 5)
    wide = set(plan.heat_maps[1].rows[0][1][0])
    assert len(wide) > 1
    numbers = dict.fromkeys(wide, 1.0)
    numbers[min(wide)] = -5.0 * len(wide)
    shades = fill_heat_maps(plan, lambda edges: [numbers.get(edge, 1.0) for edge in edges]).shades
    assert [shade.negative for shade in shades[:2]] == [True, False]


def test_the_strongest_connections_are_lines_beside_a_map_with_room(dense):
    graph = dense(20, 20)
    plan = lay_out(graph, 100, 20)
    assert not plan.heat_maps[1].alone
    lines = fill_heat_maps(plan, partial(map, number_of)).lines
    assert {source for source, _ in lines} == {"x1"}
    looks = {edge: EdgeLook(number_of(edge)) for edge in lines}
    roles = {
        s.role
        for row in paint(plan, {}, looks, heat=fill_heat_maps(plan, partial(map, number_of))).rows
        for s in row
    }
    assert {"edge.positive", "heat.positive"} <= roles


def test_the_executing_line_lies_on_the_map_and_reaches_its_target(dense):
    plan = lay_out(dense(20, 20), 100, 20)
    current = {("x3", "y5"): EdgeLook(1.0, "+1.00", "current")}
    heat = fill_heat_maps(plan, partial(map, number_of))
    row = paint(plan, {}, current, heat=heat).text().splitlines()
    assert "►▏y5" in row[plan.homes["y5"].middle]


def test_a_map_gives_way_to_lines_that_are_brought_out(dense):
    plan = lay_out(dense(20, 20), 40, 20)
    assert plan.heat_maps[1].alone
    bright = {("x3", "y5"): EdgeLook(1.0, "+1.00", "bright")}
    picture = paint(plan, {}, bright, heat=fill_heat_maps(plan, partial(map, number_of)))
    assert not [s for row in picture.rows for s in row if s.role.startswith("heat")]


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, None, 0.0])
def test_any_number_can_be_shown(map_of, number):
    assert len(map_of(9, 9, 60, 9, lambda edge: number)) == 9


def test_a_connection_that_is_not_there_leaves_its_cell_blank(dense):
    graph = dense(9, 9)
    graph.remove_edges_from([(f"x{n}", "y1") for n in range(1, 10)])
    plan = lay_out(graph, 60, 10)
    shades = fill_heat_maps(plan, partial(map, number_of)).shades
    assert {shade.y for shade in shades} == set(range(2, 10))


def test_only_the_rows_of_a_window_are_painted(dense):
    graph = dense(40, 30)
    plan = lay_out(graph, 60, 10, folds={0: False, 1: False})
    window = range(15, 25)
    whole = paint(plan, {}, {}, heat=fill_heat_maps(plan, partial(map, number_of)))
    heat = fill_heat_maps(plan, partial(map, number_of), window)
    part = paint(plan, {}, {}, heat=heat, window=plan.window(range(plan.width), window))
    for row in range(plan.height):
        text = "".join(span.text for span in part.rows[row])
        if row in window:
            assert text == "".join(span.text for span in whole.rows[row])
        else:
            assert text.isspace()
