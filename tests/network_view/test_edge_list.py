"""The list of a neuron's strongest connections."""

from __future__ import annotations

import pytest

from nntui.debugger.debugger import Debugger
from nntui.network_view.views import VIEWS, WIDTH, Moment, edge_list
from nntui.text import cells


@pytest.fixture
def listed(large):
    debugger = Debugger(large(100, 3, 2))

    def rows(neuron, height, view="weights"):
        moment = Moment(debugger.snapshot())
        found = edge_list(moment.snapshot.net, moment, VIEWS[view], neuron, height)
        return ["".join(span.text for span in row) for row in found], moment.snapshot

    return rows


def test_the_strongest_come_first_and_every_row_is_as_wide(listed):
    rows, snapshot = listed("h1_2", 20)
    assert len(rows) == 20
    assert {cells(row) for row in rows} == {WIDTH}
    strength = {i: abs(snapshot.w[i, "h1_2"]) for i in snapshot.net.sources["h1_2"]}
    order = sorted(strength, key=strength.__getitem__, reverse=True)
    into = [row.split()[1] for row in rows[1:17]]
    assert into == order[:16]


def test_the_headings_say_how_many_there_are(listed):
    rows, _ = listed("h1_2", 20)
    assert rows[0].split()[1:] == ["into", "h1_2", "·", "100"]
    assert rows[17].split()[1:] == ["out", "of", "h1_2", "·", "2"]
    assert [row.split()[1] for row in rows[18:]] in (["y1", "y2"], ["y2", "y1"])


def test_an_input_has_only_what_it_leads_to_and_an_output_only_what_leads_to_it(listed):
    rows, _ = listed("x7", 6)
    assert [row.split()[3] for row in rows[:1]] == ["x7"]
    assert rows[4:] == ["│" + " " * (WIDTH - 1)] * 2
    rows, _ = listed("y1", 6)
    assert rows[0].split()[1:] == ["into", "y1", "·", "3"]


def test_a_number_that_is_not_there_yet_has_no_row(listed):
    rows, _ = listed("y1", 6, "change")
    assert rows[0].split()[1:] == ["into", "y1", "·", "3"]
    assert all(row.strip("│ ") == "" for row in rows[1:])


@pytest.mark.parametrize("height", [0, 1, 2, 3, 200])
def test_it_fits_any_height(listed, height):
    rows, _ = listed("h1_1", height)
    assert len(rows) == height
