"""Rooms: at every size every pane is in reach, and none lies on another."""

from __future__ import annotations

from itertools import pairwise

import pytest
from textual.geometry import Region, Size

from nntui.tui.stepping.pane_regions import (
    LEAST,
    LOWEST,
    PANES,
    Content,
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


@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("size", SIZES)
def test_every_pane_has_one_place_and_the_places_fill_the_screen(size, content):
    found = columns_for(*size, content)
    assert sorted(pane for place in found.slots for pane in place.panes) == sorted(PANES)
    area = Size(size[0], size[1] - 2)
    for seen in found.shared or ("network",):
        laid = regions(found, seen, area, {})
        assert set(laid) == found.always | ({seen} if found.shared else set())
        assert sum(region.area for region in laid.values()) == area.area
        assert all(area.region.contains_region(region) for region in laid.values())
        assert all(region.height >= LOWEST for region in laid.values())
        assert not any(a.overlaps(b) for a in laid.values() for b in laid.values() if a is not b)


def test_a_small_network_leaves_rows_to_others_and_a_large_one_takes_them():
    small, large = (regions(columns_for(120, 36, c), "", Size(120, 34), {}) for c in CONTENTS[1:3])
    assert small["neurons"].height == 9
    assert "loss" in small
    assert large["neurons"].height == 17
    assert "loss" in columns_for(120, 36, CONTENTS[2]).shared
    assert large["network"].height > small["network"].height


@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("size", [(60, 40), (100, 30), (120, 36), (200, 60)])
def test_a_tall_drawing_leaves_the_step_and_the_program_the_rows_they_need(size, content):
    laid = regions(columns_for(*size, content), "step", Size(size[0], size[1] - 2), {})
    assert laid["step"].height >= 11
    assert laid.get("algorithm", Region(0, 0, 1, 7)).height >= 7


def test_the_largest_room_shows_everything_but_the_story_at_once():
    found = columns_for(200, 60, CONTENTS[1])
    assert found.shared == ("inspector", "story")
    assert set(regions(found, "", Size(200, 58), {})) == set(PANES) - {"story"}


@pytest.mark.parametrize("by", [-1000, -3, 0, 2, 1000])
@pytest.mark.parametrize("size", SIZES)
def test_a_moved_border_never_pushes_a_pane_out(size, by):
    found = columns_for(*size, CONTENTS[1])
    for column in found.columns:
        for place in column:
            rows = heights(column, size[1] - 2, {place.name: by})
            assert sum(rows) == size[1] - 2
            assert min(rows) >= LOWEST
    laid = regions(found, "", Size(size[0], size[1] - 2), {"columns": by})
    assert all(region.width >= 9 for region in laid.values())


def test_a_pane_made_higher_takes_the_row_from_the_one_below():
    column = columns_for(120, 36, CONTENTS[1]).columns[0]
    before, after = (heights(column, 34, {"network": by}) for by in (0, 2))
    assert [b - a for a, b in zip(before, after, strict=True)] == [2, -2, 0]


def test_fewer_rows_than_the_panes_need_are_shared_out_without_an_error():
    for rows in range(20):
        for column in columns_for(120, 36, CONTENTS[1]).columns:
            found = heights(column, rows, {"step": 3})
            assert sum(found) == rows
            assert min(found) >= 0


def test_more_room_shows_more_panes():
    shown = [
        len(columns_for(*size, CONTENTS[1]).always) for size in ((60, 16), (80, 24), (120, 36))
    ]
    assert all(a < b for a, b in pairwise(shown))
    assert tuple(LEAST) == (60, 16)
