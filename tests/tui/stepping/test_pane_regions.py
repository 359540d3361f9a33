"""Rooms: at every size every pane is in reach, and none lies on another."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
from textual.geometry import Size

from nntui.tui.stepping.pane_regions import (
    LEAST,
    LOWEST,
    PANES,
    WHEN_FILLED,
    Content,
    bars_for,
    columns_for,
    heights,
    regions,
)

CONTENTS = [Content(2, 1), Content(5, 2), Content(44, 16), Content(922, 784)]
SIZES = [
    (width, height)
    for width in (60, 80, 99, 100, 120, 159, 160, 200, 500)
    for height in (16, 20, 24, 28, 30, 36, 47, 48, 60, 200)
]


ALWAYS = frozenset(PANES) - WHEN_FILLED


def area(size):
    return Size(size[0], size[1] - bars_for(*size).rows)


def test_every_pane_has_one_place_and_the_places_fill_the_screen():
    for size in SIZES:
        some = PANES, ALWAYS, ALWAYS - {"answers"}
        for content, panes, presenting in product(CONTENTS, some, (False, True)):
            found = columns_for(*size, content, presenting).of(panes)
            assert sorted(pane for place in found.slots for pane in place.panes) == sorted(panes)
            laid = regions(found, found.shared[-1], area(size), {})
            assert set(laid) == found.always | {found.shared[-1]}
            assert sum(region.area for region in laid.values()) == area(size).area
            assert all(area(size).region.contains_region(region) for region in laid.values())
            assert all(region.height >= LOWEST for region in laid.values())
            assert not any(
                a.overlaps(b) for a in laid.values() for b in laid.values() if a is not b
            )


def test_network_table_and_loss_are_never_behind_a_tab_from_100_columns_and_30_rows():
    for size, content in product(SIZES, CONTENTS):
        if size[0] >= 100 and size[1] >= 30:
            assert {"network", "step", "neurons", "loss"} <= columns_for(*size, content).always


@pytest.mark.parametrize("content", CONTENTS[:3])
def test_answers_are_seen_beside_the_step_and_the_inspector_takes_their_place(content):
    found = columns_for(120, 36, content).of(ALWAYS)
    assert found.shared[0] == "answers"
    before, after = (regions(found, seen, area((120, 36)), {}) for seen in found.shared[:2])
    assert before["answers"] == after["inspector"]


@pytest.mark.parametrize("content", CONTENTS)
def test_the_network_has_two_thirds_of_the_columns_and_grows_with_the_room(content):
    rows = []
    for size in ((80, 24), (120, 36), (200, 60)):
        found = columns_for(*size, content)
        laid = regions(found, found.shared[0], area(size), {})
        network, step = laid["network"], laid["step"]
        assert step.y == network.bottom
        assert step.x == network.x
        assert network.width >= 0.64 * size[0]
        rows.append(network.height)
    assert rows[0] >= 9
    assert rows[2] >= 30
    assert rows == sorted(rows)


def test_presented_are_the_drawing_and_the_step_alone():
    found = columns_for(80, 24, CONTENTS[1], presenting=True)
    laid = regions(found, "step", area((80, 24)), {})
    assert set(laid) == {"network", "step"}
    assert laid["network"].height >= 12
    assert laid["step"].height >= 7


@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("size", [(60, 40), (120, 36), (200, 60)])
def test_a_tall_drawing_leaves_the_step_the_rows_it_needs(size, content):
    laid = regions(columns_for(*size, content), "answers", area(size), {})
    assert laid["step"].height >= 12


def test_a_moved_border_never_pushes_a_pane_out():
    for size, by in product(SIZES, (-1000, -3, 0, 2, 1000)):
        found = columns_for(*size, CONTENTS[1])
        for column in found.columns:
            for place in column:
                rows = heights(column, area(size).height, {place.name: by})
                assert sum(rows) == area(size).height
                assert min(rows) >= LOWEST
        laid = regions(found, "", area(size), {"columns": by})
        assert all(region.width >= 8 for region in laid.values())


def test_a_pane_made_higher_takes_the_row_from_the_one_below():
    column = columns_for(120, 36, CONTENTS[1]).columns[0]
    before, after = (heights(column, 31, {"network": by}) for by in (0, 2))
    assert [b - a for a, b in zip(before, after, strict=True)] == [2, -2]


def test_fewer_rows_than_the_panes_need_are_shared_out_without_an_error():
    for rows in range(20):
        for column in columns_for(120, 36, CONTENTS[1]).columns:
            found = heights(column, rows, {"step": 3})
            assert sum(found) == rows
            assert min(found) >= 0


def test_more_room_shows_more_panes():
    shown = [
        len(columns_for(*size, CONTENTS[1]).always)
        for size in ((60, 16), (80, 40), (120, 36), (200, 60))
    ]
    assert all(a < b for a, b in pairwise(shown))
    assert tuple(LEAST) == (60, 16)
